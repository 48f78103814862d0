import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { expect, test } from "vitest";
import {
  type RaisedWall,
  raiseWall,
  wallOrNone,
} from "../../../src/supervisor/inputs/raise-wall.ts";
import { rulesOf } from "../../helpers/core/rules.ts";
import { script, temporaryFolder } from "../../helpers/temporary-folder.ts";

type Confining = Parameters<typeof raiseWall>[0];

interface Parts {
  readonly confine?: "off" | "auto" | "required";
  readonly allow?: readonly string[];
  readonly own?: readonly string[];
  readonly storage?: string;
}

function settings({
  confine = "auto",
  allow = [],
  own = [],
  storage = "/nowhere",
}: Parts): Confining {
  const rules = rulesOf({ file_paths: { allow } }, own);
  const read = {
    agent: { confine, rules },
    storage: { directory: storage },
    log: { outputPaths: ["stdout", "/var/log/own.log"] },
  };
  return read as unknown as Confining;
}

/** A directory with a program of this name, which is a script of these lines. */
function pathWith(name: string, ...lines: readonly string[]): string {
  const folder = temporaryFolder();
  const file = join(folder, name);
  writeFileSync(file, `#!/bin/sh\n${lines.join("\n")}\n`, { mode: 0o755 });
  return folder;
}

const willing = 'while [ "$1" != -- ]; do shift; done; shift; exec true';

function raised(parts: Parts, path = pathWith("bwrap", willing)): RaisedWall {
  return raiseWall(settings(parts), path);
}

test("nothing is asked for where nothing shall be confined", () => {
  const path = pathWith("setpriv", `touch ${temporaryFolder()}/asked`);
  expect(raised({ confine: "off" }, path)).toMatchObject({ command: [], problem: undefined });
});

test("the first program that can is taken, and told whether it stays", () => {
  const setpriv = pathWith("setpriv", willing);
  const old = pathWith("setpriv", 'echo "setpriv: unrecognized option --x" >&2; exit 1');
  const bwrap = pathWith("bwrap", willing);
  const both = (...folders: readonly string[]): string => folders.join(delimiter);
  expect(raised({}, both(bwrap, setpriv))).toMatchObject({ by: "landlock", stays: false });
  expect(raised({}, both(old, bwrap))).toMatchObject({ by: "bubblewrap", stays: true });
});

test("where none can, each of them says why, and only what is required is refused", () => {
  const old = pathWith("setpriv", 'echo "setpriv: unrecognized option --x" >&2; exit 1');
  const { problem, command } = raised({}, old);
  expect(problem).toContain(
    `${old}/setpriv said: unrecognized option --x; bwrap is not on the PATH`,
  );
  expect(command).toEqual([]);
  expect(wallOrNone(settings({}), old).command).toEqual([]);
  expect(() => wallOrNone(settings({ confine: "required" }), old)).toThrow(/unrecognized option/);
});

test("what may be written to is there, is no link, and holds nothing of ours", () => {
  const folder = temporaryFolder();
  const [data, file, state] = [join(folder, "data"), join(folder, "file"), join(folder, "state")];
  mkdirSync(join(data, "below"), { recursive: true });
  mkdirSync(join(state, "queue"), { recursive: true });
  writeFileSync(file, "");
  symlinkSync(data, join(folder, "link"));
  symlinkSync(state, join(folder, "to-ours"));
  const allow = [
    ...[`${folder}/link/**`, `${data}/below`, file, `${state}/queue`],
    ...[`${folder}/gone`, `${folder}/to-ours`, state, `${folder}/*`],
  ];
  const { writable, notOpened } = raised({ allow, storage: state });
  expect(writable.toSorted()).toEqual([data, file, `${state}/queue`].toSorted());
  expect(notOpened.toSorted()).toEqual([`${folder}/gone`, state, `${folder}/*`, state].toSorted());
});

test("a link that the agent could have made opens nothing", () => {
  const folder = temporaryFolder();
  const [data, other] = [join(folder, "data"), join(folder, "other")];
  for (const each of [data, other]) mkdirSync(each);
  symlinkSync("../other", join(data, "sub"));
  symlinkSync(join(data, "sub"), join(folder, "link"));
  symlinkSync(data, join(folder, "good"));
  const { writable, notOpened } = raised({ allow: [`${folder}/good`, `${folder}/link`] });
  expect(writable).toEqual([data]);
  expect(notOpened).toEqual([`${folder}/link`]);
});

test("a program that ends badly or cannot be started is a reason too", () => {
  const folder = temporaryFolder();
  symlinkSync(script("exit 3"), join(folder, "bwrap"));
  expect(raised({}, folder).problem).toContain("bwrap is not on the PATH");
  const odd = temporaryFolder();
  mkdirSync(join(odd, "bwrap"));
  expect(raised({}, odd).problem).toContain(`${odd}/bwrap cannot be run (`);
  expect(raised({}, pathWith("bwrap", "exit 3")).problem).toContain("exit code 3");
  expect(raised({}, pathWith("bwrap", "kill -9 $$")).problem).toContain("bwrap said");
});
