import { readFile } from "node:fs/promises";
import { join, relative, dirname } from "node:path";
import { test, expect } from "vitest";
import { releasedProgramFile, builtProgramFile } from "../../src/collector/cache.ts";
import { type Found, lookAround } from "../../src/collector/find.ts";
import { readManifest } from "../../src/collector/manifest.ts";
import type { Way, CollectorOptions } from "../../src/collector/options.ts";
import { writeCollector, writeScript, writeManifest } from "../fixtures/collector/programs.ts";
import { isolatedOptions } from "../fixtures/collector/setting.ts";

const places = [
  "variable",
  "configured",
  "otelcol-contrib",
  "otelcol",
  "aws-otel-collector",
  "released",
  "built",
] as const;
type Place = (typeof places)[number];

const wayOf: Readonly<Record<Place, Way>> = {
  variable: "variable",
  configured: "configured",
  "otelcol-contrib": "path",
  otelcol: "path",
  "aws-otel-collector": "path",
  released: "cache",
  built: "cache",
};

async function findCollector(options: CollectorOptions): Promise<Found | undefined> {
  return (await lookAround(options)).found;
}

/** Puts a collector at a place and says so in the options. */
async function put(place: Place, options: CollectorOptions): Promise<[string, CollectorOptions]> {
  const file = await fileAt(place, options);
  await writeCollector(file);
  if (place === "configured") return [file, { ...options, configuredExecutable: file }];
  if (place !== "variable") return [file, options];
  return [file, withVariables(options, { OTELCOL: file })];
}

async function fileAt(place: Place, options: CollectorOptions): Promise<string> {
  switch (place) {
    case "released":
      return releasedProgramFile(options);
    case "built":
      return builtProgramFile(options, await readManifest(options.manifestFile));
    case "variable":
    case "configured":
      return join(options.workingDirectory, place);
    default:
      return join(options.workingDirectory, "bin", place);
  }
}

function withVariables(
  options: CollectorOptions,
  variables: Record<string, string>,
): CollectorOptions {
  const environment = new Map([...options.environment, ...Object.entries(variables)]);
  return { ...options, environment };
}

test.each(places.map((place, at) => [place, places.slice(at)] as const))(
  "%s is taken before all that come after it",
  async (place, present) => {
    let options = await isolatedOptions();
    let expected = "";
    for (const one of [...present].reverse()) [expected, options] = await put(one, options);
    const found = await findCollector(options);
    expect(found).toEqual({ path: expected, source: wayOf[place], version: "0.149.0" });
  },
);

test("where there is none, none is found and nothing is written", async () => {
  const options = await isolatedOptions();
  expect(await findCollector(options)).toBeUndefined();
  await expect(readFile(options.cacheDirectory)).rejects.toThrow(/ENOENT/);
});

test.each<[string, string[] | undefined]>([
  ["a path where nothing is", undefined],
  ["a program that fails", ["exit 1"]],
  ["a program that is no collector", ["echo hello"]],
])("OTELCOL with %s is an error, though there is another one", async (_name, lines) => {
  const [, options] = await put("otelcol", await isolatedOptions());
  const file = join(options.workingDirectory, "wrong");
  if (lines !== undefined) await writeScript(file, ...lines);
  await expect(findCollector(withVariables(options, { OTELCOL: file }))).rejects.toMatchObject({
    code: "collector-not-found",
    message: expect.stringContaining(file) as unknown,
  });
});

test("OTELCOL with a name that is not on PATH is an error", async () => {
  const options = withVariables(await isolatedOptions(), { OTELCOL: "mycollector" });
  await expect(findCollector(options)).rejects.toThrow(/mycollector is not on PATH/);
});

test("OTELCOL may be a bare name or a relative path, and an empty one is unset", async () => {
  const options = await isolatedOptions();
  const bin = join(options.workingDirectory, "bin");
  const mine = await writeCollector(join(bin, "mycollector"));
  const paths = await Promise.all(
    ["mycollector", "./bin/mycollector", "bin/mycollector", ""].map(
      async (OTELCOL) => (await findCollector(withVariables(options, { OTELCOL })))?.path,
    ),
  );
  expect(paths).toEqual([mine, mine, mine, undefined]);
});

test("unusable candidates on PATH and in the settings are passed over", async () => {
  const options = await isolatedOptions();
  const broken = join(options.workingDirectory, "broken");
  await writeScript(join(broken, "otelcol-contrib"), "exit 1");
  const good = await writeCollector(join(options.workingDirectory, "bin", "otelcol-contrib"));
  const PATH = `relative:${broken}:${options.environment.get("PATH") ?? ""}`;
  const found = await findCollector({
    ...withVariables(options, { PATH }),
    configuredExecutable: "./none",
  });
  expect(found).toMatchObject({ path: good, source: "path" });
});

test("a relative directory on PATH is not searched", async () => {
  const workingDirectory = process.cwd();
  const [file, isolated] = await put("otelcol", await isolatedOptions());
  const options = { ...isolated, workingDirectory };
  const PATH = relative(workingDirectory, dirname(file));
  expect(await findCollector(withVariables(options, { PATH }))).toBeUndefined();
});

test("a broken program in the cache is not found", async () => {
  const options = await isolatedOptions();
  await writeScript(releasedProgramFile(options), "exit 1");
  expect(await findCollector(options)).toBeUndefined();
});

test("a built collector counts for its own manifest, version and platform only", async () => {
  const [, options] = await put("built", await isolatedOptions());
  const manifestFile = await writeManifest(options.workingDirectory, "aws-otel-collector");
  expect(await findCollector(options)).toBeDefined();
  expect(await findCollector({ ...options, manifestFile })).toBeUndefined();
  const newer = await writeManifest(options.workingDirectory, "otelcol", "0.150.0");
  expect(await findCollector({ ...options, manifestFile: newer })).toBeUndefined();
  await writeManifest(options.workingDirectory);
  expect(await findCollector(options)).toBeDefined();
  expect(await findCollector({ ...options, platform: "darwin" })).toBeUndefined();
});

test("ways that are left out are not looked at", async () => {
  let options = await isolatedOptions({ ways: ["cache", "build"] });
  for (const place of ["variable", "configured", "otelcol", "released"] as const) {
    [, options] = await put(place, options);
  }
  expect(await findCollector(options)).toBeUndefined();
});
