import { writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { expect, test } from "vitest";
import { goUnderInit } from "../../src/cli/under-init.ts";
import { temporaryFolder } from "../helpers/temporary-folder.ts";

/** A directory with a program of this name that answers with this exit code. */
function folderWith(name: string, code: number): string {
  const folder = temporaryFolder();
  writeFileSync(join(folder, name), `#!/bin/sh\nexit ${code}\n`, { mode: 0o755 });
  return folder;
}

/** What a process with this id becomes. */
function becomes(pid: number, folders: readonly string[]): readonly string[] | undefined {
  const became: (readonly string[])[] = [];
  goUnderInit({
    ...{ pid, execPath: "/bin/node", execArgv: ["--x"], argv: ["node", "/bin/us", "--config=a"] },
    env: { PATH: folders.join(delimiter) },
    execve: (file, args, env) => became.push([file, ...args, String(env["PATH"])]),
  });
  return became[0];
}

test("the first process becomes an init with itself as the child", () => {
  const folder = folderWith("tini", 0);
  const tini = join(folder, "tini");
  const self = ["/bin/node", "--x", "/bin/us", "--config=a"];
  expect(becomes(1, [folder])).toEqual([tini, tini, "--", ...self, folder]);
});

test("one that cannot be run here is left out", () => {
  const [broken, good] = [folderWith("tini", 127), folderWith("dumb-init", 0)];
  expect(becomes(1, [broken, good])?.[0]).toBe(join(good, "dumb-init"));
  expect(becomes(1, [broken])).toBeUndefined();
});

test("nothing happens to any other process, without an init, and where Node cannot become another program", () => {
  expect(becomes(7, [folderWith("tini", 0)])).toBeUndefined();
  expect(becomes(1, [])).toBeUndefined();
  const env = { PATH: folderWith("tini", 0) };
  goUnderInit({ pid: 1, execPath: "/bin/node", execArgv: [], argv: [], env });
});
