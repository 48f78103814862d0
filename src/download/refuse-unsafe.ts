import { SupervisorError } from "../errors.ts";

/**
 * Refuses an address from which nothing may be fetched. Unencrypted is allowed from this machine to itself
 * only, and only when the first address was so: a server elsewhere must not lead us to a local one.
 */
export function refuseUnsafe(url: URL, first: URL): void {
  if (url.protocol === "https:") return;
  const local = [url, first].every(({ protocol, hostname }) => {
    return protocol === "http:" && isLoopback(hostname);
  });
  if (local) return;
  const found = `${url.protocol}//${url.host}`;
  throw new SupervisorError("download-failed", `expected an https address, found ${found}`);
}

function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127(\.\d+){3}$/.test(hostname);
}
