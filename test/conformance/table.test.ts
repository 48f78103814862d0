import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { test, expect } from "vitest";

const script = join(import.meta.dirname, "../../scripts/conformance.js");

test("every requirement has a test or a reason, tests name no others, and the page is current", async () => {
  const run = promisify(execFile)(process.execPath, [script, "--check"]);
  const output = await run.then(
    ({ stdout }) => stdout,
    (error: unknown) => (error as { readonly stdout: string }).stdout,
  );
  expect(output).toBe("");
});
