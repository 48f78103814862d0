import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { test, expect } from "vitest";
import { redacted } from "../../../src/redact.ts";
import { type Logger, openLog } from "../../../src/supervisor/log/log.ts";
import { forJournal, readable } from "../../../src/supervisor/log/format-line.ts";
import type { LogSettings } from "../../../src/supervisor/settings/settings.ts";
import { bundle, firstLine, runInOwnProcess } from "../../helpers/agent/own-process.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";

interface Rig {
  readonly path: string;
  readonly log: Logger;
  readonly text: () => string;
  readonly records: () => readonly Readonly<Record<string, unknown>>[];
}

/** A log that goes to a file. */
function rig(changes: Partial<LogSettings> = {}, terminal = false): Rig {
  const path = join(temporaryFolder(), "supervisor.log");
  const settings = { level: "info", outputPaths: [path], encoding: "json", ...changes } as const;
  const text = (): string => readFileSync(path, "utf8");
  return {
    path,
    log: openLog(settings, terminal).log,
    text,
    records: () =>
      text()
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line) as Record<string, unknown>),
  };
}

/** Says one line on the output that the settings name, and goes on until it is ended. */
const speaker = `
  import { openLog } from "./src/supervisor/log/log.ts";
  const settings = { level: "info", outputPaths: ["stdout"], encoding: process.argv[2] };
  const { log } = openLog(settings, process.argv[3] === "terminal");
  log.info({ run: 1 }, "agent started");
  process.stdin.on("data", () => {
    for (let count = 0; count < 100; count += 1) log.info("nobody reads this");
    process.exit(7);
  });
`;

test("a record is one line of JSON with time, level, words and fields", () => {
  const { log, records } = rig();
  log.info({ run: 3, generation: 2, parked: false }, "agent started");
  expect(records()).toEqual([
    {
      level: "info",
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as string,
      run: 3,
      generation: 2,
      parked: false,
      msg: "agent started",
    },
  ]);
});

test("times in milliseconds are whole numbers", () => {
  const { log, records } = rig();
  log.warn({ retryInMs: 683.349609375, ratio: 0.5 }, "not connected");
  expect(records()[0]).toMatchObject({ retryInMs: 683, ratio: 0.5 });
});

test.each([
  ["debug", ["debug", "info", "warn", "error", "fatal"]],
  ["info", ["info", "warn", "error", "fatal"]],
  ["warn", ["warn", "error", "fatal"]],
  ["error", ["error", "fatal"]],
  ["fatal", ["fatal"]],
] as const)("at level %s only what weighs as much is written", (level, expected) => {
  const { log, records } = rig({ level });
  for (const each of ["debug", "info", "warn", "error", "fatal"] as const) log[each]("words");
  expect(records().map((record) => record["level"])).toEqual(expected);
});

