import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { test, expect } from "vitest";
import { parse } from "yaml";
import { readManifest, withOutputPath } from "../../src/collector/manifest.ts";
import { collectorVersion } from "../../src/collector/options.ts";
import { temporaryDirectory } from "../fixtures/collector/setting.ts";

interface BuilderManifest {
  readonly dist: { readonly name: string; readonly version: string; readonly output_path?: string };
  readonly extensions: readonly { readonly gomod: string }[];
}

function shipped(name: string): string {
  return fileURLToPath(new URL(`../../collector/${name}`, import.meta.url));
}

test.each([
  ["manifest.yaml", "otelcol"],
  ["manifest-plain.yaml", "aws-otel-collector"],
])("%s builds %s of the pinned version and names no directory", async (file, name) => {
  const manifest = await readManifest(shipped(file));
  expect(manifest.name).toBe(name);
  const { dist } = parse(manifest.text) as BuilderManifest;
  expect(dist.version).toBe(collectorVersion);
  expect(dist.output_path).toBeUndefined();
});

test.each([
  ["0.149", "0.149.0"],
  ["0.165", "0.165.0"],
  ["plain-0.149", "0.149.0"],
])("manifest-%s.yaml builds a collector %s", async (name, expected) => {
  const { version, text } = await readManifest(shipped(`manifest-${name}.yaml`));
  expect(version).toBe(expected);
  expect((parse(text) as BuilderManifest).dist.output_path).toBeUndefined();
});

test.each(["", "-0.149"])(
  "the plain manifest is the other one without the opamp extension, nop and a provider: %s",
  async (version) => {
    const full = modulesIn(await readFile(shipped(`manifest${version}.yaml`), "utf8"));
    const plain = modulesIn(await readFile(shipped(`manifest-plain${version}.yaml`), "utf8"));
    expect(plain.filter((module) => !full.includes(module))).toEqual([]);
    const missing = full.filter((module) => !plain.includes(module));
    expect(missing.map((module) => /\w+(?= v)/.exec(module)?.[0])).toEqual([
      "nopreceiver",
      "nopexporter",
      "opampextension",
      "httpprovider",
    ]);
  },
);

test("no module of a manifest is older or newer than the others, but for those that its registry lacks", async () => {
  const text = await readFile(shipped("manifest.yaml"), "utf8");
  const versions = modulesIn(text).map((module) => /(\w+) v([\d.]+)$/.exec(module)?.slice(1));
  const usual = [collectorVersion, versions.at(-1)?.[1]];
  const others = versions.filter((each) => !usual.includes(each?.[1]));
  expect(others).toEqual([["nopreceiver", "0.156.0"]]);
});

function modulesIn(text: string): readonly string[] {
  return [...text.matchAll(/gomod: (.+)/g)].map(([, module = ""]) => module);
}

test("a main.go of our own counts for the hash as the manifest does", async () => {
  const directory = await temporaryDirectory();
  const file = join(directory, "manifest.yaml");
  const main = join(directory, "main.go");
  await writeFile(file, "dist:\n  name: otelcol\n");
  await writeFile(main, "package main\n");
  const before = await readManifest(file, main);
  expect(before.main).toBe("package main\n");
  expect(before.hash).not.toBe((await readManifest(file)).hash);
  await writeFile(main, "package main // changed\n");
  expect((await readManifest(file, main)).hash).not.toBe(before.hash);
});

test("the output path is added to a copy, whatever characters it has", async () => {
  const text = "dist:\n  name: otelcol\nreceivers:\n  - gomod: a v1\n";
  const directory = `/tmp/a "strange": #path\\`;
  const copy = parse(await withOutputPath(text, directory)) as BuilderManifest;
  expect(copy).toEqual({
    dist: { name: "otelcol", output_path: directory },
    receivers: [{ gomod: "a v1" }],
  });
});

test("the hash changes with the text", async () => {
  const file = join(await temporaryDirectory(), "manifest.yaml");
  await writeFile(file, "dist:\n  name: otelcol\n");
  const before = await readManifest(file);
  await writeFile(file, "dist:\n  name: otelcol\n# changed\n");
  expect((await readManifest(file)).hash).not.toBe(before.hash);
});

test("a version that could lead somewhere else is refused", async () => {
  const file = join(await temporaryDirectory(), "manifest.yaml");
  await writeFile(file, "dist: {name: otelcol, version: ../0.1}\n");
  await expect(readManifest(file)).rejects.toThrow(/plain dist.version/);
});

test.each(["dist: {}", "dist:\n  name: ../../escape", "- 1", ""])(
  "a manifest without a plain name is refused: %j",
  async (text) => {
    const file = join(await temporaryDirectory(), "manifest.yaml");
    await writeFile(file, text);
    await expect(readManifest(file)).rejects.toMatchObject({ code: "build-failed" });
  },
);

test("a manifest that is not there is a failed build", async () => {
  const file = join(await temporaryDirectory(), "none.yaml");
  await expect(readManifest(file)).rejects.toMatchObject({ code: "build-failed" });
});
