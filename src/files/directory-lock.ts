import { randomUUID, createHash } from "node:crypto";
import {
  lstatSync,
  mkdirSync,
  writeFileSync,
  renameSync,
  rmSync,
  readdirSync,
  statSync,
  utimesSync,
} from "node:fs";
import { hostname } from "node:os";
import { basename, dirname, join } from "node:path";
import { isScarcity, systemCodeOf } from "../errors.ts";
import { isListening, listenIn } from "./lock-socket.ts";
import {
  type ProcessIdentity,
  bootId,
  identityOf,
  lives,
  pidNamespace,
} from "../processes/process-identity.ts";
import { readRegularText } from "./regular-file.ts";

/**
 * What a lock is for.
 * - `machine`: whatever processes of one machine share; the lock is for the owner's eyes only.
 * - `hosts`: what other users, containers and hosts may share too; its holder touches it, because from there nobody
 *   sees whether the process lives.
 */
export type LockReach = "machine" | "hosts";

/** A lock that was got, or the process that has it; without `pid` it changed hands while it was looked at. */
export type Lock =
  | { readonly is: "taken"; readonly release: () => void }
  | { readonly is: "held"; readonly pid: number | undefined };

/** Who holds a lock. */
interface Holder extends ProcessIdentity {
  readonly token: string;
  readonly host: string;
  readonly reach: LockReach;
  /** Where its pid means it; absent where that is not told. */
  readonly pidNamespace?: string;
  /** True when it listens in the lock for as long as it lives. */
  readonly listens?: boolean;
}

const maxHolderBytes = 64 * 1024;
const touchMs = 5_000;
// A holder that lives touches its lock far more often.
const silenceMs = 60_000;
/** Of a file on another host an older date may be shown for a minute. */
const remoteSilenceMs = 120_000;

/** For how long the same has been seen. */
export type SilenceWatch = (mark: string) => number;

/**
 * Watches a lock whose holder cannot be seen from here: that it is touched no more is known by our own waiting alone,
 * whatever the dates say.
 */
export function createSilenceWatch(nowMs: () => number = () => performance.now()): SilenceWatch {
  let last: { readonly mark: string; readonly since: number } | undefined;
  return (mark) => {
    if (last?.mark !== mark) last = { mark, since: nowMs() };
    return nowMs() - last.since;
  };
}

/**
 * Takes a lock, that of a dead holder too; its parent directory has to be there. Who looks again and again gives the same
 * `silence` each time: that of another host is taken over only by who has waited.
 */
export function takeLock(
  path: string,
  reach: LockReach,
  silence: SilenceWatch = createSilenceWatch(),
): Lock {
  const own: Holder = {
    ...identityOf(process.pid),
    token: randomUUID(),
    host: hostname(),
    reach,
    pidNamespace: pidNamespace(),
  };
  for (let attempt = 0; attempt < 10; attempt += 1) {
    const release = take(path, own);
    if (release !== undefined) return { is: "taken", release };
    // Before the text, which may be that of a lock which has taken its place since.
    const { ino = 0 } = lstatSync(path, { throwIfNoEntry: false }) ?? {};
    const text = holderText(path);
    if (text === undefined && silenceOf(path) <= silenceMs) continue;
    const holder = parseHolder(text ?? "");
    if (holder !== undefined && !isDead(path, holder, silence))
      return { is: "held", pid: holder.pid };
    bury(path, `${ino} ${text ?? ""}`);
  }
  return { is: "held", pid: undefined };
}

/** The pid of the process of this machine that holds a lock; undefined where none does. */
export function holderOf(path: string): number | undefined {
  const holder = parseHolder(holderText(path) ?? "");
  const alive = holder !== undefined && isAlive(path, holder, createSilenceWatch());
  return alive ? holder.pid : undefined;
}

/**
 * A directory is never renamed onto one that has content, so the lock appears whole and only once. Gives back what
 * releases it; undefined when somebody else has it.
 */
function take(path: string, own: Holder): (() => void) | undefined {
  const prepared = `${path}.${own.token}`;
  const secret = own.reach === "machine";
  mkdirSync(prepared, secret ? { mode: 0o700 } : {});
  let stopListening: (() => void) | undefined;
  try {
    stopListening = secret ? listenIn(prepared) : undefined;
    const listens = stopListening !== undefined;
    const text = JSON.stringify({ ...own, listens });
    writeFileSync(join(prepared, "holder.json"), text, secret ? { mode: 0o600 } : {});
    renameSync(prepared, path);
  } catch (error) {
    stopListening?.();
    rmSync(prepared, { recursive: true, force: true });
    if (["EEXIST", "ENOTEMPTY", "ENOTDIR"].includes(systemCodeOf(error) ?? "")) return undefined;
    throw error;
  }
  sweep(path);
  const listening = stopListening;
  const touching = listening === undefined ? keepTouching(path) : undefined;
  return () => {
    clearInterval(touching);
    release(path, own);
    listening?.();
  };
}

