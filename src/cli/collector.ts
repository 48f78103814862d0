import { readdirSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { type CollectorOptions, defaultCollectorOptions } from "../collector/options.ts";
import { lookAround } from "../collector/find.ts";
import { installCollector } from "../collector/install.ts";
import { createProgressPrinter } from "../collector/progress-text.ts";
import { readWithSources } from "../supervisor/settings/read/read-with-sources.ts";
import { exitCode } from "./exit.ts";
import type { CliSurroundings } from "./surroundings.ts";

/** The manifest of the collector that is built where none is found. */
export const usual = "collector";

/** Which collector it shall be. */
interface Wanted {
  readonly config?: string | undefined;
  readonly manifest: string;
  /** A main.go in the place of the one that the builder writes. */
  readonly main?: string;
}

/** Prints where the collector is that would be supervised, and on stderr what was passed over on the way and why. */
export async function printPath(
  config: string | undefined,
  surroundings: CliSurroundings,
): Promise<number> {
  const wanted = { config, manifest: usual };
  const options = await optionsFor(wanted, surroundings, new AbortController().signal);
  const { found, attempts } = await lookAround(options);
  for (const { name, reason, rejected } of attempts) {
    if (rejected) surroundings.err(`not ${name}: ${reason}\n`);
  }
  if (found === undefined) {
    surroundings.err(
      "no collector was found; run `opampsupervisor collector install` to get one\n",
    );
    return exitCode.couldNotRun;
  }
  surroundings.out(`${found.path}\n`);
  return exitCode.stopped;
}

/** Finds or gets a collector, with progress on stderr, and prints where it is. */
export async function install(wanted: Wanted, surroundings: CliSurroundings): Promise<number> {
  const known = manifestNames(surroundings.packageDirectory);
  if (!known.includes(wanted.manifest)) {
    surroundings.err(`expected --manifest ${known.join(", ")}; found ${wanted.manifest}\n`);
    return exitCode.badInput;
  }
  const path = await installShown(wanted, surroundings);
  surroundings.out(`${path}\n`);
  return exitCode.stopped;
}

/** Gets a collector while showing progress; interruptible by Ctrl-C. */
export async function installShown(wanted: Wanted, surroundings: CliSurroundings): Promise<string> {
  const { err, columns } = surroundings;
  const stop = new AbortController();
  const abort = (): void => stop.abort();
  process.once("SIGINT", abort).once("SIGTERM", abort);
  const printer = createProgressPrinter(err, { terminal: process.stderr.isTTY, columns });
  try {
    const options = await optionsFor(wanted, surroundings, stop.signal);
    const found = await installCollector(options, printer.print);
    return found.path;
  } finally {
    printer.end();
    process.off("SIGINT", abort).off("SIGTERM", abort);
  }
}

async function optionsFor(
  { config, manifest, main }: Wanted,
  { environment, workingDirectory, packageDirectory }: CliSurroundings,
  signal: AbortSignal,
): Promise<CollectorOptions> {
  const ours = join(packageDirectory, "collector");
  const file = manifest === usual ? "manifest.yaml" : `manifest-${manifest}.yaml`;
  const options = defaultCollectorOptions({
    environment,
    workingDirectory,
    homeDirectory: homedir(),
    platform: process.platform,
    architecture: process.arch,
    manifestFile: join(ours, file),
    mainFile: main === undefined ? mainOf(manifest, ours) : resolve(workingDirectory, main),
    configuredExecutable: await executableIn(config, environment, workingDirectory),
    signal,
  });
  // The others stand for other distributions and versions: only our own build will do.
  const any = manifest === usual && main === undefined;
  return any ? options : { ...options, ways: ["cache", "build"] };
}

function mainOf(manifest: string, ours: string): string | undefined {
  return /^plain\b/.test(manifest) ? join(ours, "aws-like/main.go") : undefined;
}

/** What `--manifest` may name: `manifest-NAME.yaml` in the package, and the one that is built without it. */
function manifestNames(packageDirectory: string): readonly string[] {
  const files = readdirSync(join(packageDirectory, "collector"));
  const named = files.flatMap((file) => /^manifest-(.+)\.yaml$/.exec(file)?.[1] ?? []);
  return [usual, ...named.toSorted()];
}

/** Undefined also where the settings name none, because somebody else has it. */
async function executableIn(
  config: string | undefined,
  environment: ReadonlyMap<string, string>,
  workingDirectory: string,
): Promise<string | undefined> {
  if (config === undefined) return undefined;
  const { settings } = await readWithSources(config, { environment, workingDirectory });
  return settings?.agent.executable === "" ? undefined : settings?.agent.executable;
}
