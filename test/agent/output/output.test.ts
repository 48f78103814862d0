import { execFileSync } from "node:child_process";
import {
  mkdirSync,
  rmSync,
  rmdirSync,
  symlinkSync,
  writeFileSync,
  openSync,
  closeSync,
  writeSync,
  readFileSync,
  existsSync,
  statSync,
} from "node:fs";
import { join } from "node:path";
import { onTestFinished, test, expect } from "vitest";
import {
  type AgentOutput,
  type RunOutput,
  createFileOutput,
} from "../../../src/agent/output/output.ts";
import { copyLog } from "../../../src/agent/output/set-aside.ts";
import { mountSmallDisk, wayToMount } from "../../helpers/e2e/small-disk.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";

interface Rig {
  readonly path: string;
  readonly output: AgentOutput;
  readonly run: RunOutput;
  /** As the agent does, by the descriptor that it was given. */
  readonly write: (text: string) => void;
  readonly aside: (number?: number) => string;
}

const rotation = { maxBytes: 1000, maxFiles: 3 };

function rig(before = ""): Rig {
  const path = join(temporaryFolder(), "agent.log");
  if (before !== "") writeFileSync(path, before);
  const output = createFileOutput(path, rotation);
  const run = output.open();
  const file = openSync(`/proc/self/fd/${Number(run.stdio)}`, "a");
  run.started(undefined);
  onTestFinished(() => closeSync(file));
  return {
    path,
    output,
    run,
    write: (text) => void writeSync(file, text),
    aside: (number = 1) => readFileSync(`${path}.${number}`, "utf8"),
  };
}

test("a log that is not too large is left alone", async () => {
  const { path, output, write } = rig();
  write("x".repeat(1000));
  expect(await output.look()).toEqual({ is: "small" });
  expect(existsSync(`${path}.1`)).toBe(false);
});

test("a log that is too large is set aside while its writer goes on, nothing is lost", async () => {
  const { path, output, write, aside } = rig();
  const first = "1".repeat(1500);
  write(first);
  const look = { is: "set-aside", keptBytes: 1500, skippedBytes: 0, lostBytes: 0 };
  expect(await output.look()).toEqual(look);
  expect(aside()).toBe(first);
  expect(statSync(`${path}.1`).mode & 0o777).toBe(0o600);
  write("after\n");
  expect(readFileSync(path, "utf8")).toBe("after\n");
  write("2".repeat(1000));
  await output.look();
  expect(aside(1)).toBe(`after\n${"2".repeat(1000)}`);
  expect(aside(2)).toBe(first);
});

test("as many are kept as asked for", async () => {
  const { path, output, write, aside } = rig();
  for (const word of ["a", "b", "c", "d"]) {
    write(word.repeat(1001));
    await output.look();
  }
  expect([1, 2, 3].map((number) => aside(number)[0])).toEqual(["d", "c", "b"]);
  expect(existsSync(`${path}.4`)).toBe(false);
});

test("of a log that is far too large the end is kept, and the rest is counted", async () => {
  const { output, write, aside } = rig();
  write(`${"1".repeat(5000)}${"2".repeat(1000)}`);
  expect(await output.look()).toMatchObject({ keptBytes: 1000, skippedBytes: 5000, lostBytes: 0 });
  expect(aside()).toBe("2".repeat(1000));
});

test("what is written while the copy is made is in it", async () => {
  const { path, write, aside } = rig();
  write("1".repeat(1500));
  const copy = await copyLog(path, rotation);
  write("2".repeat(10));
  expect(copy?.finish()).toEqual({ keptBytes: 1510, skippedBytes: 0, lostBytes: 0 });
  expect(aside()).toBe(`${"1".repeat(1500)}${"2".repeat(10)}`);
  expect(statSync(path).size).toBe(0);
});

test("what is more than can be copied at once at the end is lost and counted", async () => {
  const { path, write } = rig();
  write("1".repeat(1500));
  const copy = await copyLog(path, rotation);
  write("2".repeat(1024 * 1024 + 7));
  expect(copy?.finish()).toEqual({ keptBytes: 1500 + 1024 * 1024, skippedBytes: 0, lostBytes: 7 });
});

test("a run that begins while the copy is made keeps its lines", async () => {
  const { path, output, write } = rig();
  write("1".repeat(1500));
  const look = output.look();
  const other = output.open();
  other.started(undefined);
  write("late");
  expect(await look).toEqual({ is: "small" });
  expect(existsSync(`${path}.new`)).toBe(false);
  expect(readFileSync(`${path}.1`, "utf8")).toBe(`${"1".repeat(1500)}late`);
});

