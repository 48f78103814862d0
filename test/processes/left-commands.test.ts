import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { expect, onTestFinished, test } from "vitest";
import { endLeftCommands } from "../../src/processes/left-commands.ts";
import { temporaryFolder } from "../helpers/temporary-folder.ts";
import { until } from "../helpers/until.ts";

function started(detached: boolean, ...args: readonly string[]): ChildProcess {
  const all = ["-e", "setInterval(() => {}, 1_000)", "--", ...args];
  const child = spawn(process.execPath, all, { detached, stdio: "ignore" });
  onTestFinished(() => void child.kill("SIGKILL"));
  return child;
}

test.runIf(process.platform === "linux")(
  "what looks at a file for somebody who is gone is ended, and nothing else",
  async () => {
    const folder = temporaryFolder();
    const file = `${folder}/candidate-7.yaml`;
    const left = started(true, "validate", "--config", file, "--x");
    const others = [
      started(true, "validate", "--config", `${folder}/effective.yaml`),
      started(true, "validate", "--config", `${file}.other`),
      started(true, "edit", file),
      started(false, "validate", "--config", file),
    ];
    const runs = ({ pid = 0 }: ChildProcess): boolean =>
      readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(folder);
    await until(() => [left, ...others].every(runs));
    const ended = once(left, "exit");
    expect(endLeftCommands([file])).toEqual([left.pid]);
    expect(await ended).toEqual([null, "SIGKILL"]);
    expect(endLeftCommands([file])).toEqual([]);
    expect(others.map(runs)).toEqual(others.map(() => true));
  },
);

test("where no file is left nobody is looked for", () => {
  expect(endLeftCommands([])).toEqual([]);
});
