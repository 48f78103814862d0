import { accessSync, constants, existsSync, lstatSync, readlinkSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { systemCodeOf } from "../../errors.ts";
import { interpreterOf } from "./interpreter.ts";

/**
 * Why a program cannot be started, with the file that is really missing; undefined where nothing is seen that speaks
 * against it. The system has one word for all of these, and a program in between would hide even that.
 */
export function programFault(path: string): string | undefined {
  try {
    const found = statSync(path);
    if (!found.isFile()) return `${path} is no file: expected the collector's binary`;
    accessSync(path, constants.X_OK);
  } catch (error) {
    return unreachable(path, systemCodeOf(error));
  }
  const needed = interpreterOf(path);
  if (needed === undefined || existsSync(needed.path)) return undefined;
  if (needed.is === "loader") {
    return `the loader ${needed.path} that ${path} needs does not exist: it is built for another system (another C library)`;
  }
  const hint = needed.path.endsWith("\r")
    ? " (the line ends with a carriage return: save the file with the line ends of Unix)"
    : "";
  return `the interpreter ${needed.path.trimEnd()} in the first line of ${path} does not exist${hint}`;
}

function unreachable(path: string, code: string | undefined): string {
  switch (code) {
    case "ENOENT":
    case "ENOTDIR":
      return missing(path);
    case "ELOOP":
      return `${path} is a link that leads in a circle`;
    case "EACCES":
    case "EPERM":
      return `${path} may not be executed by this user`;
    default:
      return `${path} cannot be used (${code ?? "unknown reason"})`;
  }
}

function missing(path: string): string {
  const target = linkAt(path);
  if (target !== undefined) return `${path} is a link to ${target}, which does not exist`;
  const above = firstMissing(dirname(path));
  return above === undefined
    ? `${path} does not exist`
    : `${path} does not exist, because there is no directory ${above}`;
}

function linkAt(path: string): string | undefined {
  try {
    return lstatSync(path).isSymbolicLink() ? readlinkSync(path) : undefined;
  } catch {
    // Not even a link is there.
    return undefined;
  }
}

/** The topmost directory on the way that is not there. */
function firstMissing(directory: string): string | undefined {
  if (existsSync(directory)) return undefined;
  const above = dirname(directory);
  return above === directory ? directory : (firstMissing(above) ?? directory);
}
