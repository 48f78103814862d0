import { spawn, execFileSync } from "node:child_process";
import { once } from "node:events";
import { closeSync, existsSync, openSync, constants } from "node:fs";
import { Socket } from "node:net";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { onTestFinished, test, expect } from "vitest";
import { countLines } from "../../../src/supervisor/log/log-destination.ts";
import { bundle } from "../../helpers/agent/own-process.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";
import { until } from "../../helpers/until.ts";

const lines = 40_000;

/** Says more than any pipe holds, then makes a file; ends when its input does. */
const speaker = `
  import { writeFileSync } from "node:fs";
  import { openLog } from "./src/supervisor/log/log.ts";
  const settings = { level: "info", outputPaths: ["stdout"], encoding: "json" };
  const { log, flushed } = openLog(settings, false);
  for (let count = 0; count < ${lines}; count += 1) log.info({ text: "x".repeat(100) }, "words");
  writeFileSync(process.argv[2], "");
  process.stdin.resume().on("end", () => void flushed().then(() => process.exit(7)));
`;

interface Rig {
  /** The other end of its output, from which nothing has been read. */
  readonly output: Readable;
  readonly said: Promise<unknown>;
  readonly end: () => Promise<unknown>;
}

function rig(kind: "pipe" | "socket"): Rig {
  const folder = temporaryFolder();
  const mark = join(folder, "said");
  const ends = kind === "pipe" ? fifo(join(folder, "fifo")) : undefined;
  const child = spawn(process.execPath, [bundle(speaker), mark], {
    stdio: ["pipe", ends?.writer ?? "pipe", "inherit"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  if (ends !== undefined) closeSync(ends.writer);
  const output = child.stdout ?? new Socket({ fd: ends?.reader ?? -1, writable: false });
  output.pause();
  return {
    output,
    said: until(() => existsSync(mark)),
    end: () => {
      const ended = once(child, "exit");
      child.stdin?.end();
      return ended;
    },
  };
}

function fifo(path: string): { readonly reader: number; readonly writer: number } {
  execFileSync("mkfifo", [path]);
  const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  return { reader, writer: openSync(path, constants.O_WRONLY) };
}

test.each(["pipe", "socket"] as const)(
  "a %s that nobody reads holds up nothing, and each line is told or counted",
  async (kind) => {
    const { output, said, end } = rig(kind);
    await said;
    let text = "";
    output.on("data", (bytes: Buffer) => (text += String(bytes))).resume();
    const dropping = /"lines":(\d+),"msg":"lines of the log were dropped/;
    const [, dropped] = await until(() => dropping.exec(text) ?? undefined);
    const told = text.split("\n").filter((line) => line.includes('"msg":"words"')).length;
    expect(told).toBeGreaterThan(1000);
    expect(told + Number(dropped)).toBe(lines);
    expect(await end()).toEqual([7, null]);
  },
);

test.each(["pipe", "socket"] as const)(
  "who reads a %s late still gets the last line",
  async (kind) => {
    const { output, said, end } = rig(kind);
    await said;
    const ended = end();
    output.resume();
    expect(await ended).toEqual([7, null]);
  },
);

test("a text has as many lines as line breaks", () => {
  expect(["", "a", "a\n", "\n\nb\n"].map(countLines)).toEqual([0, 0, 1, 3]);
});
