import { spawn } from "node:child_process";
import { once } from "node:events";
import { statSync, existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { onTestFinished, test, expect } from "vitest";
import { writeNote, forgetNote } from "../../../src/agent/process/agent-note.ts";
import type { RunProcesses } from "../../../src/agent/process/run-processes.ts";
import { endLeftover } from "../../../src/agent/process/leftover.ts";
import { identityOf, lives } from "../../../src/processes/process-identity.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";

const particulars = {
  run: 1,
  generation: 2,
  startedAt: 3,
  endpoint: { port: 4, secret: "s" },
};

/** A process that waits for its end; `stubborn` ones do not mind SIGTERM. */
async function waiting(stubborn = false): Promise<number> {
  const script = `${stubborn ? 'process.on("SIGTERM", () => {});' : ""} setInterval(() => {}, 1000); console.log("ready");`;
  const child = spawn(process.execPath, ["-e", script], {
    stdio: ["ignore", "pipe", "ignore"],
    detached: true,
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  await once(child.stdout, "data");
  return child.pid ?? 0;
}

function processesOf(pid: number): RunProcesses {
  return { leader: identityOf(pid), mark: "", seen: undefined, configPath: "" };
}

test("the noted process is ended, and the note is gone", async () => {
  const path = join(temporaryFolder(), "agent.json");
  const pid = await waiting();
  writeNote(path, processesOf(pid), particulars);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(await endLeftover(path, 10_000)).toBe(pid);
  expect(existsSync(path)).toBe(false);
});

test("one that does not mind SIGTERM is killed after the drain time", async () => {
  const path = join(temporaryFolder(), "agent.json");
  const pid = await waiting(true);
  const identity = identityOf(pid);
  writeNote(path, processesOf(pid), particulars);
  expect(await endLeftover(path, 50)).toBe(pid);
  expect(lives(identity)).toBe(false);
});

test.each([
  ["another start time, as with a pid that was given away", { startTime: "1" }],
  ["another boot", { bootId: "x" }],
  ["no start time", { startTime: "" }],
])("a process is not touched when the note tells of %s", async (_name, changes) => {
  const path = join(temporaryFolder(), "agent.json");
  const pid = await waiting();
  const identity = identityOf(pid);
  writeFileSync(path, JSON.stringify({ ...identity, ...changes }));
  expect(await endLeftover(path, 50)).toBeUndefined();
  expect(lives(identity)).toBe(true);
});

test.each(["", "{", "null", '{"pid":1}', '{"pid":"x"}'])(
  "a note that holds %j touches nobody",
  async (text) => {
    const path = join(temporaryFolder(), "agent.json");
    writeFileSync(path, text);
    expect(await endLeftover(path, 50)).toBeUndefined();
  },
);

test("forgetting twice is forgetting", () => {
  const path = join(temporaryFolder(), "agent.json");
  forgetNote(path);
  forgetNote(path);
  expect(existsSync(path)).toBe(false);
});
