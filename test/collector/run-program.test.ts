import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test, expect } from "vitest";
import { type ProgramCall, type ProgramEnd, runProgram } from "../../src/collector/run-program.ts";
import { writeScript, running } from "../fixtures/collector/programs.ts";
import { temporaryDirectory } from "../fixtures/collector/setting.ts";

async function call(lines: string[], changes: Partial<ProgramCall> = {}): Promise<ProgramCall> {
  const directory = await temporaryDirectory();
  return {
    program: await writeScript(join(directory, "program"), ...lines),
    args: [],
    env: {},
    directory,
    timeoutMs: 60_000,
    signal: new AbortController().signal,
    ...changes,
  };
}

/** Ignores SIGTERM, and so does its child; the child's pid is told first. */
const stubborn = [
  "trap '' TERM",
  "(trap '' TERM; while :; do /bin/sleep 0.05; done) &",
  "echo $!",
  "while :; do /bin/sleep 0.05; done",
];

/** Runs a program that never ends; the limit grows until it has had the time to say something. */
async function runIntoLimit(lines: string[]): Promise<ProgramEnd> {
  for (let timeoutMs = 200; ; timeoutMs *= 2) {
    const end = await runProgram(await call(lines, { timeoutMs }));
    if (end.output !== "") return end;
  }
}

test("both outputs are kept, and only the given environment is seen", async () => {
  const lines = ['echo "out $GREETING $HOME"', "echo err >&2"];
  const end = await runProgram(await call(lines, { env: { GREETING: "hello" } }));
  expect(end).toEqual({ output: "out hello \nerr", ran: true, problem: undefined });
});

test("output is passed on as it comes", async () => {
  let heard = "";
  const given = await call(["echo one", "echo two"], { onOutput: (text) => (heard += text) });
  await runProgram(given);
  expect(heard).toBe("one\ntwo\n");
});

test.each([
  ["a bad exit code", ["exit 3"], "it ended with exit code 3"],
  ["a signal", ["kill -KILL $$"], "it was ended by SIGKILL"],
])("the problem names %s", async (_name, lines, problem) => {
  expect((await runProgram(await call(lines))).problem).toBe(problem);
});

test("a program that does not exist is a problem, not an exception", async () => {
  const end = await runProgram({ ...(await call([])), program: "/none/at/all" });
  expect(end.problem).toMatch(/does not exist/);
});

test("after the limit the whole group is gone, even one that ignores SIGTERM", async () => {
  const end = await runIntoLimit(stubborn);
  expect(end.problem).toMatch(/^it did not end within [\d.]+ s$/);
  await expect.poll(() => running(Number(end.output.trim()))).toBe(false);
});

test("a child that outlives its parent quietly is ended too", async () => {
  const quiet = "(trap '' TERM; exec > /dev/null 2>&1; while :; do /bin/sleep 0.05; done) &";
  const end = await runIntoLimit([quiet, "echo $!", "wait"]);
  await expect.poll(() => running(Number(end.output.trim()))).toBe(false);
});

test("an abort ends the whole group and is thrown on", async () => {
  const controller = new AbortController();
  let heard = "";
  const given = await call(stubborn, {
    signal: controller.signal,
    onOutput: (text) => {
      heard += text;
      controller.abort(new Error("enough"));
    },
  });
  await expect(runProgram(given)).rejects.toThrow("enough");
  await expect.poll(() => running(Number(heard.trim()))).toBe(false);
});

test("nothing is run after an abort", async () => {
  const given = await call(["echo ran > ran"], { signal: AbortSignal.abort(new Error("enough")) });
  await expect(runProgram(given)).rejects.toThrow("enough");
  await expect(readFile(join(given.directory, "ran"))).rejects.toThrow(/ENOENT/);
});
