import { test, expect } from "vitest";
import { createTellTrouble } from "../../src/telemetry/log-trouble.ts";

function rig(): {
  readonly told: string[];
  readonly trouble: ReturnType<typeof createTellTrouble>;
  readonly pass: (ms: number) => void;
} {
  const told: string[] = [];
  let now = 0;
  const log = {
    warn: (fields: object, message: string) => void told.push(`${message} ${items(fields)}`),
    info: (_: object, message: string) => void told.push(message),
  };
  const trouble = createTellTrouble("logs", "http://there", log, () => now);
  return { told, trouble, pass: (ms) => (now += ms) };
}

const items = (fields: object) => ("items" in fields ? String(fields.items) : "");

test("each kind of trouble is told once a minute, with what has come together since", () => {
  const { told, trouble, pass } = rig();
  trouble.dropped(2);
  trouble.dropped(3);
  trouble.refused(1, "HTTP status 400");
  pass(59_000);
  trouble.dropped(4);
  pass(1_000);
  trouble.dropped(5);
  expect(told).toEqual([
    "telemetry was dropped: too much waits 2",
    "telemetry was refused and is lost 1",
    "telemetry was dropped: too much waits 12",
  ]);
});

test("a destination that comes and goes does not fill the log", () => {
  const { told, trouble } = rig();
  for (let times = 0; times < 100; times += 1) {
    trouble.away("nothing listens");
    trouble.over();
  }
  expect(told).toEqual(["telemetry cannot be sent and waits ", "telemetry is sent again"]);
});