test("every output gets every line, a file for the owner only and behind what it holds", () => {
  const { path } = rig();
  const other = join(temporaryFolder(), "other.log");
  writeFileSync(other, "earlier\n");
  const settings = { level: "info", outputPaths: [path, other], encoding: "console" } as const;
  openLog(settings, false).log.info("words");
  expect(readFileSync(path, "utf8")).toMatch(/ INFO +words\n$/);
  expect(readFileSync(other, "utf8")).toBe(`earlier\n${readFileSync(path, "utf8")}`);
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test.each<[LogSettings["encoding"], boolean, boolean]>([
  ["json", true, false],
  ["console", false, true],
  // A file is read by programs, whoever looks on.
  [undefined, true, false],
  [undefined, false, false],
])("in a file, encoding %s with a terminal %s is readable: %s", (encoding, terminal, expected) => {
  const { log, text } = rig({ encoding }, terminal);
  log.info("words");
  expect(!text().startsWith("{")).toBe(expected);
});

test.each([
  ["json", "terminal", false],
  ["console", "none", true],
  ["", "none", false],
  ["", "terminal", true],
])("on stdout, encoding %j with terminal %s is readable: %s", async (encoding, at, expected) => {
  const program = bundle(speaker.replace("process.argv[2]", "process.argv[2] || undefined"));
  const line = await firstLine(runInOwnProcess(program, encoding, at));
  expect(line).toContain("agent started");
  expect(line.startsWith("{")).toBe(!expected);
});

test("who stops reading costs the lines, never the program", async () => {
  const child = runInOwnProcess(bundle(speaker), "json");
  await firstLine(child);
  child.stdout.destroy();
  child.stdin.write("go\n");
  expect(await once(child, "exit")).toEqual([7, null]);
});

test("a named pipe without a reader holds up nothing, and readers may come and go", async () => {
  const path = join(temporaryFolder(), "pipe");
  execFileSync("mkfifo", [path]);
  const program = bundle(`
    import { openLog } from "./src/supervisor/log/log.ts";
    const settings = { level: "info", outputPaths: ["stdout", process.argv[2]], encoding: "json" };
    const { log } = openLog(settings, false);
    log.info("one");
    process.stdin.on("data", () => log.info("two"));
  `);
  const child = runInOwnProcess(program, path);
  await firstLine(child);
  const read = async (): Promise<string> => {
    const reader = spawn("head", ["-n", "1", path], { stdio: ["ignore", "pipe", "ignore"] });
    const [line] = (await once(reader.stdout, "data")) as [Buffer];
    await once(reader, "close");
    return line.toString();
  };
  expect(await read()).toContain('"one"');
  child.stdin.write("go\n");
  expect(await read()).toContain('"two"');
});

test("a full disk costs the lines on it, never the program or the other outputs", () => {
  const { path, records } = rig();
  const outputPaths = ["/dev/full", path];
  const { log } = openLog({ level: "info", outputPaths, encoding: "json" }, false);
  for (const words of ["one", "two", "three"]) log.error(words);
  expect(records().map((record) => record["msg"])).toEqual(["one", "two", "three"]);
});

test("a readable line has the clock, the level, the words and the fields", () => {
  const line = JSON.stringify({
    level: "warn",
    time: "2026-01-02T03:04:05.678Z",
    reason: "nothing listens",
    retryInMs: 1000,
    parts: ["a"],
    msg: "not connected",
  });
  expect(readable(line)).toBe(
    '03:04:05.678 WARN  not connected reason=nothing listens retryInMs=1000 parts=["a"]\n',
  );
});

test.each([
  ["debug", 7],
  ["info", 6],
  ["warn", 4],
  ["error", 3],
  ["fatal", 2],
])("the journal gets the priority of %s, and no time", (level, priority) => {
  const record = { level, time: "2026-01-02T03:04:05.678Z", reason: "a\nb", msg: "words" };
  const line = JSON.stringify(record);
  const before = `<${priority}>`;
  expect(forJournal(line, false)).toBe(`${before}words reason=\n${before}    a\n${before}    b\n`);
  expect(forJournal(line, true)).toBe(`${before}${line}\n`);
});

test("a text of several lines stands indented below its words", () => {
  const { log, text } = rig({ encoding: "console" });
  log.error({ reason: "Error: first\nsecond" }, "agent exited");
  expect(text()).toMatch(/ ERROR agent exited reason=\n {4}Error: first\n {4}second\n$/);
});

const secrets: readonly (readonly [string, string])[] = [
  ["an Authorization header", "Authorization: Bearer abcdef123456"],
  ["a password in a URL", "http://user:abcdef123456@host/path"],
  ["a quoted password", 'set "password=abcdef123456" here'],
  ["a line of YAML with its neighbours", "a: 1\ntoken: abcdef123456\nb: 2"],
  ["JSON in a text", '{"api_key":"abcdef123456","keep":1}'],
  ["a key that was cut off", "-----BEGIN RSA PRIVATE KEY-----\nabcdef123456"],
  ["a Windows path behind a secret", "secret=abcdef123456\\x"],
];

test.each(secrets)("%s is not written, and the record stays whole", (_name, secret) => {
  const { log, text, records } = rig();
  log.info({ reason: secret, nested: { list: [secret] }, after: 1 }, secret);
  log.info("next");
  expect(text()).not.toContain("abcdef");
  expect(text()).toContain(redacted);
  expect(records()).toHaveLength(2);
  expect(records()[0]).toMatchObject({ level: "info", after: 1 });
});

test.each(secrets)("%s is not shown to a person either", (_name, secret) => {
  const { log, text } = rig({ encoding: "console" });
  log.info({ reason: secret, after: 1 }, secret);
  log.info("next");
  expect(text()).not.toContain("abcdef");
  expect(text()).toMatch(/ after=1\n.* INFO +next\n$/);
});

test("a field whose name says that it is a secret is not written", () => {
  const { log, text, records } = rig();
  log.info({ password: "abcdef", headers: { Authorization: "abcdef" }, keep: "seen" }, "words");
  expect(text()).not.toContain("abcdef");
  expect(records()[0]).toMatchObject({ password: redacted, keep: "seen" });
});

test("lines around a secret are kept", () => {
  const { log, records } = rig();
  log.info({ reason: "a: 1\ntoken: abcdef123456\nb: 2" }, "words");
  expect(records()[0]?.["reason"]).toBe(`a: 1\ntoken: ${redacted}\nb: 2`);
});

test("a log file that cannot be written is named, with its key", () => {
  const folder = temporaryFolder();
  const open = (path: string) => () =>
    openLog({ level: "info", outputPaths: [path], encoding: "json" }, false);
  expect(open(folder)).toThrow(`${folder} is a directory: expected a file (telemetry.logs.`);
  expect(open(join(folder, "none", "new.log"))).toThrow("nothing can be made");
});
