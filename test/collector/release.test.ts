import { createHash } from "node:crypto";
import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { test, expect } from "vitest";
import { releasedProgramFile, downloadsDirectory } from "../../src/collector/cache.ts";
import type { CollectorOptions } from "../../src/collector/options.ts";
import type { ProgressEvent } from "../../src/collector/progress.ts";
import { installRelease } from "../../src/collector/release.ts";
import { tarGz } from "../fixtures/collector/archives.ts";
import {
  type ReleaseServer,
  type Reply,
  startReleases,
  whole,
  redirectTo,
} from "../fixtures/collector/release-server.ts";
import { isolatedOptions } from "../fixtures/collector/setting.ts";

const archive = tarGz(
  { name: "README.md", content: "hello" },
  { name: "otelcol-contrib", content: "program" },
);
const checksum = createHash("sha256").update(archive).digest("hex");
const joint = "opentelemetry-collector-releases_otelcol-contrib_checksums.txt";

function artifact(version: string): string {
  return `otelcol-contrib_${version}_linux_amd64.tar.gz`;
}

interface Setting {
  readonly server: ReleaseServer;
  readonly options: CollectorOptions;
}

async function setting(version: string, replies: Record<string, Reply>): Promise<Setting> {
  const entries = Object.entries(replies);
  const server = await startReleases(
    Object.fromEntries(entries.map(([name, reply]) => [`/dl/v${version}/${name}`, reply])),
  );
  const releasesUrl = `${server.url}/dl/`;
  const options = await isolatedOptions({ version, releasesUrl, architecture: "x64" });
  return { server, options };
}

const ignore = (): void => undefined;

test.each([
  ["a joint check file", "0.149.0", joint, [joint]],
  ["a check file of its own", "0.158.0", "own", ["own"]],
  ["a joint one where its own is missing", "0.158.0", joint, ["own", joint]],
  ["its own where the joint one is missing", "0.149.0", "own", [joint, "own"]],
])("an archive with %s is verified and unpacked", async (_name, version, check, asked) => {
  const own = `${artifact(version)}.sha256`;
  const named = (name: string): string => (name === "own" ? own : name);
  const text =
    check === "own" ? checksum : `${"0".repeat(64)}  x\n${checksum}  ${artifact(version)}\n`;
  const { server, options } = await setting(version, {
    [named(check)]: whole(text),
    [artifact(version)]: whole(archive),
  });
  const file = await installRelease(options, ignore);
  expect(file).toBe(releasedProgramFile(options));
  expect(await readFile(file, "utf8")).toBe("program");
  expect(await readdir(downloadsDirectory(options))).toEqual([]);
  const paths = [...asked.map(named), artifact(version)];
  expect(server.requests).toEqual(paths.map((name) => `/dl/v${version}/${name}`));
});

test("an archive with another checksum is refused, removed, and never unpacked", async () => {
  const { options } = await setting("0.149.0", {
    [joint]: whole(`${"0".repeat(64)}  ${artifact("0.149.0")}\n`),
    [artifact("0.149.0")]: whole(archive),
  });
  const stages: string[] = [];
  const given = installRelease(options, ({ stage }) => stages.push(stage));
  await expect(given).rejects.toMatchObject({ code: "checksum-mismatch" });
  expect(stages).not.toContain("unpacking");
  expect(await readdir(options.cacheDirectory)).toEqual(["downloads"]);
  expect(await readdir(downloadsDirectory(options))).toEqual([]);
});

test("without a check file nothing is downloaded", async () => {
  const { server, options } = await setting("0.149.0", { [artifact("0.149.0")]: whole(archive) });
  await expect(installRelease(options, ignore)).rejects.toThrow(/no check file/);
  expect(server.requests.filter((path) => path.endsWith(".tar.gz"))).toEqual([]);
});

test("an archive may lie behind a redirection", async () => {
  const { server, options } = await setting("0.149.0", {
    [joint]: whole(`${checksum}  ${artifact("0.149.0")}\n`),
    [artifact("0.149.0")]: redirectTo("/dl/v0.149.0/store?key=1"),
    "store?key=1": whole(archive),
  });
  await installRelease(options, ignore);
  expect(server.requests.at(-1)).toBe("/dl/v0.149.0/store?key=1");
});

test("an archive that is missing beside its check file is a failure that names it", async () => {
  const { options } = await setting("0.149.0", {
    [joint]: whole(`${checksum}  ${artifact("0.149.0")}\n`),
  });
  await expect(installRelease(options, ignore)).rejects.toThrow(/does not have .*tar\.gz \(404\)/);
});

test("a machine for which there is no release is told so, without a request", async () => {
  const { server, options } = await setting("0.149.0", {});
  for (const change of [{ architecture: "mips" }, { platform: "sunos" }]) {
    await expect(installRelease({ ...options, ...change }, ignore)).rejects.toThrow(/none for/);
  }
  expect(server.requests).toEqual([]);
});

test("progress is told in order, with bytes and the total", async () => {
  const { options } = await setting("0.149.0", {
    [joint]: whole(`${checksum}  ${artifact("0.149.0")}\n`),
    [artifact("0.149.0")]: (_request, response) => {
      response.writeHead(200, { "content-length": archive.length }).end(archive);
    },
  });
  const events: ProgressEvent[] = [];
  await installRelease(options, (event) => events.push(event));
  const stages = events.map(({ stage }) => stage);
  expect([...new Set(stages)]).toEqual(["downloading", "verifying", "unpacking"]);
  const last = events[stages.lastIndexOf("downloading")];
  expect(last).toMatchObject({ doneBytes: archive.length, totalBytes: archive.length });
});

test("an archive without the program leaves nothing in the place of the program", async () => {
  const empty = tarGz({ name: "README.md", content: "hello" });
  const sum = createHash("sha256").update(empty).digest("hex");
  const { options } = await setting("0.149.0", {
    [joint]: whole(`${sum}  ${artifact("0.149.0")}\n`),
    [artifact("0.149.0")]: whole(empty),
  });
  await expect(installRelease(options, ignore)).rejects.toThrow(/no file otelcol-contrib/);
  expect(await readdir(join(releasedProgramFile(options), ".."))).toEqual([]);
});
