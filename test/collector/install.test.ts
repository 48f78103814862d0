import { createHash } from "node:crypto";
import { readFile, writeFile, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { test, expect } from "vitest";
import { messageOf } from "../../src/errors.ts";
import { lockDirectory } from "../../src/collector/cache.ts";
import { installCollector } from "../../src/collector/install.ts";
import { type CollectorOptions, defaultLimits } from "../../src/collector/options.ts";
import type { ProgressEvent } from "../../src/collector/progress.ts";
import { tarGz } from "../fixtures/collector/archives.ts";
import { writeFakeGo, writeCollector, writeScript } from "../fixtures/collector/programs.ts";
import { startReleases, whole } from "../fixtures/collector/release-server.ts";
import { isolatedOptions } from "../fixtures/collector/setting.ts";

const ignore = (): void => undefined;
const artifact = "otelcol-contrib_0.149.0_linux_amd64.tar.gz";
const program = "#!/bin/sh\necho otelcol-contrib version 0.149.0\n";
const archive = tarGz({ name: "otelcol-contrib", content: program });

async function releases(archiveSent: Buffer): Promise<string> {
  const checksum = createHash("sha256").update(archive).digest("hex");
  const server = await startReleases({
    [`/v0.149.0/${artifact}.sha256`]: whole(checksum),
    [`/v0.149.0/${artifact}`]: whole(archiveSent),
  });
  return server.url;
}

async function addGo(options: CollectorOptions, ...before: string[]): Promise<string> {
  const builds = join(options.workingDirectory, "builds");
  await writeFakeGo(join(options.workingDirectory, "bin", "go"), builds, ...before);
  return builds;
}

test("what is there already is taken without a lock or a request", async () => {
  const options = await isolatedOptions();
  const file = await writeCollector(join(options.workingDirectory, "bin", "otelcol"));
  const events: ProgressEvent[] = [];
  const found = await installCollector(options, (event) => events.push(event));
  expect(found).toEqual({ path: file, source: "path", version: "0.149.0" });
  expect(events).toEqual([]);
});

test("the official release comes first, and is found in the cache afterwards", async () => {
  const options = await isolatedOptions({
    releasesUrl: await releases(archive),
    architecture: "x64",
  });
  const builds = await addGo(options);
  const first = await installCollector(options, ignore);
  const second = await installCollector(options, ignore);
  expect(first).toMatchObject({ source: "release", version: "0.149.0" });
  expect(second).toEqual({ ...first, source: "cache" });
  await expect(readFile(builds)).rejects.toThrow(/ENOENT/);
});

test.each([
  ["the server refuses the connection", undefined, /refused the connection/],
  ["the server has no such release", {}, /no check file/],
  ["the archive is not the one of the check file", { tampered: true }, /SHA-256/],
])("when %s, one plain line says why and it is built", async (_name, served, why) => {
  let options = await isolatedOptions({ architecture: "x64" });
  if (served !== undefined) {
    const url =
      "tampered" in served ? await releases(Buffer.from("evil")) : (await startReleases({})).url;
    options = { ...options, releasesUrl: url };
  }
  await addGo(options);
  const events: ProgressEvent[] = [];
  const found = await installCollector(options, (event) => events.push(event));
  expect(found).toMatchObject({ source: "build", version: "0.149.0" });
  const skipped = events.filter(({ stage }) => stage === "skipping");
  expect(skipped).toHaveLength(1);
  expect(skipped[0]?.message).toMatch(why);
});

test("a release whose program does not run here is passed over", async () => {
  const broken = tarGz({ name: "otelcol-contrib", content: "#!/bin/sh\nexit 1\n" });
  const checksum = createHash("sha256").update(broken).digest("hex");
  const server = await startReleases({
    [`/v0.149.0/${artifact}.sha256`]: whole(checksum),
    [`/v0.149.0/${artifact}`]: whole(broken),
  });
  const options = await isolatedOptions({ releasesUrl: server.url, architecture: "x64" });
  await addGo(options);
  expect(await installCollector(options, ignore)).toMatchObject({ source: "build" });
});

test("a server that says nothing is given up and it is built", async () => {
  const server = await startReleases(
    Object.fromEntries(
      [`${artifact}.sha256`, "opentelemetry-collector-releases_otelcol-contrib_checksums.txt"].map(
        (name) => [`/v0.149.0/${name}`, () => undefined],
      ),
    ),
  );
  const limits = { ...defaultLimits, stallMs: 50 };
  const options = await isolatedOptions({ releasesUrl: server.url, architecture: "x64", limits });
  await addGo(options);
  expect(await installCollector(options, ignore)).toMatchObject({ source: "build" });
});

test("of two installs at once one builds, and the other waits and finds the result", async () => {
  const options = await isolatedOptions();
  const gate = join(options.workingDirectory, "gate");
  const builds = await addGo(options, `while [ ! -e ${gate} ]; do /bin/sleep 0.02; done`);
  const waits: ProgressEvent[] = [];
  const progress = (event: ProgressEvent): void => {
    if (event.stage !== "waiting") return;
    waits.push(event);
    // Only now may the build end: the second call was seen waiting for the first.
    void writeFile(gate, "");
  };
  const found = await Promise.all([
    installCollector(options, progress),
    installCollector(options, progress),
  ]);
  expect(found.map(({ source }) => source).sort()).toEqual(["build", "cache"]);
  expect(new Set(found.map(({ path }) => path)).size).toBe(1);
  expect(waits).toHaveLength(1);
  expect((await readFile(builds, "utf8")).trim().split("\n")).toHaveLength(1);
});

test("when every way fails, one error lists each with its reason and what to do", async () => {
  const options = await isolatedOptions({ configuredExecutable: "/none/otelcol" });
  const bin = join(options.workingDirectory, "bin");
  await writeScript(join(bin, "otelcol"), "exit 1");
  const given = installCollector(options, ignore);
  await expect(given).rejects.toMatchObject({ code: "collector-not-found" });
  const lines = messageOf(await given.catch((error: unknown) => error)).split("\n");
  for (const expected of [
    /OTELCOL: it is not set/,
    /configured executable: \/none\/otelcol cannot be used: it does not exist/,
    /on PATH: .*exit code 1/,
    /the cache .*: there is none yet/,
    /official release otelcol-contrib 0\.149\.0: 127\.0\.0\.1:9 refused/,
    /build from source: go is not on PATH; there is no pip/,
    /^set OTELCOL/,
  ]) {
    expect(lines.filter((line) => expected.test(line))).toHaveLength(1);
  }
});

test("a configured executable that is unusable is told before another way is taken", async () => {
  const options = await isolatedOptions({ configuredExecutable: "/none/otelcol" });
  await addGo(options);
  const events: ProgressEvent[] = [];
  await installCollector(options, (event) => events.push(event));
  expect(events[0]).toMatchObject({
    stage: "skipping",
    message: expect.stringMatching(/\/none\/otelcol/) as unknown,
  });
});

test("an unusable OTELCOL stops an install before anything is got", async () => {
  const options = await isolatedOptions();
  const builds = await addGo(options);
  const environment = new Map([...options.environment, ["OTELCOL", "/none/otelcol"]]);
  const given = installCollector({ ...options, environment }, ignore);
  await expect(given).rejects.toThrow(/OTELCOL.*\/none\/otelcol/);
  await expect(readFile(builds)).rejects.toThrow(/ENOENT/);
});

test("only the ways that are asked for are gone", async () => {
  const options = await isolatedOptions({ ways: ["cache", "build"] });
  await writeCollector(join(options.workingDirectory, "bin", "otelcol"));
  await addGo(options);
  const events: ProgressEvent[] = [];
  const found = await installCollector(options, (event) => events.push(event));
  expect(found.source).toBe("build");
  expect(events.filter(({ stage }) => stage === "skipping")).toEqual([]);
});

test("an abort is thrown on and is no reason to try the next way", async () => {
  const reason = new Error("enough");
  const controller = new AbortController();
  const options = await isolatedOptions({ signal: controller.signal });
  const builds = await addGo(options);
  const given = installCollector(options, ({ stage }) => {
    if (stage === "skipping") controller.abort(reason);
  });
  await expect(given).rejects.toBe(reason);
  await expect(readFile(builds)).rejects.toThrow(/ENOENT/);
});

test("a cache that cannot be written is a failure with a reason", async () => {
  const options = await isolatedOptions();
  await writeFile(options.cacheDirectory, "not a directory");
  await expect(installCollector(options, ignore)).rejects.toThrow(/EEXIST|ENOTDIR/);
});

test("after a failure the lock is free", async () => {
  const options = await isolatedOptions();
  await expect(installCollector(options, ignore)).rejects.toThrow();
  await mkdir(lockDirectory(options));
});
