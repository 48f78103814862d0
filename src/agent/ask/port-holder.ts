import { readlinkSync } from "node:fs";
import { join } from "node:path";
import { namesOrNothing, textOrNothing } from "../../files/read-if-there.ts";

/** A process that listens at a port. */
interface PortHolder {
  readonly pid: number;
  readonly command: string;
}

const inUse = /listen (?:tcp|udp)[46]? (?:[^\s]*?):(\d+): bind: address already in use/g;

/** Adds the process that has the port to lines that complain of a taken one, where that can be seen. */
export function withHolders(lines: readonly string[]): readonly string[] {
  const ports = new Set([...lines.join("\n").matchAll(inUse)].map(([, port]) => Number(port)));
  const named = [...ports].flatMap((port) => {
    const holder = holderOf(port);
    return holder === undefined
      ? []
      : [`port ${port} is held by process ${holder.pid} (${holder.command})`];
  });
  return [...lines, ...named];
}

/** Who listens at a port of this machine; undefined when nobody does, or when we may not see it. */
export function holderOf(port: number): PortHolder | undefined {
  const sockets = new Set(["tcp", "tcp6", "udp", "udp6"].flatMap((table) => inodes(table, port)));
  if (sockets.size === 0) return undefined;
  for (const name of namesOrNothing("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const folder = join("/proc", name, "fd");
    if (namesOrNothing(folder).some((file) => sockets.has(linkOf(join(folder, file))))) {
      return { pid: Number(name), command: textOrNothing(join("/proc", name, "comm")).trim() };
    }
  }
  return undefined;
}

/** A listening TCP socket, or a UDP socket that is not connected. */
const waiting: ReadonlySet<string> = new Set(["0A", "07"]);

/** The sockets that listen at a port, as they stand in /proc/PID/fd: `socket:[12345]`. */
function inodes(table: string, port: number): readonly string[] {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  return textOrNothing(`/proc/net/${table}`)
    .split("\n")
    .map((line) => line.trim().split(/\s+/))
    .filter(([, local = "", , state = ""]) => local.endsWith(suffix) && waiting.has(state))
    .map((fields) => `socket:[${fields[9] ?? ""}]`);
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    // Closed in the meantime.
    return "";
  }
}
