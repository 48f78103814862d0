import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { SupervisorError } from "../errors.ts";
import { releasedProgramFile, builtProgramFile } from "./cache.ts";
import { checkProgram } from "./check-program.ts";
import { readManifest } from "./manifest.ts";
import { type Way, type CollectorOptions, variable } from "./options.ts";
import { searchPath } from "./search-path.ts";

/** A collector that answered when it was asked for its version. */
export interface Found {
  readonly path: string;
  readonly source: Way;
  readonly version: string | undefined;
}

/** A way that led nowhere; the reason follows the name and a colon. */
export interface Attempt {
  readonly way: Way;
  readonly name: string;
  readonly reason: string;
  /** Something was there and is of no use. */
  readonly rejected: boolean;
}

/** What was found, and the ways that led nowhere. */
interface Look {
  readonly found: Found | undefined;
  readonly attempts: readonly Attempt[];
}

const wellKnownNames = ["otelcol-contrib", "otelcol", "aws-otel-collector"];

/** Tries what is there already, way by way; throws only when `$OTELCOL` names something unusable. */
export async function lookAround(options: CollectorOptions): Promise<Look> {
  const attempts: Attempt[] = [];
  const looks = { variable: lookAtVariable, configured: lookAtConfigured, path: lookOnPath };
  for (const way of ["variable", "configured", "path"] as const) {
    if (!options.ways.includes(way)) continue;
    const look = await looks[way](options);
    attempts.push(...look.attempts);
    if (look.found !== undefined) return { found: look.found, attempts };
  }
  const cached = await lookInCache(options);
  return { found: cached.found, attempts: [...attempts, ...cached.attempts] };
}

/** Tries what was downloaded or built before. */
export async function lookInCache(options: CollectorOptions): Promise<Look> {
  if (!options.ways.includes("cache")) return nothing();
  const files: string[] = [];
  if (options.ways.includes("release")) files.push(releasedProgramFile(options));
  if (options.ways.includes("build")) files.push(...(await builtFiles(options)));
  const name = `the cache ${options.cacheDirectory}`;
  return lookAt("cache", name, files.filter(existsSync), "there is none yet", options);
}

async function builtFiles(options: CollectorOptions): Promise<string[]> {
  try {
    return [builtProgramFile(options, await readManifest(options.manifestFile, options.mainFile))];
  } catch {
    // The build reads the manifest again and tells what is wrong with it.
    return [];
  }
}

async function lookAtVariable(options: CollectorOptions): Promise<Look> {
  const name = "the variable OTELCOL";
  const value = variable(options, "OTELCOL");
  if (value === undefined)
    return nothing({ way: "variable", name, reason: "it is not set", rejected: false });
  const files = await filesNamed(value, options);
  const look = await lookAt("variable", name, files, `${value} is not on PATH`, options);
  if (look.found !== undefined) return look;
  const reasons = look.attempts.map(({ reason }) => reason).join("; ");
  throw new SupervisorError(
    "collector-not-found",
    `expected a collector in the variable OTELCOL, found that ${reasons}; correct the variable or unset it`,
  );
}

async function lookAtConfigured(options: CollectorOptions): Promise<Look> {
  const value = options.configuredExecutable;
  if (value === undefined || value === "") return nothing();
  const files = await filesNamed(value, options);
  const otherwise = `${value} is not on PATH`;
  return lookAt("configured", "the configured executable", files, otherwise, options);
}

async function lookOnPath(options: CollectorOptions): Promise<Look> {
  const files = await Promise.all(wellKnownNames.map((name) => searchPath(name, options)));
  const name = `${wellKnownNames.join(", ")} on PATH`;
  return lookAt("path", name, files.flat(), "none of them is there", options);
}

// A bare name is looked up as a shell would do it.
async function filesNamed(value: string, options: CollectorOptions): Promise<string[]> {
  if (!value.includes("/")) return searchPath(value, options);
  return [resolve(options.workingDirectory, value)];
}

async function lookAt(
  way: Way,
  name: string,
  files: readonly string[],
  otherwise: string,
  options: CollectorOptions,
): Promise<Look> {
  const reasons: string[] = [];
  for (const path of files) {
    const checked = await checkProgram(path, options);
    if (checked.usable) {
      const attempts = reasons.length === 0 ? [] : [attemptOf(way, name, reasons)];
      return { found: { path, source: way, version: checked.version }, attempts };
    }
    reasons.push(`${path} cannot be used: ${checked.reason}`);
  }
  if (reasons.length > 0) return nothing(attemptOf(way, name, reasons));
  return nothing({ way, name, reason: otherwise, rejected: false });
}

function attemptOf(way: Way, name: string, reasons: readonly string[]): Attempt {
  return { way, name, reason: reasons.join("; "), rejected: true };
}

function nothing(...attempts: Attempt[]): Look {
  return { found: undefined, attempts };
}
