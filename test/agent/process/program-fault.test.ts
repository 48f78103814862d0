import { execFileSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { programFault } from "../../../src/agent/process/program-fault.ts";
import { interpreterOf } from "../../../src/agent/process/interpreter.ts";
import { SupervisorError } from "../../../src/errors.ts";
import { spawnProblem } from "../../../src/agent/process/spawn-problem.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";

function program(text: string | Uint8Array, mode = 0o755): string {
  const path = join(temporaryFolder(), "otelcol");
  writeFileSync(path, text);
  chmodSync(path, mode);
  return path;
}

test("a program that can be started has no fault", () => {
  expect(programFault(process.execPath)).toBeUndefined();
  expect(programFault("/bin/sh")).toBeUndefined();
  for (const text of ["#!/bin/sh\n", "#! /bin/sh -e\n", "#!/usr/bin/env sh\n", "", "#!", "text"]) {
    expect(programFault(program(text))).toBeUndefined();
  }
});

test("the file that is missing is named, not the program that needs it", () => {
  const folder = temporaryFolder();
  const at = (name: string): string => join(folder, name);
  expect(programFault(at("none"))).toBe(`${at("none")} does not exist`);
  expect(programFault(at("a/b/c"))).toBe(
    `${at("a/b/c")} does not exist, because there is no directory ${at("a")}`,
  );
  symlinkSync(at("gone"), at("link"));
  expect(programFault(at("link"))).toBe(
    `${at("link")} is a link to ${at("gone")}, which does not exist`,
  );
  symlinkSync(at("circle"), at("circle"));
  expect(programFault(at("circle"))).toBe(`${at("circle")} is a link that leads in a circle`);
  const script = program("#!/no/such/sh -e\necho\n");
  expect(programFault(script)).toBe(
    `the interpreter /no/such/sh in the first line of ${script} does not exist`,
  );
  expect(programFault(program("#!/bin/sh\r\necho\r\n"))).toContain("carriage return");
});

test("what is no program is said to be none", () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, "directory"));
  execFileSync("mkfifo", [join(folder, "pipe")]);
  for (const name of ["directory", "pipe"]) {
    expect(programFault(join(folder, name))).toContain("is no file");
  }
  expect(programFault(program("#!/bin/sh\n", 0o644))).toContain("may not be executed");
});

test("the loader that a linked program needs is found in it, and missed", () => {
  const loader = interpreterOf(process.execPath);
  expect(loader).toMatchObject({ is: "loader", path: expect.stringMatching(/ld/) as string });
  const path = join(temporaryFolder(), "otelcol");
  copyFileSync(process.execPath, path);
  const bytes = readFileSync(path);
  const found = bytes.indexOf(`${loader?.path ?? ""}\0`);
  bytes.write("/no", found);
  writeFileSync(path, bytes);
  expect(programFault(path)).toMatch(/^the loader \/no.* that .* needs does not exist/);
});

test("a file that is damaged in any way is no fault of what it would need", () => {
  const head = readFileSync("/proc/self/exe").subarray(0, 5000);
  for (const length of [0, 1, 4, 6, 63, 64, 65, 200, 5000]) {
    const path = program(head.subarray(0, length));
    expect(() => programFault(path)).not.toThrow();
  }
  const wild = Buffer.from(head);
  wild.fill(0xff, 32, 64);
  expect(programFault(program(wild))).toBeUndefined();
});

test("what the system lacks is no fault of the program", () => {
  for (const code of ["EAGAIN", "ENOMEM", "EMFILE", "ENFILE", "ETXTBSY"]) {
    const error = Object.assign(new Error(`spawn ${code}`), { code });
    expect(spawnProblem("/bin/sh", error)).toMatchObject({ scarce: true });
    expect(spawnProblem("/bin/sh", error).spawnError).toContain(`(${code})`);
  }
  const error = Object.assign(new Error("spawn E2BIG"), { code: "E2BIG" });
  expect(spawnProblem("/bin/sh", error)).toEqual({
    spawnError: expect.stringContaining("longer than the system allows") as string,
  });
  expect(spawnProblem("/bin/sh", new Error("other"))).toEqual({ spawnError: "other" });
  const wall = new SupervisorError("no-wall", "no wall");
  expect(spawnProblem("/bin/sh", wall)).toEqual({ spawnError: "no wall", scarce: true });
});
