import { expect, test } from "vitest";
import { type WallHelper, wallCommand } from "../../../src/policy/kernel/wall-command.ts";

const setpriv: WallHelper = { by: "landlock", program: "/usr/bin/setpriv" };
const bwrap: WallHelper = { by: "bubblewrap", program: "/usr/bin/bwrap" };
const writable = [
  { path: "/data/a b", isDirectory: true },
  { path: "/log/x", isDirectory: false },
];

test("Landlock permits changes below directories, and writing to files", () => {
  const old = "write-file,remove-dir,remove-file,make-dir,make-reg,make-sock,make-fifo,make-sym";
  const below = `${old},truncate,refer`;
  expect(wallCommand(setpriv, { writable, privileged: false })).toEqual([
    "/usr/bin/setpriv",
    "--no-new-privs",
    ...["--landlock-access", `fs:${below},make-char,make-block`],
    ...["--landlock-rule", "path-beneath:write-file,truncate:/dev/null"],
    ...["--landlock-rule", `path-beneath:${below}:/data/a b`],
    ...["--landlock-rule", "path-beneath:write-file,truncate:/log/x"],
    "--",
  ]);
  const older = wallCommand({ ...setpriv, by: "old-landlock" }, { writable, privileged: false });
  expect(older).toContain(`path-beneath:${old}:/data/a b`);
  expect(older.join(" ")).not.toMatch(/truncate|refer/);
});

test("bubblewrap shows everything for reading, with devices of its own, and some for writing", () => {
  expect(wallCommand(bwrap, { writable, privileged: false })).toEqual([
    "/usr/bin/bwrap",
    ...["--ro-bind", "/", "/", "--dev", "/dev"],
    ...["--bind", "/data/a b", "/data/a b", "--bind", "/log/x", "/log/x"],
    "--",
  ]);
});

test("root loses the rights with which it could undo the wall", () => {
  const facts = { writable: [], privileged: true };
  expect(wallCommand(setpriv, facts).join(" ")).toContain("--bounding-set -sys_admin,");
  expect(wallCommand(bwrap, facts).join(" ")).toContain("--cap-drop CAP_SYS_ADMIN ");
});
