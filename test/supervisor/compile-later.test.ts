import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { buildSync } from "esbuild";
import { expect, test } from "vitest";
import { temporaryFolder } from "../helpers/temporary-folder.ts";

const source = join(import.meta.dirname, "../../src/supervisor/compile-later.ts");

test("this Node knows what it is told: V8 would say otherwise on the error output, and go on", () => {
  const outfile = join(temporaryFolder(), "compile-later.mjs");
  buildSync({ entryPoints: [source], outfile, bundle: true, platform: "node", format: "esm" });
  const script = `
    const { compilingLater } = await import(${JSON.stringify(pathToFileURL(outfile))});
    let sum = 0;
    const add = compilingLater((each) => { sum += each.length; });
    for (let round = 0; round < 2e4; round += 1) add(String(round % 10));
    console.log(sum);`;
  const told = execFileSync(
    "bash",
    ["-c", 'exec "$0" --input-type=module -e "$1" 2>&1', process.execPath, script],
    { encoding: "utf8" },
  );
  expect(told).toBe("20000\n");
});
