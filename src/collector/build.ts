import { existsSync } from "node:fs";
import { mkdir, mkdtemp, writeFile, chmod, open, rename, rm } from "node:fs/promises";
import { join, dirname } from "node:path";
import { SupervisorError } from "../errors.ts";
import { workDirectory, builtProgramFile } from "./cache.ts";
import { checkProgram } from "./check-program.ts";
import { findGo, type Go } from "./go.ts";
import { type Manifest, readManifest, withOutputPath } from "./manifest.ts";
import type { CollectorOptions } from "./options.ts";
import type { Report } from "./progress.ts";
import { type ProgramEnd, runProgram } from "./run-program.ts";

const tickMs = 1_000;
const keptOutput = 5;

/**
 * Builds the manifest's collector into the cache and returns the program's path. The caller holds the
 * cache's lock, so whatever else lies in the work directory is left over from a build that was
 * killed, and goes too.
 */
export async function installBuild(options: CollectorOptions, report: Report): Promise<string> {
  const manifest = await readManifest(options.manifestFile, options.mainFile);
  const work = workDirectory(options);
  await mkdir(work, { recursive: true });
  try {
    // A fresh name, because children of a build that was killed may still work under the old one.
    const fresh = await mkdtemp(join(work, "build-"));
    const go = await findGo(options, fresh, report);
    const output = join(fresh, "output");
    await writeFile(join(fresh, "manifest.yaml"), await withOutputPath(manifest.text, output));
    await mkdir(output);
    await build({ go, manifest, directory: fresh, output, options }, report);
    const target = builtProgramFile(options, manifest);
    await publish(join(output, manifest.name), target, options);
    return target;
  } finally {
    await removeTree(work);
  }
}

interface Work {
  readonly go: Go;
  readonly manifest: Manifest;
  readonly directory: string;
  readonly output: string;
  readonly options: CollectorOptions;
}

/**
 * The builder also asks for modules that only tests and other systems need. Where a registry lacks one of them, it ends
 * with its sources written, and these can be compiled all the same.
 */
async function build(work: Work, report: Report): Promise<void> {
  const { go, manifest, output } = work;
  const ticker = createTicker(`building the collector from source with ${go.version}`, report);
  try {
    const built = await runBuilder(work, ticker.hear);
    if (built.problem === undefined) return;
    if (!hasSources(output)) throw buildFailure(built.problem, built.output);
    ticker.hear("Compiling");
    // As the builder does it, except that what its list of modules lacks is added on the way.
    const compile = ["build", "-mod=mod", "-trimpath", "-ldflags=-s -w", "-o", manifest.name, "."];
    const compiled = await runGo(work, output, compile);
    if (compiled.problem === undefined) return;
    const words = `${built.output.trim()}\n${compiled.output.trim()}`;
    throw buildFailure(`${built.problem}; compiled without it, ${compiled.problem}`, words);
  } finally {
    ticker.end();
  }
}

/** With a main.go of ours it writes its sources first, and compiles them with that one among them. */
async function runBuilder(work: Work, hear: (output: string) => void): Promise<ProgramEnd> {
  const { manifest, directory, output, options } = work;
  const builder = `go.opentelemetry.io/collector/cmd/builder@v${manifest.version ?? options.version}`;
  const copy = join(directory, "manifest.yaml");
  const run = (...more: string[]): Promise<ProgramEnd> =>
    runGo(work, directory, ["run", builder, "--config", copy, ...more], hear);
  if (manifest.main === undefined) return run();
  const written = await run("--skip-compilation");
  if (written.problem !== undefined && !hasSources(output)) return written;
  await writeFile(join(output, "main.go"), manifest.main);
  return written.problem === undefined ? run("--skip-generate") : written;
}

function hasSources(output: string): boolean {
  return existsSync(join(output, "go.mod"));
}

function runGo(
  { go, options }: Work,
  directory: string,
  args: readonly string[],
  onOutput?: (output: string) => void,
): Promise<ProgramEnd> {
  return runProgram({
    program: go.program,
    args,
    env: Object.fromEntries(go.environment),
    directory,
    timeoutMs: options.limits.buildMs,
    signal: options.signal,
    ...(onOutput === undefined ? {} : { onOutput }),
  });
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