function isDead(path: string, holder: Holder, silence: SilenceWatch): boolean {
  // The first process of a container that begins anew has the pid of the former one.
  const isOurs = holder.reach !== "hosts" && isNear(holder) && holder.pid === process.pid;
  return isOurs || !isAlive(path, holder, silence);
}

function isAlive(path: string, holder: Holder, silence: SilenceWatch): boolean {
  if (holder.reach !== "hosts") {
    if (isNear(holder)) return lives(holder);
    // A pid of another namespace, as of another container, means nobody here: the kernel knows who still listens.
    if (holder.bootId !== bootId()) return false;
    return holder.listens === true ? isListening(path) : untouchedMs(path) <= silenceMs;
  }
  const here = isNear(holder) && holder.host === hostname();
  if (here && !lives(holder)) return false;
  // With its start time there is no doubt who it is.
  if (here && holder.startTime !== "") return true;
  return silence(`${holder.token} ${touchedAtMs(path) ?? ""}`) <= remoteSilenceMs;
}

function isNear({ pidNamespace: its }: Holder): boolean {
  return its === undefined || its === pidNamespace();
}

/** How old a directory is by its date, in ms; 0 where there is none. */
function silenceOf(path: string): number {
  const at = touchedAtMs(path);
  return at === undefined ? 0 : Date.now() - at;
}

function touchedAtMs(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs;
}

/** How long a holder on this machine has not touched its lock; by the date where it never did. */
function untouchedMs(path: string): number {
  const upMs = machineMs();
  const at = touchedAtMs(path) ?? upMs;
  return at <= upMs ? upMs - at : Date.now() - at;
}

/** A clock that all processes of this machine share and that nobody sets. */
function machineMs(): number {
  return Number(process.hrtime.bigint() / 1_000_000n);
}

function keepTouching(path: string): NodeJS.Timeout {
  touch(path);
  return setInterval(() => touch(path), touchMs).unref();
}

/** The date that a lock gets is that clock's, in the year in which dates begin: only that it changes counts elsewhere. */
function touch(path: string): void {
  const seconds = machineMs() / 1_000;
  try {
    utimesSync(path, seconds, seconds);
  } catch {
    // The lock was taken from us; the work's own atomic renames still hold.
  }
}

/**
 * Takes a dead holder's lock away. The grave is named after the dead one and stays: who comes second to the same one
 * fails here, instead of taking away the lock that the first has made since. Two that say the same, as nothing at all, are
 * told apart by their inodes: while the grave is there no other has its.
 */
function bury(path: string, dead: string): void {
  const digest = createHash("sha256").update(dead).digest("hex").slice(0, 16);
  const grave = `${path}.dead-${digest}`;
  try {
    renameSync(path, grave);
  } catch {
    // Somebody else was first; the next attempt sees what came of it.
    return;
  }
  for (const other of besides(path).filter(isGrave)) {
    if (other !== grave) rmSync(other, { recursive: true, force: true });
  }
}

/** Removes what is left of those that were killed before they had the lock, or while they gave it back. */
function sweep(path: string): void {
  try {
    for (const left of besides(path)) {
      if (isGrave(left) || silenceOf(left) <= silenceMs) continue;
      rmSync(left, { recursive: true, force: true });
    }
  } catch {
    // It is in nobody's way; whoever takes the lock next tries again.
  }
}

/** The directories that only belong to a lock. */
function besides(path: string): readonly string[] {
  const parent = dirname(path);
  const prefix = `${basename(path)}.`;
  const names = readdirSync(parent).filter((name) => name.startsWith(prefix));
  return names.map((name) => join(parent, name));
}

function isGrave(path: string): boolean {
  return basename(path).includes(".dead-");
}

/** Only ever the own lock: a later holder's stays. */
function release(path: string, own: Holder): void {
  if (parseHolder(holderText(path) ?? "")?.token !== own.token) return;
  const released = `${path}.${own.token}`;
  try {
    // Renamed first, because a directory that is emptied in place could be taken while it is removed.
    renameSync(path, released);
    rmSync(released, { recursive: true, force: true });
  } catch {
    // What cannot be given back is taken over as soon as this process has ended.
  }
}

/** Undefined when nobody holds the lock any more. */
function holderText(path: string): string | undefined {
  try {
    // A link or a file has never been a lock of ours, wherever it leads.
    if (lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === false) return "";
    return readRegularText(join(path, "holder.json"), maxHolderBytes);
  } catch (error) {
    // Who cannot read it now does not know whose it is.
    if (isScarcity(error) || systemCodeOf(error) === "EIO") throw error;
    // Anything else is no lock of ours and is taken away as a dead one's.
    return systemCodeOf(error) === "ENOENT" ? undefined : "";
  }
}

function parseHolder(text: string): Holder | undefined {
  try {
    return (JSON.parse(text) as Holder | null) ?? undefined;
  } catch {
    // Damaged: then nobody can be shown to hold it.
    return undefined;
  }
}
