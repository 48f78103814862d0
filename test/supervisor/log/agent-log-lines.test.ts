import { writeFileSync, appendFileSync } from "node:fs";
import { join } from "node:path";
import { test, onTestFinished, expect } from "vitest";
import { createAgentLogLines } from "../../../src/supervisor/log/agent-log-lines.ts";
import { createLogTail } from "../../../src/telemetry/log-tail.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";
import { until } from "../../helpers/until.ts";

test("a run that ended before anybody could read its lines has said its last words all the same", async () => {
  const path = join(temporaryFolder(), "agent.log");
  writeFileSync(path, "of an earlier supervisor\n");
  const told: string[] = [];
  const lines = createAgentLogLines(1_000, (record) => told.push(record));
  onTestFinished(() => lines.stop());
  lines.expect();
  lines.follower.began(path, "of an earlier supervisor\n".length);
  appendFileSync(path, "panic: its last words\n");
  lines.follower.ended();
  lines.follower.began(path, "of an earlier supervisor\npanic: its last words\n".length);
  appendFileSync(path, "of the next run\n");
  lines.want(createLogTail);
  await until(() => told.some((record) => record.includes("of the next run")));
  expect(told.some((record) => record.includes("panic: its last words"))).toBe(true);
  expect(told.some((record) => record.includes("earlier supervisor"))).toBe(false);
});

test("lines that nobody wanted then are not told later, but for those of the run that goes on", async () => {
  const path = join(temporaryFolder(), "agent.log");
  writeFileSync(path, "of a run that is over\n");
  const told: string[] = [];
  const lines = createAgentLogLines(1_000, (record) => told.push(record));
  onTestFinished(() => lines.stop());
  lines.follower.began(path, 0);
  lines.follower.ended();
  lines.follower.began(path, "of a run that is over\n".length);
  appendFileSync(path, "of the run that goes on\n");
  lines.want(createLogTail);
  await until(() => told.some((record) => record.includes("goes on")));
  expect(told.some((record) => record.includes("is over"))).toBe(false);
});
