import { messageOf, SupervisorError } from "../errors.ts";
import { installBuild } from "./build.ts";
import { lockDirectory } from "./cache.ts";
import { checkProgram } from "./check-program.ts";
import { type Found, lookAround, lookInCache, type Attempt } from "./find.ts";
import { withLock } from "./wait-for-lock.ts";
import type { CollectorOptions } from "./options.ts";
import type { Report } from "./progress.ts";
import { installRelease } from "./release.ts";

type GettingWay = "release" | "build";

/** Finds a collector or gets one; of several calls at once, in whatever process, one does the work. */
export async function installCollector(
  options: CollectorOptions,
  progress: Report,
): Promise<Found> {
  const look = await lookAround(options);
  if (look.found !== undefined) return look.found;
  const configured = look.attempts.find(({ way }) => way === "configured");
  if (configured !== undefined) reportSkip(configured, progress);
  const onWait = (pid: number): void => {
    const message = `another process (${pid}) is installing a collector; waiting for it`;
    progress({ stage: "waiting", message });
  };
  return withLock(lockDirectory(options), options.signal, onWait, async () => {
    // Another process may have got it while this one waited.
    const { found } = await lookInCache(options);
    return found ?? getCollector(options, look.attempts, progress);
  });
}

async function getCollector(
  options: CollectorOptions,
  before: readonly Attempt[],
  progress: Report,
): Promise<Found> {
  const attempts = [...before];
  for (const way of ["release", "build"] as const) {
    if (!options.ways.includes(way)) continue;
    try {
      return await getBy(way, options, progress);
    } catch (error) {
      options.signal.throwIfAborted();
      const reason = messageOf(error);
      const attempt = { way, name: nameOf(way, options), reason, rejected: true };
      attempts.push(attempt);
      if (way === "release" && options.ways.includes("build")) reportSkip(attempt, progress);
    }
  }
  throw nothingLeft(attempts);
}

async function getBy(way: GettingWay, options: CollectorOptions, progress: Report): Promise<Found> {
  const install = { release: installRelease, build: installBuild }[way];
  const path = await install(options, progress);
  const checked = await checkProgram(path, options);
  if (checked.usable) return { path, source: way, version: checked.version };
  throw new SupervisorError("collector-not-found", `${path} is not usable: ${checked.reason}`);
}

function nameOf(way: GettingWay, options: CollectorOptions): string {
  if (way === "build") return "a build from source";
  return `the official release ${options.distribution} ${options.version}`;
}

function reportSkip({ name, reason }: Attempt, progress: Report): void {
  progress({ stage: "skipping", message: `not ${name}: ${reason}` });
}

function nothingLeft(attempts: readonly Attempt[]): SupervisorError {
  const tried = attempts.map(({ name, reason }) => `  - ${name}: ${reason}`);
  return new SupervisorError(
    "collector-not-found",
    [
      "expected to find or to get a collector, found no way that works",
      ...tried,
      "set OTELCOL to the path of a collector, or put one on PATH as otelcol;",
      "or give this machine access to the releases, or Go 1.25 or later, or Python's pip, and try again",
    ].join("\n"),
  );
}
