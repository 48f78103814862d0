import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";

const program = join(import.meta.dirname, "../../bin/opampsupervisor.cjs");

test("a reader that has had enough ends a command without a word", () => {
  const script = 'set -o pipefail; "$0" "$1" schema | head -1';
  const { status, stdout, stderr } = spawnSync("bash", ["-c", script, process.execPath, program], {
    encoding: "utf8",
  });
  expect([status, stdout, stderr]).toEqual([0, "{\n", ""]);
});
