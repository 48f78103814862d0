import { once } from "node:events";
import { mkdirSync, writeFileSync, readFileSync, statSync, readdirSync, existsSync } from "node:fs";
import { join } from "node:path";
import { test, expect } from "vitest";
import { SupervisorError } from "../../../src/errors.ts";
import { lockDirectory } from "../../../src/supervisor/store/lock.ts";
import { type OwnProcess, runInOwnProcess, bundle, firstLine } from "../../helpers/own-process.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";

/** Takes the lock of a directory once a line comes, tells how that went, and goes on until it is ended. */
const taker = `
  import { lockDirectory } from "./src/supervisor/store/lock.ts";
  setInterval(() => undefined, 1_000);
  process.stdin.once("data", () => {
    try {
      lockDirectory(process.argv[2]);
      console.log("taken");
    } catch (error) {
      console.log(error.code + " " + error.message);
    }
  });
`;

/** Goes for one directory after the other at moments that all racers share, and tells which it got. */
const racer = `
  import { lockDirectory } from "./src/supervisor/store/lock.ts";
  const [, , base, count] = process.argv;
  const got = (number) => {
    try {
      lockDirectory(base + "/" + number);
      return true;
    } catch (error) {
      if (error.code === "store-locked") return false;
      throw error;
    }
  };
  setInterval(() => undefined, 1_000);
  console.log("ready");
  process.stdin.once("data", (line) => {
    const taken = [];
    for (let number = 0; number < Number(count); number += 1) {
      while (Date.now() < Number(line) + number * 4);
      if (got(number)) taken.push(number);
    }
    console.log(JSON.stringify(taken));
  });
`;

function take(program: string, directory: string): OwnProcess {
  const child = runInOwnProcess(program, directory);
  child.stdin.write("go\n");
  return child;
}

async function killed(child: OwnProcess): Promise<void> {
  child.kill("SIGKILL");
  await once(child, "exit");
}

function refusalOf(directory: string): SupervisorError {
  try {
    lockDirectory(directory);
  } catch (error) {
    if (error instanceof SupervisorError) return error;
    throw error;
  }
  throw new Error("the lock was given");
}

interface Written {
  readonly pid: number;
  readonly startTime: string;
  readonly bootId: string;
  readonly token: string;
}

function holderFile(directory: string): string {
  return join(directory, "lock", "holder.json");
}

function leaveLock(directory: string, text: string): void {
  mkdirSync(join(directory, "lock"));
  writeFileSync(holderFile(directory), text);
}

function holderIn(directory: string): Written {
  return JSON.parse(readFileSync(holderFile(directory), "utf8")) as Written;
}

test("the lock names this process, is for the owner only, and is gone when it is released", () => {
  const directory = temporaryFolder();
  const release = lockDirectory(directory);
  expect(holderIn(directory).pid).toBe(process.pid);
  expect(statSync(holderFile(directory)).mode & 0o777).toBe(0o600);
  release();
  expect(readdirSync(directory)).toEqual([]);
  lockDirectory(directory)();
});

test("while another supervisor lives it is refused, by its pid, with what to do", async () => {
  const directory = temporaryFolder();
  const other = take(bundle(taker), directory);
  expect(await firstLine(other)).toBe("taken");
  const { code, message } = refusalOf(directory);
  expect(code).toBe("store-locked");
  expect(message).toContain(`pid ${String(other.pid)}`);
  expect(message).toContain(directory);
  expect(message).toContain("storage.directory");
  expect(holderIn(directory).pid).toBe(other.pid);
});

test("the lock of a supervisor that was killed is taken over", async () => {
  const directory = temporaryFolder();
  const other = take(bundle(taker), directory);
  expect(await firstLine(other)).toBe("taken");
  await killed(other);
  expect(existsSync(join(directory, "lock"))).toBe(true);
  lockDirectory(directory);
  expect(holderIn(directory).pid).toBe(process.pid);
});

test.each<[string, (held: Written) => Written]>([
  ["a pid that another process has now", (held) => ({ ...held, startTime: "1" })],
  ["an earlier boot of the machine", (held) => ({ ...held, bootId: "another" })],
  [
    "this very pid, as in a container that was restarted",
    (held) => ({ ...held, pid: process.pid, startTime: "1" }),
  ],
])("a lock with %s is taken over", async (_name, change) => {
  const directory = temporaryFolder();
  const other = take(bundle(taker), directory);
  expect(await firstLine(other)).toBe("taken");
  writeFileSync(holderFile(directory), JSON.stringify(change(holderIn(directory))));
  lockDirectory(directory);
  expect(holderIn(directory).pid).toBe(process.pid);
});

test.each(["", "{", "null", "{}", '{"pid":"x"}'])("a lock that holds %j is taken over", (text) => {
  const directory = temporaryFolder();
  leaveLock(directory, text);
  lockDirectory(directory);
  expect(holderIn(directory).pid).toBe(process.pid);
});

test("a lock of this very process, as a container without /proc leaves it, is taken over", () => {
  const directory = temporaryFolder();
  lockDirectory(directory);
  const { token: left } = holderIn(directory);
  lockDirectory(directory);
  expect(holderIn(directory).token).not.toBe(left);
});

test("whatever else stands in the place of the lock is moved out of the way", () => {
  const directory = temporaryFolder();
  writeFileSync(join(directory, "lock"), "12345\n");
  lockDirectory(directory);
  expect(holderIn(directory).pid).toBe(process.pid);
});

test("of many takings over no more than one trace is left", () => {
  const directory = temporaryFolder();
  for (const startTime of ["1", "2", "3", "4"]) {
    leaveLock(directory, JSON.stringify({ pid: 1, startTime, bootId: "another" }));
    lockDirectory(directory)();
  }
  expect(readdirSync(directory)).toEqual([expect.stringMatching(/^lock\.dead-/)]);
});

test("a lock that is released twice does not take the next holder's away", async () => {
  const directory = temporaryFolder();
  const release = lockDirectory(directory);
  release();
  const other = take(bundle(taker), directory);
  expect(await firstLine(other)).toBe("taken");
  release();
  expect(refusalOf(directory).message).toContain(`pid ${String(other.pid)}`);
});

test.each([
  ["free directories", undefined],
  ["directories of dead ones", '{"pid":1,"startTime":"1","bootId":"another"}'],
])("of several that go for %s at the same moments each is given to one", async (_name, left) => {
  const base = temporaryFolder();
  const count = 60;
  for (let number = 0; number < count; number += 1) {
    mkdirSync(join(base, String(number)));
    if (left !== undefined) leaveLock(join(base, String(number)), left);
  }
  const program = bundle(racer);
  const racers = Array.from({ length: 4 }, () => runInOwnProcess(program, base, String(count)));
  const ready = racers.map(firstLine);
  await Promise.all(ready);
  const taken = racers.map(firstLine);
  for (const child of racers) child.stdin.write(`${Date.now() + 20}\n`);
  const told = (await Promise.all(taken)).map((line) => JSON.parse(line) as number[]);
  expect(told.flat().sort((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, n) => n));
});

test("a directory that cannot be written to is the system's own error", () => {
  expect(() => lockDirectory(join(temporaryFolder(), "none"))).toThrow(/ENOENT/);
});
