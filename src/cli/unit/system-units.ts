import { spawnSync } from "node:child_process";
import { readFileSync, readlinkSync } from "node:fs";

/** The supervisor's own unit. */
export const ownUnit = "opampsupervisor.service";
/** What keeps the collector's own unit from being started while its collector is ours. */
export const holdPath = (unit: string): string =>
  `/etc/systemd/system/${unit}.d/opampsupervisor-hold.conf`;
/** What our unit has of the collector's. */
export const carriedPath: string = `/etc/systemd/system/${ownUnit}.d/take-over.conf`;
/** Where it is noted whose collector was taken over. */
export const notePath = "/etc/opampsupervisor/taken-over.json";

/** What give-back has to know. */
export interface TakenOver {
  readonly unit: string;
  /** Whether our own unit was enabled before. */
  readonly wasEnabled: boolean;
}

/** How a command of systemd ended. */
interface Ended {
  readonly ok: boolean;
  readonly output: string;
}

/** Runs systemctl; its questions and its passwords are nobody's here. */
export function systemctl(...args: readonly string[]): Ended {
  const { status, stdout, stderr, error } = spawnSync("systemctl", args, {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
  });
  if (error !== undefined)
    return { ok: false, output: `systemctl cannot be run: ${error.message}` };
  return { ok: status === 0, output: `${stdout}${status === 0 ? "" : stderr}`.trim() };
}

/** One property of a unit; empty where there is none. */
export function propertyOf(unit: string, name: string): string {
  return systemctl("show", "--property", name, "--value", unit).output;
}

/** The note of a take-over; undefined where nothing is taken over. */
export function takenOver(): TakenOver | undefined {
  try {
    return JSON.parse(readFileSync(notePath, "utf8")) as TakenOver;
  } catch {
    // Not there: nothing is taken over.
    return undefined;
  }
}

/** A running process as the kernel shows it. */
export interface SeenProcess {
  readonly executable: string;
  readonly args: readonly string[];
  readonly directory: string;
  readonly variables: ReadonlyMap<string, string>;
}

/** The process of that pid; throws where it is gone. */
export function seenProcess(pid: string): SeenProcess {
  const parts = (name: string): readonly string[] =>
    readFileSync(`/proc/${pid}/${name}`, "utf8").split("\0").slice(0, -1);
  const variables = parts("environ").map((entry) => {
    const [name = "", ...value] = entry.split("=");
    return [name, value.join("=")] as const;
  });
  const [called = "", ...args] = parts("cmdline");
  const program = readlinkSync(`/proc/${pid}/exe`).replace(/ \(deleted\)$/, "");
  return {
    // As it was called, where that says where it is: a package may put another file behind a link.
    executable: called.startsWith("/") ? called : program,
    ...{ args, directory: readlinkSync(`/proc/${pid}/cwd`), variables: new Map(variables) },
  };
}

/** Has signals end nothing: a terminal that goes away in the middle must not leave a host without its collector. */
export function uninterrupted(): void {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
    process.on(signal, () => undefined);
}
