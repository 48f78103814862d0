import { writeFile, chmod, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { test, expect } from "vitest";
import { checkProgram } from "../../src/collector/check-program.ts";
import { defaultLimits } from "../../src/collector/options.ts";
import { writeScript } from "../fixtures/collector/programs.ts";
import { temporaryDirectory, isolatedOptions } from "../fixtures/collector/setting.ts";

test.each([
  ["otelcol version 0.149.0", "0.149.0"],
  ["otelcol-contrib version 0.130.1-nightly.2", "0.130.1-nightly.2"],
  ["aws-otel-collector version v0.43.3", "0.43.3"],
  ["otelcol version latest", undefined],
])("a collector that answers %j has the version %s", async (answer, version) => {
  const file = await writeScript(join(await temporaryDirectory(), "c"), `echo "${answer}"`);
  expect(await checkProgram(file, await isolatedOptions())).toEqual({ usable: true, version });
});

test.each([
  ["another answer", ["echo hello"], /does not answer --version/],
  ["no answer", [], /does not answer --version/],
  ["a bad exit code", ["echo otelcol version 1.2.3", "exit 1"], /exit code 1/],
])("a program with %s is not usable", async (_name, lines, reason) => {
  const file = await writeScript(join(await temporaryDirectory(), "c"), ...lines);
  const checked = await checkProgram(file, await isolatedOptions());
  expect(checked).toEqual({ usable: false, reason: expect.stringMatching(reason) as unknown });
});

test("a program that hangs is not usable, after a bounded time", async () => {
  const file = await writeScript(join(await temporaryDirectory(), "c"), "exec /bin/sleep 60");
  const limits = { ...defaultLimits, versionCheckMs: 50 };
  const checked = await checkProgram(file, await isolatedOptions({ limits }));
  expect(checked).toMatchObject({
    usable: false,
    reason: expect.stringMatching(/within 0.05 s/) as unknown,
  });
});

test("a file for another kind of machine is called that", async () => {
  const file = join(await temporaryDirectory(), "c");
  const head = Buffer.alloc(64);
  head.write("\u007fELF\u0002\u0001\u0001", "latin1");
  head.writeUInt16LE(process.arch === "s390x" ? 62 : 22, 18);
  await writeFile(file, head);
  await chmod(file, 0o755);
  const checked = await checkProgram(file, await isolatedOptions());
  expect(checked).toMatchObject({
    usable: false,
    reason: expect.stringMatching(/another kind of machine/) as unknown,
  });
});

test("files that cannot be programs are not run", async () => {
  const directory = await temporaryDirectory();
  const options = await isolatedOptions();
  await mkdir(join(directory, "d"));
  await writeFile(join(directory, "f"), "#!/bin/sh\necho otelcol version 0.149.0\n");
  const reasons = await Promise.all(
    ["d", "f", "none", "f/below"].map((name) => checkProgram(join(directory, name), options)),
  );
  expect(reasons).toEqual([
    { usable: false, reason: "it is not a file" },
    { usable: false, reason: "it may not be executed" },
    { usable: false, reason: "it does not exist" },
    { usable: false, reason: "it does not exist" },
  ]);
});

test("a script whose interpreter is missing is not usable", async () => {
  const file = join(await temporaryDirectory(), "c");
  await writeFile(file, "#!/none/at/all\n");
  await chmod(file, 0o755);
  const checked = await checkProgram(file, await isolatedOptions());
  expect(checked).toMatchObject({
    usable: false,
    reason: expect.stringMatching(/interpreter/) as unknown,
  });
});