test("a copy that fails leaves the log and says why", async () => {
  const { path, output, write } = rig();
  write("1".repeat(1500));
  const oldest = `${path}.${rotation.maxFiles}`;
  mkdirSync(oldest);
  await expect(output.look()).rejects.toThrow(/EISDIR/);
  expect(statSync(path).size).toBe(1500);
  rmdirSync(oldest);
  expect(await output.look()).toMatchObject({ keptBytes: 1500 });
});

test("the last words are the run's own, before, between and after two settings aside", async () => {
  const { output, run, write } = rig("earlier\n");
  const tail = (): string => String(run.tail(100));
  write("own\n");
  expect(tail()).toBe("own\n");
  write(`${"x".repeat(1000)}\nlast before\n`);
  await output.look();
  expect(tail()).toMatch(/^x{87}\nlast before\n$/);
  write("after\n");
  expect(tail()).toMatch(/^x{81}\nlast before\nafter\n$/);
  expect(String(run.tail(2000))).toMatch(/^own\nx{1000}\nlast before\nafter\n$/);
});

test("the last words of a run that was set aside with others' are never the others'", async () => {
  const { output, run, write } = rig("earlier\n".repeat(110));
  write(`own\n${"x".repeat(200)}\n`);
  await output.look();
  expect(String(run.tail(5000))).toBe(`own\n${"x".repeat(200)}\n`);
});

/** What may stand in the place of a log, and be no file. */
const strangers: Readonly<Record<string, (path: string) => void>> = {
  "a directory": (path) => mkdirSync(path),
  "a pipe": (path) => void execFileSync("mkfifo", [path]),
  "a link to /dev/full": (path) => symlinkSync("/dev/full", path),
  "a link to a pipe": (path) => {
    execFileSync("mkfifo", [`${path}.pipe`]);
    symlinkSync(`${path}.pipe`, path);
  },
  "a link to nowhere": (path) => symlinkSync(join(path, "..", "none", "log"), path),
  "a link to itself": (path) => symlinkSync(path, path),
};

test.each(Object.keys(strangers))(
  "%s in the place of a log is told, and nothing waits",
  async (kind) => {
    const path = join(temporaryFolder(), "agent.log");
    strangers[kind]?.(path);
    const output = createFileOutput(path, rotation);
    const run = output.open();
    expect(run.stdio).toBe("ignore");
    expect(run.problem).toContain(`${path} cannot be used`);
    expect(await output.look()).toEqual({ is: "gone", why: run.problem });
    await run.drained();
    expect(run.tail(100).length).toBe(0);
    execFileSync("rm", ["-rf", path]);
    const next = output.open();
    expect(next.problem).toBeUndefined();
    expect(await output.look()).toEqual({ is: "small" });
  },
);

test("a link to a file elsewhere is a log like any other", () => {
  const folder = temporaryFolder();
  const path = join(folder, "agent.log");
  symlinkSync(join(folder, "elsewhere.log"), path);
  const run = createFileOutput(path, rotation).open();
  writeSync(Number(run.stdio), "said");
  expect(readFileSync(join(folder, "elsewhere.log"), "utf8")).toBe("said");
});

test("a log that is removed while it is written is missed, its last words are not, and it does not fill the disk", async () => {
  const { path, output, run, write } = rig();
  write("before\n");
  rmSync(path);
  const gone = { is: "gone", why: expect.stringContaining(`${path} was removed`) as string };
  expect(await output.look()).toEqual(gone);
  write("after\n");
  expect(run.tail(100).toString()).toBe("before\nafter\n");
  write("x".repeat(2000));
  expect(await output.look()).toEqual(gone);
  expect(run.tail(5000).length).toBe(0);
  writeFileSync(path, "another file");
  expect(await output.look()).toEqual(gone);
});

const flags = wayToMount();

test.skipIf(flags === undefined)(
  "a log on a full disk is opened, or is told to be none",
  async () => {
    const disk = await mountSmallDisk(flags ?? [], temporaryFolder(), "64k");
    const path = disk.path("agent.log");
    const output = createFileOutput(path, rotation);
    writeSync(Number(output.open().stdio), "x".repeat(1500));
    disk.fill();
    const run = output.open();
    expect(run.problem).toBeUndefined();
    expect(run.tail(10).length).toBe(0);
    await run.drained();
  },
);
