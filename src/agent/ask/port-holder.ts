import { readlinkSync } from "node:fs";
import { join } from "node:path";
import { namesOrNothing, textOrNothing } from "../../files/read-if-there.ts";
import { runningPids } from "../../processes/process-identity.ts";

/** A process that listens at a port. */
interface PortHolder {
  readonly pid: number;
  readonly command: string;
  readonly held: HeldSocket;
}

/** A socket as one of the files that a process has open. */
export interface HeldSocket {
  readonly path: string;
  readonly link: string;
}

const maxPort = 65_535;
const inUse = /listen (?:tcp|udp)[46]? (?:[^\s]*?):(\d+): bind: address already in use/g;

/** A port that was wanted and is taken. */
interface TakenPort {
  readonly port: number;
  readonly by: string | undefined;
  /** The next port above that nobody listens at. */
  readonly free: number;
}

/** The ports that these lines complain of. */
export function takenPorts(lines: readonly string[]): readonly TakenPort[] {
  return portsIn(lines).map((port) => {
    const holder = holderOf(port);
    const by = holder === undefined ? undefined : `process ${holder.pid} (${holder.command})`;
    return { port, by, free: freeAbove(port) };
  });
}

function portsIn(lines: readonly string[]): readonly number[] {
  return [...new Set([...lines.join("\n").matchAll(inUse)].map(([, port]) => Number(port)))];
}

/** The next port above that nobody listens at: who took this one may be gone again, or be the agent's own. */
export function freeAbove(port: number): number {
  for (let next = port + 1; next <= maxPort; next += 1) {
    const isTaken = ["tcp", "tcp6"].some((table) => waitingSockets(table, next).length > 0);
    if (!isTaken) return next;
  }
  return port;
}

/** Adds the process that has the port to lines that complain of a taken one, where that can be seen. */
export function withHolders(lines: readonly string[]): readonly string[] {
  const named = takenPorts(lines).flatMap(({ port, by }) =>
    by === undefined ? [] : [`port ${port} is held by ${by}`],
  );
  return [...lines, ...named];
}

/** Who listens at a port of this machine; undefined when nobody does, or when we may not see it. */
export function holderOf(port: number): PortHolder | undefined {
  const tables = ["tcp", "tcp6", "udp", "udp6"];
  const [first] = holdersOf(tables.flatMap((table) => waitingSockets(table, port)));
  return first;
}

/** The processes that have one of these sockets, as far as we may see; a fork shares those of its parent. */
export function* holdersOf(waiting: readonly WaitingSocket[]): Generator<PortHolder> {
  if (waiting.length === 0) return;
  const sockets = new Set(waiting.map(({ link }) => link));
  for (const pid of runningPids()) {
    const held = heldBy(pid, sockets);
    if (held === undefined) continue;
    yield { pid, command: textOrNothing(`/proc/${pid}/comm`).trim(), held };
  }
}

/** Which of these sockets this process has. */
export function socketOf(pid: number, waiting: readonly WaitingSocket[]): HeldSocket | undefined {
  return heldBy(pid, new Set(waiting.map(({ link }) => link)));
}

function heldBy(pid: number, sockets: ReadonlySet<string>): HeldSocket | undefined {
  const folder = `/proc/${pid}/fd`;
  for (const file of namesOrNothing(folder)) {
    const path = join(folder, file);
    const link = linkOf(path);
    if (sockets.has(link)) return { path, link };
  }
  return undefined;
}

/** True while the process still has this socket open. */
export function isHeld({ path, link }: HeldSocket): boolean {
  return linkOf(path) === link;
}

/** A socket that waits for others. */
export interface WaitingSocket {
  /** As it stands in /proc/PID/fd: `socket:[12345]`. */
  readonly link: string;
  /** Its own address, in the kernel's hexadecimal words. */
  readonly address: string;
}

/** A listening TCP socket, or a UDP socket that is not connected. */
const waitingStates: ReadonlySet<string> = new Set(["0A", "07"]);

/** The sockets of a table of /proc/net that wait at a port. */
export function waitingSockets(table: string, port: number): readonly WaitingSocket[] {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  return textOrNothing(`/proc/net/${table}`)
    .split("\n")
    .filter((line) => line.includes(suffix))
    .map((line) => line.trim().split(/\s+/))
    .filter(([, local = "", , state = ""]) => local.endsWith(suffix) && waitingStates.has(state))
    .map((fields) => ({
      link: `socket:[${fields[9] ?? ""}]`,
      address: (fields[1] ?? "").slice(0, -suffix.length),
    }));
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    // Closed in the meantime.
    return "";
  }
}
