import { test } from "vitest";
import { patienceMs } from "../helpers/e2e/daemon.ts";
import { outlive, weathers } from "../helpers/endurance/bad-weather.ts";

test.each(weathers)(
  "over WebSocket %s, and all is well again afterwards",
  (name, weather) => outlive("ws", name, weather),
  10 * patienceMs,
);
