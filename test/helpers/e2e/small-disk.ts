import { execFileSync, spawnSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, rmSync, openSync, writeSync, closeSync } from "node:fs";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { systemCodeOf } from "../../../src/errors.ts";

/** A disk of its own that is mounted at a folder, for those only who are started by its launcher. */
export interface SmallDisk {
  readonly launcher: readonly string[];
  /** Where a file on it is found from outside. */
  readonly path: (name: string) => string;
  /** Leaves not a byte. */
  readonly fill: () => void;
  readonly clear: () => void;
  readonly remount: (how: "ro" | "rw") => void;
}

const mountAndWait = 'mount -t tmpfs -o size="$1" tmpfs "$0" && echo mounted && exec sleep 3600';

/** How this machine lets us mount something for ourselves; undefined where it does not. */
export function wayToMount(): readonly string[] | undefined {
  return [["--mount"], ["--mount", "--user", "--map-root-user"]].find((flags) => {
    const args = [...flags, "sh", "-c", "mount -t tmpfs -o size=4k tmpfs /tmp"];
    return spawnSync("unshare", args, { stdio: "ignore" }).status === 0;
  });
}

/** Mounts a small disk at `storage` of a working directory, in a namespace that ends with the test. */
export async function mountSmallDisk(
  flags: readonly string[],
  workingDirectory: string,
  size: string,
): Promise<SmallDisk> {
  const mountPoint = join(workingDirectory, "storage");
  mkdirSync(mountPoint);
  const args = [...flags, "sh", "-c", mountAndWait, mountPoint, size];
  const holder = spawn("unshare", args, { stdio: ["ignore", "pipe", "inherit"] });
  onTestFinished(() => void holder.kill("SIGKILL"));
  await once(holder.stdout, "data");
  const pid = String(holder.pid);
  const user = flags.includes("--user") ? ["--user", "--preserve-credentials"] : [];
  const path = (name: string): string => join("/proc", pid, "root", mountPoint, name);
  const enter = ["nsenter", "--target", pid, "--mount", ...user];
  const remount = (how: string): readonly string[] => ["mount", "-o", `remount,${how}`, mountPoint];
  return {
    // Entering leads to the root directory.
    launcher: [...enter, "sh", "-c", 'cd "$0" && exec "$@"', workingDirectory],
    path,
    fill: () => fillUp(path("filler")),
    clear: () => rmSync(path("filler")),
    remount: (how) => void execFileSync("nsenter", [...enter.slice(1), ...remount(how)]),
  };
}

function fillUp(path: string): void {
  const file = openSync(path, "w");
  try {
    for (;;) writeSync(file, Buffer.alloc(4096));
  } catch (error) {
    if (systemCodeOf(error) !== "ENOSPC") throw error;
  } finally {
    closeSync(file);
  }
}
