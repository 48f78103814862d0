import { spawn } from "node:child_process";
import { expect, onTestFinished, test } from "vitest";
import { fairShareBytes, watchMemory } from "../../src/processes/memory-limit.ts";

const mebibyte = 1024 * 1024;

test.each([
  [100, 256],
  [1_000, 500],
  [64_000, 2_048],
])("with %d MiB free a command may take %d MiB", (free, share) => {
  expect(fairShareBytes(free * mebibyte)).toBe(share * mebibyte);
});

test("what is free is asked of the system", () => {
  expect(fairShareBytes()).toBeGreaterThanOrEqual(256 * mebibyte);
});

/** Holds so much and says so. */
const holding = (mebibytes: number): string =>
  `globalThis.held = Buffer.alloc(${mebibytes * mebibyte}, 1); setInterval(() => {}, 1_000)`;

function started(command: string, args: readonly string[]): number {
  const child = spawn(command, args, { stdio: "ignore", detached: true });
  const { pid } = child;
  if (pid === undefined) throw new Error("expected a process");
  onTestFinished(() => {
    process.kill(-pid, "SIGKILL");
  });
  return pid;
}

const node = process.execPath;

test.runIf(process.platform === "linux").each([
  ["a process", node, ["-e", holding(300)]],
  ["what it has started", "sh", ["-c", `"${node}" -e "${holding(300)}"; true`]],
])("%s that takes too much is noticed, once", async (_what, command, args) => {
  const pid = started(command, args);
  let times = 0;
  await new Promise<void>((resolve) => {
    watchMemory(pid, 250 * mebibyte, () => {
      times += 1;
      resolve();
    });
  });
  expect(times).toBe(1);
});
