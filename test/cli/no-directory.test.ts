import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../helpers/temporary-folder.ts";

const program = join(import.meta.dirname, "../../bin/opampsupervisor.cjs");

test
  .runIf(process.platform === "linux")
  .each([[["--config=supervisor.yaml"]], [["status", "--config=supervisor.yaml"]]])(
  "%j in a directory that was removed ends with what to do",
  (command) => {
    const args = ["-c", 'rm -r "$PWD"; "$0" "$@"', process.execPath, program, ...command];
    const options = { cwd: temporaryFolder(), encoding: "utf8" } as const;
    const { status, stderr } = spawnSync("sh", args, options);
    expect(status).toBe(1);
    expect(stderr).toContain("the working directory cannot be told (ENOENT): start this in one");
    expect(stderr).not.toContain("    at ");
  },
);
