import { readFileSync } from "node:fs";
import { join } from "node:path";
import { SupervisorError, messageOf, systemCodeOf } from "../errors.ts";

/** Where this package's own files lie: the folder above `dist/`, or above `src/cli/` when run from the sources. */
const packageDirectory = import.meta.dirname.endsWith("cli")
  ? join(import.meta.dirname, "../..")
  : join(import.meta.dirname, "..");

/** What the commands may know of the process that they run in. */
export interface CliSurroundings {
  readonly environment: ReadonlyMap<string, string>;
  readonly workingDirectory: string;
  readonly packageDirectory: string;
  readonly version: string;
  readonly terminal: boolean;
  readonly columns: number;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
}

/** The process as the commands see it. */
export function surroundings(): CliSurroundings {
  const environment = new Map<string, string>();
  for (const [name, value] of Object.entries(process.env)) {
    if (value !== undefined) environment.set(name, value);
  }
  return {
    environment,
    workingDirectory: workingDirectory(),
    packageDirectory,
    version: ownVersion(),
    terminal: process.stdout.isTTY,
    columns: process.stdout.columns,
    out: writeOut,
    err: (text) => process.stderr.write(text),
  };
}

function workingDirectory(): string {
  try {
    return process.cwd();
  } catch (error) {
    const why = `the working directory cannot be told (${systemCodeOf(error) ?? messageOf(error)}): start this in one that exists`;
    throw new SupervisorError("settings-invalid", why, { cause: error });
  }
}

/** Whoever reads may have had enough, as `head` has: that ends the command, and is no fault of anybody. */
function writeOut(text: string): void {
  if (process.stdout.listenerCount("error") === 0) {
    process.stdout.on("error", (error) => {
      if (systemCodeOf(error) === "EPIPE") process.exit();
      throw error;
    });
  }
  process.stdout.write(text);
}

/** The version in package.json. */
export function ownVersion(): string {
  try {
    const text = readFileSync(join(packageDirectory, "package.json"), "utf8");
    const { version } = JSON.parse(text) as { version: string };
    return version;
  } catch (error) {
    return `unknown (${messageOf(error)})`;
  }
}
