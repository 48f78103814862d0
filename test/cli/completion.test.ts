import { execFileSync, spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { completionScript } from "../../src/cli/completion.ts";
import { commands } from "../../src/cli.ts";
import { temporaryFolder } from "../helpers/temporary-folder.ts";

/** What bash offers behind these words; the last one is what is being typed. */
function offered(words: readonly string[]): readonly string[] {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "complete"), completionScript(commands(), "bash"));
  writeFileSync(join(folder, "super visor.yaml"), "");
  const list = words.map((word) => `'${word}'`).join(" ");
  const script = `source ./complete; COMP_WORDS=(opampsupervisor ${list}); COMP_CWORD=${words.length}; _opampsupervisor; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const text = execFileSync("bash", ["-c", script], { cwd: folder, encoding: "utf8" });
  return text.split("\n").filter((line) => line !== "");
}

test("in bash every command and every option is offered, at its place", () => {
  const program = commands();
  expect(offered([""])).toEqual(
    expect.arrayContaining(program.commands.map((each) => each.name())),
  );
  for (const command of program.commands) {
    const names = [
      ...command.commands.map((each) => each.name()),
      ...command.options.map(({ long }) => long),
    ];
    expect(offered([command.name(), ""])).toEqual(expect.arrayContaining(names));
    for (const below of command.commands) {
      const options = below.options.map(({ long }) => long);
      expect(offered([command.name(), below.name(), "-"])).toEqual(expect.arrayContaining(options));
    }
  }
});

test("in bash a file is completed where one is wanted, and a beginning narrows it down", () => {
  expect(offered(["doc"])).toEqual(["doctor"]);
  expect(offered(["doctor", "--config", "su"])).toEqual(["super visor.yaml"]);
  expect(offered(["doctor", "--config", "=", "su"])).toEqual(["super visor.yaml"]);
  expect(offered(["doctor", "--js"])).toEqual(["--json"]);
  expect(offered(["collector", "install", "--manifest", ""])).toEqual([]);
  expect(offered(["nonsense", "xyz"])).toEqual([]);
});

const noFish = spawnSync("fish", ["--version"]).error !== undefined;

test.skipIf(noFish)("in fish every command is offered, and every option of one", () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "complete"), completionScript(commands(), "fish"));
  for (const command of [undefined, ...commands().commands]) {
    const line = `opampsupervisor ${command === undefined ? "" : `${command.name()} --`}`;
    const ask = ["-c", "source ./complete; complete -C $argv[1]", line];
    const text = execFileSync("fish", ask, { cwd: folder, encoding: "utf8" });
    const found = text.split("\n").map((each) => each.split("\t")[0]);
    const names =
      command === undefined
        ? commands().commands.map((each) => each.name())
        : command.options.map(({ long }) => long);
    expect(found).toEqual(expect.arrayContaining(names));
  }
});

for (const shell of ["bash", "zsh", "fish"] as const) {
  const missing = spawnSync(shell, ["--version"]).error !== undefined;
  test.skipIf(missing)(`${shell} itself takes the script, where it is installed`, () => {
    const path = join(temporaryFolder(), "complete");
    writeFileSync(path, completionScript(commands(), shell));
    const { status, stderr } = spawnSync(shell, ["-n", path], { encoding: "utf8" });
    expect(stderr).toBe("");
    expect(status).toBe(0);
  });
}
