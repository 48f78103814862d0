import { readFile, stat, readdir, writeFile, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { test, expect } from "vitest";
import { installBuild } from "../../src/collector/build.ts";
import { builtProgramFile, workDirectory } from "../../src/collector/cache.ts";
import { readManifest } from "../../src/collector/manifest.ts";
import type { CollectorOptions } from "../../src/collector/options.ts";
import type { ProgressEvent } from "../../src/collector/progress.ts";
import {
  writeFakeGo,
  writeManifest,
  writeScript,
  running,
} from "../fixtures/collector/programs.ts";
import { isolatedOptions, temporaryDirectory } from "../fixtures/collector/setting.ts";

const ignore = (): void => undefined;

async function withGo(...before: string[]): Promise<CollectorOptions> {
  const options = await isolatedOptions();
  const directory = options.workingDirectory;
  await writeFakeGo(join(directory, "bin", "go"), join(directory, "builds"), ...before);
  return options;
}

async function buildsOf(options: CollectorOptions): Promise<string[]> {
  const text = await readFile(join(options.workingDirectory, "builds"), "utf8").catch(() => "");
  return text
    .trim()
    .split("\n")
    .filter((line) => line !== "");
}

test("the builder of the asked version is run and its program laid into the cache", async () => {
  const options = await withGo();
  const events: ProgressEvent[] = [];
  const file = await installBuild(options, (event) => events.push(event));
  expect(file).toBe(builtProgramFile(options, await readManifest(options.manifestFile)));
  expect((await stat(file)).mode & 0o777).toBe(0o755);
  const [call, ...more] = await buildsOf(options);
  expect(call).toMatch(/^run go\.opentelemetry\.io\/collector\/cmd\/builder@v0\.149\.0 --config /);
  expect(more).toEqual([]);
  expect(events.map(({ message }) => message.split(": ")[1])).toEqual(["preparing", "compiling"]);
  expect(await readdir(options.cacheDirectory)).toEqual(["collectors"]);
});

test("the builder and the place in the cache are those of the version that the manifest names", async () => {
  const options = await withGo();
  await writeManifest(options.workingDirectory, "otelcol", "0.165.0");
  const file = await installBuild(options, ignore);
  const [call] = await buildsOf(options);
  expect(call).toMatch(/^run go\.opentelemetry\.io\/collector\/cmd\/builder@v0\.165\.0 /);
  expect(file).toContain("/collectors/0.165.0/");
});

/** The builder ends where it looks for modules; `wrote` is what it had written by then. */
function missingModule(wrote: string): string[] {
  const reads =
    'while read -r key value; do [ "$key" = output_path: ] && out="$value"; done < "$4"';
  return ['if [ "$1" = run ]; then', reads, wrote, 'echo "no such module"; exit 1', "fi"];
}

test("where only the builder lacks a module its sources are compiled without it", async () => {
  const options = await withGo(...missingModule('echo module x > "$out/go.mod"'));
  const file = await installBuild(options, ignore);
  expect((await stat(file)).mode & 0o777).toBe(0o755);
  const [first, second, ...more] = await buildsOf(options);
  expect(first).toMatch(/^run /);
  expect(second).toMatch(/^build -mod=mod .* -o otelcol \.$/);
  expect(more).toEqual([]);
});

const wroteSources = 'echo module x > "$out/go.mod"; echo theirs > "$out/main.go"';

async function withMain(...before: string[]): Promise<CollectorOptions> {
  const options = await withGo(...before);
  const mainFile = join(options.workingDirectory, "main.go");
  await writeFile(mainFile, "ours\n");
  return { ...options, mainFile };
}

// What is compiled is noted beside the builds, because the sources are gone afterwards.
const noteMain = (directory: string): string => `/bin/cat "$PWD/main.go" > ${directory}/compiled`;

test("so are sources with a main.go of our own among them", async () => {
  const directory = await temporaryDirectory();
  const options = await withMain(...missingModule(wroteSources), noteMain(directory));
  const file = await installBuild(options, ignore);
  expect((await stat(file)).mode & 0o777).toBe(0o755);
  const [first, second, ...more] = await buildsOf(options);
  expect(first).toMatch(/^run .* --skip-compilation$/);
  expect(second).toMatch(/^build -mod=mod .* -o otelcol \.$/);
  expect(more).toEqual([]);
  expect(await readFile(join(directory, "compiled"), "utf8")).toBe("ours\n");
});

test("a main.go of our own is laid among the sources before they are compiled", async () => {
  const options = await withMain();
  await installBuild(options, ignore);
  const builds = await buildsOf(options);
  expect(builds.map((line) => line.split(" ").at(-1))).toEqual([
    "--skip-compilation",
    "--skip-generate",
  ]);
});

test("where the builder ends before it has written sources, a main.go of our own changes nothing", async () => {
  const options = await withMain("echo no such builder", "exit 1");
  await expect(installBuild(options, ignore)).rejects.toThrow(/exit code 1.*no such builder/);
  expect(await buildsOf(options)).toHaveLength(1);
});

test("where the sources do not compile either, both are told", async () => {
  const wrote = missingModule('echo module x > "$out/go.mod"');
  const options = await withGo(...wrote, 'echo "undefined: x"', "exit 2");
  await expect(installBuild(options, ignore)).rejects.toThrow(
    /exit code 1; compiled without it.*exit code 2.*no such module.*undefined: x/,
  );
});

test("a manifest that changed has a place of its own", async () => {
  const options = await withGo();
  const before = await installBuild(options, ignore);
  await writeFile(options.manifestFile, "dist:\n  name: otelcol\n  description: changed\n");
  const after = await installBuild(options, ignore);
  expect(after).not.toBe(before);
  expect((await readdir(join(after, "..", ".."))).length).toBe(2);
});

test("a failed build tells the builder's last words and leaves nothing", async () => {
  const options = await withGo("echo downloading", "echo no such module", "exit 1");
  await expect(installBuild(options, ignore)).rejects.toMatchObject({
    code: "build-failed",
    message: expect.stringMatching(/exit code 1.*no such module/) as unknown,
  });
  expect(await readdir(options.cacheDirectory)).toEqual([]);
});

test("a program that does not answer is not laid into the cache", async () => {
  const options = await isolatedOptions();
  const bin = join(options.workingDirectory, "bin");
  await writeFakeGo(join(bin, "go"), join(options.workingDirectory, "builds"));
  const script = await readFile(join(bin, "go"), "utf8");
  await writeScript(join(bin, "go"), script.replace("echo otelcol version 0.149.0", "exit 1"));
  await expect(installBuild(options, ignore)).rejects.toThrow(/result of the build is not usable/);
  expect(await readdir(options.cacheDirectory)).toEqual([]);
});

test("an abort ends the build with its children and leaves nothing half-done", async () => {
  const pids = join(await temporaryDirectory(), "pids");
  const note = `echo "$! $$" > ${pids}`;
  const options = await withGo("/bin/sleep 60 &", note, "echo Getting go modules", "wait");
  const controller = new AbortController();
  const given = installBuild({ ...options, signal: controller.signal }, ({ message }) => {
    if (message.endsWith("getting modules")) controller.abort(new Error("enough"));
  });
  await expect(given).rejects.toThrow("enough");
  const [child, parent] = (await readFile(pids, "utf8")).trim().split(" ").map(Number);
  await expect.poll(() => running(child!) || running(parent!)).toBe(false);
  expect(await readdir(options.cacheDirectory)).toEqual([]);
});

test("what a killed build left behind is swept by the next one", async () => {
  const options = await withGo();
  await mkdir(join(workDirectory(options), "build-old"), { recursive: true });
  await writeFile(join(workDirectory(options), "build-old", "otelcol"), "half");
  await installBuild(options, ignore);
  expect(await readdir(options.cacheDirectory)).toEqual(["collectors"]);
});
