import { closeSync, statSync, writeFileSync, writeSync, readFileSync, existsSync } from "node:fs";
import { join } from "node:path";
import { onTestFinished, test, expect } from "vitest";
import { type AgentLog, openAgentLog, tailOf } from "../../../src/agent/output/agent-log.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";

const rotation = { maxBytes: 10 * 1024 * 1024, maxFiles: 5 };
const large = "x".repeat(10 * 1024 * 1024 + 1);

function open(path: string): AgentLog {
  const log = openAgentLog(path, rotation);
  onTestFinished(() => closeSync(log.file));
  return log;
}

test("a new log is made for the owner only and begins at 0", () => {
  const path = join(temporaryFolder(), "agent.log");
  expect(open(path).start).toBe(0);
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test("a log is appended to, and a run's own lines begin behind the earlier ones", () => {
  const path = join(temporaryFolder(), "agent.log");
  writeFileSync(path, "earlier\n");
  const log = open(path);
  writeSync(log.file, "own\n");
  expect(readFileSync(path, "utf8")).toBe("earlier\nown\n");
  expect(String(tailOf(path, log.start, 100))).toBe("own\n");
});

test("two descriptors of one log do not write over each other", () => {
  const path = join(temporaryFolder(), "agent.log");
  const one = open(path);
  const other = open(path);
  writeSync(one.file, "first\n");
  writeSync(other.file, "second\n");
  writeSync(one.file, "third\n");
  expect(readFileSync(path, "utf8")).toBe("first\nsecond\nthird\n");
});

test("the tail is no longer than asked for", () => {
  const path = join(temporaryFolder(), "agent.log");
  writeFileSync(path, "0123456789");
  expect(String(tailOf(path, 0, 4))).toBe("6789");
  expect(String(tailOf(path, 8, 4))).toBe("89");
});

test("the tail of a run that wrote nothing, or whose log was emptied since, is empty", () => {
  const path = join(temporaryFolder(), "agent.log");
  writeFileSync(path, "earlier");
  expect(String(tailOf(path, 7, 100))).toBe("");
  expect(String(tailOf(path, 70, 100))).toBe("");
});

test("a log of 10 MiB goes on, a larger one is set aside and the new one begins at 0", () => {
  const path = join(temporaryFolder(), "agent.log");
  writeFileSync(path, large.slice(1));
  expect(open(path).start).toBe(large.length - 1);
  writeFileSync(path, large);
  expect(open(path).start).toBe(0);
  expect(statSync(path).size).toBe(0);
  expect(statSync(`${path}.1`).size).toBe(large.length);
});

test("five logs that were set aside are kept, the oldest goes", () => {
  const path = join(temporaryFolder(), "agent.log");
  for (const number of [1, 2, 3, 4, 5]) writeFileSync(`${path}.${number}`, `log ${number}`);
  writeFileSync(path, large);
  open(path);
  const kept = [2, 3, 4, 5].map((number) => readFileSync(`${path}.${number}`, "utf8"));
  expect(kept).toEqual(["log 1", "log 2", "log 3", "log 4"]);
  expect(statSync(`${path}.1`).size).toBe(large.length);
  expect(existsSync(`${path}.6`)).toBe(false);
});

test("a gap in the numbers is no obstacle", () => {
  const path = join(temporaryFolder(), "agent.log");
  writeFileSync(`${path}.3`, "log 3");
  writeFileSync(path, large);
  open(path);
  expect(readFileSync(`${path}.4`, "utf8")).toBe("log 3");
  expect(existsSync(`${path}.3`)).toBe(false);
});
