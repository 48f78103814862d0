import { expect, test } from "vitest";
import { whyRestart } from "../../../../src/supervisor/core/agent/why-restart.ts";
import type { Generation } from "../../../../src/supervisor/core/state/generation.ts";
import { runningWorld } from "../../../helpers/core/running-world.ts";

const running = (): Generation => {
  const { target } = runningWorld().state().config;
  if (target === undefined) throw new Error("nothing runs");
  return target;
};

test("the same generation again is a restart command, another one a change of what is new in it", () => {
  const from = running();
  const path = "/other/otelcol";
  const name = { name: "", version: "2", hash: "aa", contentHash: "bb", directory: "/other" };
  expect(whyRestart(from, from)).toBe("restart command");
  expect(whyRestart(from, { ...from, number: from.number + 1 })).toBe("new configuration");
  const binary = { path, facts: undefined, package: name };
  expect(whyRestart(from, { ...from, number: from.number + 1, binary })).toBe("another version");
});
