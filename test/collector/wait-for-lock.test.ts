import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, writeFile, readdir } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { test, expect } from "vitest";
import { createSilenceWatch } from "../../src/files/directory-lock.ts";
import { withLock } from "../../src/collector/wait-for-lock.ts";
import { identityOf } from "../../src/processes/process-identity.ts";
import { temporaryDirectory } from "../fixtures/collector/setting.ts";

const never = new AbortController().signal;
const ignore = (): void => undefined;

async function leaveLock(directory: string, holder: object): Promise<void> {
  await mkdir(directory, { recursive: true });
  const text = JSON.stringify({ token: "t", reach: "hosts", ...holder });
  await writeFile(join(directory, "holder.json"), text);
}

/** The pid of a process that existed and is gone. */
async function deadPid(): Promise<number> {
  const child = spawn(process.execPath, ["--version"], { stdio: "ignore" });
  await once(child, "exit");
  return child.pid!;
}

test("work under one lock never overlaps, and each waiter is told once", async () => {
  const lock = join(await temporaryDirectory(), "lock");
  const log: string[] = [];
  const told: number[] = [];
  const one = async (name: string): Promise<void> => {
    log.push(`${name} begins`);
    await new Promise((resolve) => setTimeout(resolve, 20));
    log.push(`${name} ends`);
  };
  const names = ["a", "b", "c"];
  await Promise.all(
    names.map((name) =>
      withLock(
        lock,
        never,
        (pid) => told.push(pid),
        () => one(name),
      ),
    ),
  );
  for (let at = 0; at < log.length; at += 2) {
    expect(log[at + 1]).toBe(log[at]!.replace("begins", "ends"));
  }
  expect(log).toHaveLength(6);
  expect(told).toEqual([process.pid, process.pid]);
});

test("the result is returned, a failure is thrown on, and the lock is free after both", async () => {
  const directory = await temporaryDirectory();
  const lock = join(directory, "deep", "lock");
  expect(await withLock(lock, never, ignore, () => Promise.resolve("done"))).toBe("done");
  const failing = withLock(lock, never, ignore, () => Promise.reject(new Error("no luck")));
  await expect(failing).rejects.toThrow("no luck");
  expect(await readdir(join(directory, "deep"))).toEqual([]);
});

test("the lock of a process that died on this host is taken over at once", async () => {
  const lock = join(await temporaryDirectory(), "lock");
  await leaveLock(lock, { ...identityOf(await deadPid()), host: hostname() });
  let waited = false;
  await withLock(
    lock,
    never,
    () => (waited = true),
    () => Promise.resolve(),
  );
  expect(waited).toBe(false);
});

test("of many that find a dead holder only one at a time gets in", async () => {
  const lock = join(await temporaryDirectory(), "lock");
  await leaveLock(lock, { ...identityOf(await deadPid()), host: hostname() });
  let inside = 0;
  let most = 0;
  const work = async (): Promise<void> => {
    most = Math.max(most, (inside += 1));
    await new Promise((resolve) => setTimeout(resolve, 5));
    inside -= 1;
  };
  await Promise.all(Array.from({ length: 8 }, () => withLock(lock, never, ignore, work)));
  expect(most).toBe(1);
});

test("a lock on another host without a sign of life is taken over by who has waited for two minutes", async () => {
  const lock = join(await temporaryDirectory(), "lock");
  await leaveLock(lock, { ...identityOf(process.pid), host: "elsewhere" });
  let nowMs = 0;
  const silence = createSilenceWatch(() => (nowMs += 30_000));
  const work = (): Promise<string> => Promise.resolve("done");
  expect(await withLock(lock, never, ignore, work, silence)).toBe("done");
  expect(nowMs).toBeGreaterThan(120_000);
});

test.each([
  ["here", { ...identityOf(process.pid), host: hostname() }],
  ["on another host, whatever its number is here", { ...identityOf(0x3ffffff), host: "other" }],
])("the lock of a living process %s is waited for until an abort", async (_name, holder) => {
  const lock = join(await temporaryDirectory(), "lock");
  await leaveLock(lock, holder);
  const controller = new AbortController();
  let ran = false;
  const waiting = withLock(
    lock,
    controller.signal,
    () => setTimeout(() => controller.abort(), 50),
    () => Promise.resolve((ran = true)),
  );
  await expect(waiting).rejects.toThrow(/abort/);
  expect(ran).toBe(false);
});
