import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  mkdirSync,
  writeFileSync,
  readFileSync,
  statSync,
  readdirSync,
  existsSync,
  symlinkSync,
  utimesSync,
} from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { onTestFinished, test, expect } from "vitest";
import {
  type Lock,
  type LockReach,
  createSilenceWatch,
  takeLock,
} from "../../src/files/directory-lock.ts";
import {
  type OwnProcess,
  runInOwnProcess,
  bundle,
  firstLine,
} from "../helpers/agent/own-process.ts";
import { identityOf } from "../../src/processes/process-identity.ts";
import { until } from "../helpers/until.ts";
import { temporaryFolder } from "../helpers/temporary-folder.ts";

/** Takes the lock in a directory once a line comes, tells how that went, and goes on until it is ended. */
const taker = `
  import { takeLock } from "./src/files/directory-lock.ts";
  setInterval(() => undefined, 1_000);
  const [, , directory, reach] = process.argv;
  process.stdin.once("data", () => console.log(takeLock(directory + "/lock", reach).is));
`;

/** Goes for one directory after the other at moments that all racers share, and tells which it got. */
const racer = `
  import { takeLock } from "./src/files/directory-lock.ts";
  const [, , base, count] = process.argv;
  const got = (number) => takeLock(base + "/" + number + "/lock", "machine").is === "taken";
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

function take(program: string, directory: string, reach: LockReach = "machine"): OwnProcess {
  const child = runInOwnProcess(program, directory, reach);
  child.stdin.write("go\n");
  return child;
}

async function killed(child: OwnProcess): Promise<void> {
  child.kill("SIGKILL");
  await once(child, "exit");
}

function lock(directory: string, reach: LockReach = "machine"): Lock {
  return takeLock(join(directory, "lock"), reach);
}

/** Takes a lock that is there to be had; gives back what releases it. */
function taken(directory: string, reach: LockReach = "machine"): () => void {
  const found = lock(directory, reach);
  if (found.is === "taken") return found.release;
  throw new Error(`the lock is held by ${String(found.pid)}`);
}

interface Written {
  readonly pid: number;
  readonly startTime: string;
  readonly bootId: string;
  readonly token: string;
  readonly host: string;
}

function holderFile(directory: string): string {
  return join(directory, "lock", "holder.json");
}

function leaveLock(directory: string, text: string, ageMs = 0): void {
  mkdirSync(join(directory, "lock"));
  writeFileSync(holderFile(directory), text);
  age(join(directory, "lock"), ageMs);
}

function age(path: string, ageMs: number): void {
  const then = new Date(Date.now() - ageMs);
  utimesSync(path, then, then);
}

/** As a holder on this machine touches it, so long ago. */
function touchedBefore(directory: string, agoMs: number): void {
  const seconds = Number(process.hrtime.bigint() / 1_000_000n) / 1_000 - agoMs / 1_000;
  utimesSync(join(directory, "lock"), seconds, seconds);
}

/** What a holder on another host has written; its pid is nobody's here. */
const far = '{"pid":67108863,"startTime":"1","bootId":"another","host":"another","reach":"hosts"}';

function holderIn(directory: string): Written {
  return JSON.parse(readFileSync(holderFile(directory), "utf8")) as Written;
}

test("the lock names this process, is for the owner only, and is gone when it is released", () => {
  const directory = temporaryFolder();
  const release = taken(directory);
  expect(holderIn(directory).pid).toBe(process.pid);
  expect(statSync(holderFile(directory)).mode & 0o777).toBe(0o600);
  release();
  expect(readdirSync(directory)).toEqual([]);
  taken(directory)();
});

test("while another process has it that lives its pid is told", async () => {
  const directory = temporaryFolder();
  const other = take(bundle(taker), directory);
  expect(await firstLine(other)).toBe("taken");
  expect(lock(directory)).toEqual({ is: "held", pid: other.pid });
  expect(holderIn(directory).pid).toBe(other.pid);
});

test("the lock of a process that was killed is taken over", async () => {
  const directory = temporaryFolder();
  const other = take(bundle(taker), directory);
  expect(await firstLine(other)).toBe("taken");
  await killed(other);
  expect(existsSync(join(directory, "lock"))).toBe(true);
  taken(directory);
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
  taken(directory);
  expect(holderIn(directory).pid).toBe(process.pid);
});

test.each(["", "{", "null", "{}", '{"pid":"x"}'])("a lock that holds %j is taken over", (text) => {
  const directory = temporaryFolder();
  leaveLock(directory, text);
  taken(directory);
  expect(holderIn(directory).pid).toBe(process.pid);
});

test("a lock of this very process, as a container without /proc leaves it, is taken over", () => {
  const directory = temporaryFolder();
  taken(directory);
  const { token: left } = holderIn(directory);
  taken(directory);
  expect(holderIn(directory).token).not.toBe(left);
});

test("whatever else stands in the place of the lock is moved out of the way", () => {
  const directory = temporaryFolder();
  writeFileSync(join(directory, "lock"), "12345\n");
  taken(directory);
  expect(holderIn(directory).pid).toBe(process.pid);
});

test("of many takings over no more than one trace is left", () => {
  const directory = temporaryFolder();
  for (const startTime of ["1", "2", "3", "4"]) {
    leaveLock(directory, JSON.stringify({ pid: 1, startTime, bootId: "another" }));
    taken(directory)();
  }
  expect(readdirSync(directory)).toEqual([expect.stringMatching(/^lock\.dead-/)]);
});

test("a lock that is released twice does not take the next holder's away", async () => {
  const directory = temporaryFolder();
  const release = taken(directory);
  release();
  const other = take(bundle(taker), directory);
  expect(await firstLine(other)).toBe("taken");
  release();
  expect(lock(directory)).toEqual({ is: "held", pid: other.pid });
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

/** Takes the lock as the first process of another pid namespace, as in another container. */
function takeElsewhere(directory: string): {
  readonly told: Promise<string>;
  readonly end: () => Promise<void>;
} {
  const apart = ["-p", "-f", "--kill-child", "--mount-proc", process.execPath];
  const child = spawn("unshare", [...apart, bundle(taker), directory, "machine"], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const end = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill("SIGKILL");
    await once(child, "exit");
  };
  onTestFinished(end);
  child.stdin.write("go\n");
  return { told: firstLine(child), end };
}

const canUnshare = spawnSync("unshare", ["-p", "-f", "--mount-proc", "true"]).status === 0;

test.skipIf(!canUnshare)(
  "of two pid namespaces one gets the lock, and the other at once when the first is killed",
  async () => {
    // Longer than the name of a socket may be.
    const directory = join(temporaryFolder(), "x".repeat(120));
    mkdirSync(directory);
    const one = takeElsewhere(directory);
    expect(await one.told).toBe("taken");
    expect(lock(directory).is).toBe("held");
    const two = takeElsewhere(directory);
    expect(await two.told).toBe("held");
    await one.end();
    await until(() => lock(directory).is === "taken");
    expect(holderIn(directory).pid).toBe(process.pid);
    const three = takeElsewhere(directory);
    expect(await three.told).toBe("held");
  },
);

test("a holder of another pid namespace that could not listen counts by its touches", () => {
  const directory = temporaryFolder();
  const { bootId } = identityOf(process.pid);
  const text = { pid: 1, startTime: "1", bootId, token: "t", host: "h", reach: "machine" };
  leaveLock(directory, JSON.stringify({ ...text, pidNamespace: "pid:[1]", listens: false }));
  touchedBefore(directory, 30_000);
  expect(lock(directory)).toEqual({ is: "held", pid: 1 });
  touchedBefore(directory, 61_000);
  taken(directory)();
});

test("a directory that cannot be written to is the system's own error", () => {
  expect(() => lock(join(temporaryFolder(), "none"))).toThrow(/ENOENT/);
});

test("what was left by one that was killed before it had the lock goes once it is old", () => {
  const directory = temporaryFolder();
  for (const name of ["lock.old", "lock.new", "other.old"]) mkdirSync(join(directory, name));
  age(join(directory, "lock.old"), 61_000);
  age(join(directory, "other.old"), 61_000);
  taken(directory)();
  expect(readdirSync(directory).sort()).toEqual(["lock.new", "other.old"]);
});

test("a lock without a holder in it is taken over once it is old", () => {
  const directory = temporaryFolder();
  mkdirSync(join(directory, "lock"));
  writeFileSync(join(directory, "lock", "other"), "");
  expect(lock(directory)).toEqual({ is: "held", pid: undefined });
  age(join(directory, "lock"), 61_000);
  taken(directory);
});

test("a lock for several hosts can be read by all and is gone when it is released", () => {
  const directory = temporaryFolder();
  const release = taken(directory, "hosts");
  expect(holderIn(directory).host).toBe(hostname());
  expect(statSync(holderFile(directory)).mode & 0o400).toBe(0o400);
  expect(lock(directory, "hosts")).toEqual({ is: "held", pid: process.pid });
  release();
  expect(readdirSync(directory)).toEqual([]);
});

test("the holder on another host lives as long as its lock changes while we wait, whatever its date is", () => {
  const directory = temporaryFolder();
  const clock = { nowMs: 0 };
  const silence = createSilenceWatch(() => clock.nowMs);
  const look = (): string => takeLock(join(directory, "lock"), "hosts", silence).is;
  leaveLock(directory, far);
  for (const ageMs of [0, 3_600_000, -3_600_000, 61_000]) {
    age(join(directory, "lock"), ageMs);
    expect(look()).toBe("held");
    clock.nowMs += 119_000;
    expect(look(), "dates alone say nothing").toBe("held");
  }
  expect(lock(directory, "hosts"), "who has not waited").toEqual({ is: "held", pid: 67108863 });
  clock.nowMs += 2_000;
  expect(look()).toBe("taken");
});

test("the lock of a process that was killed on this host is taken over at once", async () => {
  const directory = temporaryFolder();
  const other = take(bundle(taker), directory, "hosts");
  expect(await firstLine(other)).toBe("taken");
  await killed(other);
  taken(directory, "hosts")();
});

test("one that lives on this host keeps its lock, however long it was silent", async () => {
  const directory = temporaryFolder();
  const other = take(bundle(taker), directory, "hosts");
  expect(await firstLine(other)).toBe("taken");
  other.kill("SIGSTOP");
  age(join(directory, "lock"), 61_000);
  expect(lock(directory, "hosts").is).toBe("held");
});

test("a holder that cannot listen touches its lock by a clock that nobody sets", () => {
  const directory = temporaryFolder();
  const before = Number(process.hrtime.bigint() / 1_000_000n);
  const release = taken(directory, "hosts");
  const { mtimeMs } = statSync(join(directory, "lock"));
  expect(mtimeMs).toBeGreaterThanOrEqual(before - 1);
  expect(mtimeMs).toBeLessThanOrEqual(Number(process.hrtime.bigint() / 1_000_000n) + 1);
  release();
});

test.each([
  ["a link to nothing", (path: string) => symlinkSync(`${path}.none`, path)],
  ["a link to a directory", (path: string) => symlinkSync("/", path)],
  ["a file", (path: string) => writeFileSync(path, "x")],
])("%s in the place of a lock keeps nobody out", (_what, put) => {
  const directory = temporaryFolder();
  put(join(directory, "lock"));
  expect(lock(directory).is).toBe("taken");
});

test("a lock that is damaged as the one before it was is taken as well", () => {
  const directory = temporaryFolder();
  for (let time = 0; time < 3; time += 1) {
    mkdirSync(join(directory, "lock"));
    writeFileSync(join(directory, "lock", "holder.json"), "");
    const got = lock(directory);
    if (got.is !== "taken") throw new Error(`found it ${got.is} the ${time + 1}. time`);
    got.release();
  }
});
