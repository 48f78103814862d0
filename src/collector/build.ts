import { mkdir, mkdtemp, writeFile, chmod, open, rename, rm } from "node:fs/promises";
import { join, dirname } from "node:path";
import { SupervisorError } from "../errors.ts";
import { workDirectory, builtProgramFile } from "./cache.ts";
import { checkProgram } from "./check-program.ts";
import { findGo, type Go } from "./go.ts";
import { readManifest, withOutputPath } from "./manifest.ts";
import type { CollectorOptions } from "./options.ts";
import type { Report } from "./progress.ts";
import { runProgram } from "./run-program.ts";

const tickMs = 1_000;
const keptOutput = 5;

/**
 * Builds the manifest's collector into the cache and returns the program's path. The caller holds the
 * cache's lock, so whatever else lies in the work directory is left over from a build that was
 * killed, and goes too.
 */
export async function installBuild(options: CollectorOptions, report: Report): Promise<string> {
  const manifest = await readManifest(options.manifestFile);
  const work = workDirectory(options);
  await mkdir(work, { recursive: true });
  try {
    // A fresh name, because children of a build that was killed may still work under the old one.
    const fresh = await mkdtemp(join(work, "build-"));
    const go = await findGo(options, fresh, report);
    const output = join(fresh, "output");
    const copy = join(fresh, "manifest.yaml");
    await writeFile(copy, await withOutputPath(manifest.text, output));
    await mkdir(output);
    await runBuilder(go, copy, fresh, options, report);
    const target = builtProgramFile(options, manifest);
    await publish(join(output, manifest.name), target, options);
    return target;
  } finally {
    await removeTree(work);
  }
}

async function runBuilder(
  go: Go,
  manifest: string,
  directory: string,
  options: CollectorOptions,
  report: Report,
): Promise<void> {
  const builder = `go.opentelemetry.io/collector/cmd/builder@v${options.version}`;
  const ticker = createTicker(`building the collector from source with ${go.version}`, report);
  try {
    const end = await runProgram({
      program: go.program,
      args: ["run", builder, "--config", manifest],
      env: Object.fromEntries(go.environment),
      directory,
      timeoutMs: options.limits.buildMs,
      signal: options.signal,
      onOutput: ticker.hear,
    });
    if (end.problem !== undefined) throw buildFailure(end.problem, end.output);
  } finally {
    ticker.end();
  }
}

interface Ticker {
  readonly hear: (output: string) => void;
  readonly end: () => void;
}

// The words by which the builder announces a step, and ours for it.
const steps: readonly (readonly [string, string])[] = [
  ["Getting go modules", "getting modules"],
  ["Compiling", "compiling"],
];

function createTicker(message: string, report: Report): Ticker {
  const begunAt = performance.now();
  let step = "preparing";
  const tick = (): void =>
    report({
      stage: "building",
      message: `${message}: ${step}`,
      elapsedMs: performance.now() - begunAt,
    });
  tick();
  const timer = setInterval(tick, tickMs);
  const hear = (output: string): void => {
    const heard = steps.find(([words]) => output.includes(words))?.[1];
    if (heard === undefined || heard === step) return;
    step = heard;
    tick();
  };
  return { hear, end: () => clearInterval(timer) };
}

function buildFailure(problem: string, output: string): SupervisorError {
  const lines = output.trim().split("\n").slice(-keptOutput).join(" | ");
  const said = lines === "" ? "" : `; its last words were: ${lines}`;
  return new SupervisorError("build-failed", `the builder was run and ${problem}${said}`);
}

async function publish(program: string, target: string, options: CollectorOptions): Promise<void> {
  const checked = await checkProgram(program, options);
  if (!checked.usable) {
    throw new SupervisorError(
      "build-failed",
      `the result of the build is not usable: ${checked.reason}`,
    );
  }
  await chmod(program, 0o755);
  const file = await open(program, "r");
  await file.sync().finally(() => file.close());
  await mkdir(dirname(target), { recursive: true });
  await rename(program, target);
}

// A process that was just killed may still be writing here.
async function removeTree(directory: string): Promise<void> {
  await rm(directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
}
