import { isIP, BlockList } from "node:net";

/**
 * Whether a host is reached without the proxy, in the words that NO_PROXY has in Go: `*`, a name (with all below it),
 * `.name` or `*.name` (only what is below), an IP address, a network (`10.0.0.0/8`), each but the last with a port.
 */
export function bypasses(entries: readonly string[], host: string, port: number): boolean {
  const name = host.toLowerCase().replace(/\.$/, "");
  return entries.some((entry) => matches(entry.trim().toLowerCase(), name, port));
}

/** Whether a host is this machine by its loopback. */
export function isLoopback(host: string): boolean {
  const name = host.toLowerCase().replace(/\.$/, "");
  return name === "localhost" || name === "::1" || isInside(name, "127.0.0.0", 8);
}

function matches(entry: string, name: string, port: number): boolean {
  if (entry === "*") return true;
  const [, network, prefix] = /^(.+)\/(\d{1,3})$/.exec(entry) ?? [];
  if (network !== undefined) return isInside(name, network, Number(prefix));
  const { host, onlyPort } = withoutPort(entry);
  if (host === "" || (onlyPort !== undefined && onlyPort !== port)) return false;
  if (isIP(host) > 0) return isInside(name, host, isIP(host) === 4 ? 32 : 128);
  const below = host.replace(/^\*/, "");
  return below.startsWith(".")
    ? name.endsWith(below)
    : name === below || name.endsWith(`.${below}`);
}

function withoutPort(entry: string): { host: string; onlyPort: number | undefined } {
  if (isIP(entry) > 0) return { host: entry, onlyPort: undefined };
  const [, bracketed, plain = entry, port] =
    /^(?:\[([^\]]+)\]|([^:]*))(?::(\d+))?$/.exec(entry) ?? [];
  return { host: bracketed ?? plain, onlyPort: port === undefined ? undefined : Number(port) };
}

function isInside(address: string, network: string, prefix: number): boolean {
  const version = isIP(network);
  if (version === 0 || prefix > (version === 4 ? 32 : 128) || isIP(address) === 0) return false;
  const list = new BlockList();
  list.addSubnet(network, prefix, version === 4 ? "ipv4" : "ipv6");
  return list.check(address, isIP(address) === 4 ? "ipv4" : "ipv6");
}
