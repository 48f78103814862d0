import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { expect, test } from "vitest";
import { lives } from "../helpers/agent/processes.ts";

interface Run {
  readonly ok: boolean;
  readonly output: string;
  readonly isOverdue: boolean;
}

// A plain script, which has no types.
const path = join(import.meta.dirname, "../../scripts/run-command.js");
const { runCommand } = (await import(path)) as {
  runCommand: (command: string, args: readonly string[], options?: object) => Promise<Run>;
};

test("a command runs to its end, with its output and whether it went well", async () => {
  const said = await runCommand("sh", ["-c", "echo a; echo b >&2"], { quiet: true });
  expect({ ...said, output: said.output.split("\n").toSorted() }).toEqual({
    ...{ ok: true, isOverdue: false },
    output: ["", "a", "b"],
  });
  const inTime = { quiet: true, limitMs: 600_000 };
  expect(await runCommand("sh", ["-c", "exit 3"], inTime)).toMatchObject({
    ...{ ok: false, isOverdue: false },
  });
});

test("what is not over in its time is ended with what it has started, and says so", async () => {
  // The pipe of the output is closed when the last of them has ended: before that there is no answer.
  const hangs = ["-c", "sleep 1000 & sleep 1000"];
  expect(await runCommand("sh", hangs, { quiet: true, limitMs: 100 })).toMatchObject({
    ...{ ok: false, isOverdue: true },
  });
});

test.each([undefined, 600_000])(
  "what it runs ends with the script (limit: %s)",
  async (limitMs) => {
    const script = `import(${JSON.stringify(path)}).then(({ runCommand }) =>
    runCommand("sh", ["-c", "echo $$; exec sleep 1000"], { limitMs: ${limitMs} }))`;
    const ours = spawn(process.execPath, ["-e", script], { stdio: ["ignore", "pipe", "inherit"] });
    const [bytes] = (await once(ours.stdout, "data")) as [Buffer];
    ours.kill("SIGTERM");
    await expect.poll(() => lives(Number(bytes.toString()))).toBe(false);
  },
);
