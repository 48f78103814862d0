import { textOrNothing } from "../files/read-if-there.ts";

/** What the process needs beside its connections. */
const spareFiles = 64;

/** Why so many connections to one server cannot be had from here, and what to do about it; undefined: they can. */
export function tooManyConnections(
  wanted: number,
  limits: string = textOrNothing("/proc/self/limits"),
  ports: string = textOrNothing("/proc/sys/net/ipv4/ip_local_port_range"),
): string | undefined {
  const files = Number(/^Max open files\s+(\d+)/m.exec(limits)?.[1] ?? Infinity);
  if (wanted + spareFiles > files) {
    const most = Math.max(0, files - spareFiles);
    return `${wanted} agents need ${wanted + spareFiles} open files, and this process may have ${files}: raise the limit first (ulimit -n ${wanted + spareFiles}; as root where the hard limit is lower), or ask for at most ${most} agents. The server needs as many.`;
  }
  const [first = 0, last = Infinity] =
    ports.trim() === "" ? [] : ports.trim().split(/\s+/).map(Number);
  const own = last - first + 1;
  if (wanted > own) {
    return `${wanted} agents need as many local ports, and this machine gives out ${own} (net.ipv4.ip_local_port_range ${first} to ${last}): widen that range, or ask for at most ${own} agents`;
  }
  return undefined;
}
