import { writeFileSync, chmodSync, mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { test, expect } from "vitest";
import { findSetpriv, withDeathSignal } from "../../../src/agent/process/death-signal.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";

function folderWith(name: string, mode: number): string {
  const folder = temporaryFolder();
  writeFileSync(join(folder, name), "#!/bin/sh\n");
  chmodSync(join(folder, name), mode);
  return folder;
}

test("the first setpriv on the PATH that may be run is taken", () => {
  const idle = folderWith("setpriv", 0o644);
  const good = folderWith("setpriv", 0o755);
  expect(findSetpriv(`${idle}::${good}:/nowhere`)).toBe(join(good, "setpriv"));
  expect(findSetpriv("")).toBeUndefined();
});

test("a busybox that calls itself setpriv is not, because it does not know death signals", () => {
  const box = folderWith("busybox", 0o755);
  const folder = join(box, "bin");
  mkdirSync(folder);
  symlinkSync(join(box, "busybox"), join(folder, "setpriv"));
  expect(findSetpriv(folder)).toBeUndefined();
});

test("the agent's own arguments stay its own", () => {
  expect(withDeathSignal("/s/setpriv", "/a/otelcol", ["--config", "x"])).toEqual([
    "/s/setpriv",
    ["--pdeathsig", "TERM", "--", "/a/otelcol", "--config", "x"],
  ]);
  expect(withDeathSignal(undefined, "/a/otelcol", ["x"])).toEqual(["/a/otelcol", ["x"]]);
});
