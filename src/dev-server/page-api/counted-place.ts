import { isIPv4, isIPv6 } from "node:net";

/** An address as a number, or the network of its first `prefix` bits. */
interface Network {
  readonly bits: 32 | 128;
  readonly prefix: number;
  readonly value: bigint;
}

/** Whether an address is that of a proxy whose word is taken. */
export type IsProxy = (address: string) => boolean;

/** What is wrong with what somebody calls a proxy; undefined: it is an address, or a network of some. */
export function proxyProblem(text: string): string | undefined {
  const expected = "expected an address or a network, such as 127.0.0.1, 10.1.0.0/24 or fd00::/64";
  const network = networkOf(text);
  if (network === undefined) return `${expected}, found ${text === "" ? "nothing" : text}`;
  // Then whoever asks is a proxy, and says what it is counted by.
  return network.prefix === 0 ? `${expected}, found that of all addresses: ${text}` : undefined;
}

/** Knows the proxies that were named; what is none of them counts for nothing. */
export function knowProxies(named: readonly string[]): IsProxy {
  const networks = named.flatMap((text) => networkOf(text) ?? []);
  return (address) => {
    const found = addressOf(address);
    return found !== undefined && networks.some((network) => isInside(found, network));
  };
}

/**
 * By which address a request is counted. Each proxy writes at the right whom it has heard, so that from the right the first
 * that is no proxy of ours is the last that a proxy of ours has seen; what stands left of it anybody may have written.
 */
export function countedPlace(
  peer: string | undefined,
  forwardedFor: string | undefined,
  isProxy: IsProxy,
): string {
  const near = withoutZone(peer ?? "");
  if (forwardedFor === undefined || !isProxy(near)) return countedBy(near);
  for (const entry of forwardedFor.split(",").toReversed()) {
    const address = withoutPort(entry.trim());
    if (addressOf(address) === undefined) return countedBy(near);
    if (!isProxy(address)) return countedBy(address);
  }
  return countedBy(near);
}

/** One host may have each address of a /64, and changes it when it likes. */
function countedBy(text: string): string {
  const address = addressOf(text);
  if (address === undefined) return "";
  const kept = address.bits === 32 ? address.value : address.value >> 64n;
  return `${address.bits === 32 ? "ipv4" : "ipv6"} ${kept.toString(16)}`;
}

/** Some proxies write the port of whom they have heard, too. */
function withoutPort(entry: string): string {
  const [, plain, bracketed] = /^(?:([\d.]+)|\[([\da-f:.]+)\])(?::\d{1,5})?$/i.exec(entry) ?? [];
  return plain ?? bracketed ?? entry;
}

function withoutZone(peer: string): string {
  return peer.replace(/%.*$/, "");
}

function networkOf(text: string): Network | undefined {
  const [, written = "", digits] = /^([^/]*)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const address = addressOf(written);
  if (address === undefined || digits === undefined) return address;
  // An IPv4 address in the clothes of IPv6 has its prefix counted in those.
  const prefix = Number(digits) - (address.bits === 32 && isIPv6(written) ? 96 : 0);
  return prefix >= 0 && prefix <= address.bits ? { ...address, prefix } : undefined;
}

function isInside(address: Network, { bits, prefix, value }: Network): boolean {
  const rest = BigInt(bits - prefix);
  return address.bits === bits && address.value >> rest === value >> rest;
}

/** Undefined: it is no address. What comes as IPv4 by a socket for both (::ffff:192.0.2.1) is IPv4. */
function addressOf(text: string): Network | undefined {
  if (isIPv4(text)) {
    const value = text.split(".").reduce((sum, part) => sum * 256n + BigInt(part), 0n);
    return { bits: 32, prefix: 32, value };
  }
  if (!isIPv6(text) || text.includes("%")) return undefined;
  const value = numberOf(text);
  return value >> 32n === 0xffffn
    ? { bits: 32, prefix: 32, value: value & 0xffffffffn }
    : { bits: 128, prefix: 128, value };
}

/** The URL of it has all of it in hex, and at most one gap. */
function numberOf(text: string): bigint {
  const [left = "", right] = new URL(`http://[${text}]`).hostname.slice(1, -1).split("::");
  const before = left.split(":").filter((part) => part !== "");
  const after = (right ?? "").split(":").filter((part) => part !== "");
  const gap = Array.from({ length: 8 - before.length - after.length }, () => "0");
  const groups = [...before, ...gap, ...after];
  return groups.reduce((sum, part) => sum * 65_536n + BigInt(`0x${part}`), 0n);
}
