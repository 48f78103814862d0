/** Where something listens or connects to. */
export interface Address {
  readonly host: Host;
  /** Digits; empty where none is written, a name where a name is written. */
  readonly port: string;
}

/** All interfaces, an IP address as eight groups (IPv4 as IPv6 has it), or a name in lower case. */
type Host =
  | { readonly is: "any" }
  | { readonly is: "ip"; readonly groups: readonly number[] }
  | { readonly is: "name"; readonly name: string };

const any: Host = { is: "any" };
const loopbackNames =
  /^(localhost|.+\.localhost|localhost\.localdomain|localhost[46]|ip6-(localhost|loopback))$/;

/** `host`, `host:port`, `[::1]:4317`, `:4317`, `::1`; undefined for what is none of them. */
export function parseAddress(text: string): Address | undefined {
  const trimmed = text.trim();
  const isBareIpv6 = /^(?=[^:%]*:[^:%]*:)[0-9a-f:.]+(%.*)?$/i.test(trimmed);
  const match = isBareIpv6
    ? [trimmed, `[${trimmed}]`, ""]
    : /^(\[[^\]]*\]|[^:[\]]*)(?::([\w+-]*))?$/.exec(trimmed);
  if (match === null) return undefined;
  const host = readHost(match[1] ?? "");
  return host === undefined ? undefined : { host, port: readPort(match[2] ?? "") };
}

/** The host of an address or URL on its own; undefined where it cannot be read. */
export function hostOf(text: string): Host | undefined {
  const authority = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)/i.exec(text)?.[1] ?? text;
  return parseAddress(authority)?.host;
}

// Go takes a sign and leading zeros.
function readPort(text: string): string {
  return /^\+?\d+$/.test(text) ? String(Number(text)) : text.toLowerCase();
}

/** Names have 253 letters at most, however they are written. */
const longestHost = 4096;

// The URL reader knows every form of a host: capitals, full-width letters, `0x7f.1`, `[0:0::1]`.
function readHost(written: string): Host | undefined {
  if (written.length > longestHost) return undefined;
  const text = written.replace(/%[^\]]*/, "");
  if (text === "" || text === "[]") return any;
  const url = `http://${text}/`;
  if (/[/?#@\\$`*]/.test(text) || !URL.canParse(url)) return undefined;
  const name = new URL(url).hostname.replace(/\.+$/, "");
  const groups = groupsOf(name);
  if (groups === undefined) return name === "" ? undefined : { is: "name", name };
  const isAny = groups.every((group, at) => group === 0 || (at === 5 && group === 0xffff));
  return isAny ? any : { is: "ip", groups };
}

function groupsOf(name: string): readonly number[] | undefined {
  if (/^\d+\.\d+\.\d+\.\d+$/.test(name)) {
    const [a = 0, b = 0, c = 0, d = 0] = name.split(".").map(Number);
    return [0, 0, 0, 0, 0, 0xffff, a * 256 + b, c * 256 + d];
  }
  if (!name.startsWith("[")) return undefined;
  const [left = "", right] = name.slice(1, -1).split("::");
  const head = hexGroups(left);
  if (right === undefined) return head;
  const tail = hexGroups(right);
  return [...head, ...Array<number>(8 - head.length - tail.length).fill(0), ...tail];
}

function hexGroups(text: string): readonly number[] {
  return text === "" ? [] : text.split(":").map((group) => Number.parseInt(group, 16));
}

const loopback4 = [0, 0, 0, 0, 0, 0xffff, 0x7f00, 1];
const loopback6 = [0, 0, 0, 0, 0, 0, 0, 1];

/** True of 127.0.0.0/8, `::1` and their names. */
export function isLoopback(host: Host | undefined): boolean {
  if (host?.is === "name") return loopbackNames.test(host.name);
  if (host?.is !== "ip") return false;
  return isWithin(host.groups, loopback4, 104) || isWithin(host.groups, loopback6, 128);
}

/** An entry of a list of hosts or addresses, ready to be compared. */
interface AddressPattern {
  readonly host: Host;
  /** Leading bits that count, for an IP address. */
  readonly bits: number;
  /** `*.example.com`: every name below it. */
  readonly below: boolean;
  readonly port: string;
}

/** Reads `example.com`, `*.example.com`, `10.0.0.0/8`, `[::1]:4317`; undefined for what is none of them. */
export function parseAddressPattern(entry: string): AddressPattern | undefined {
  if (entry.trim() === "") return undefined;
  const [, range, length] = /^(.*)\/(\d+)$/.exec(entry.trim()) ?? [];
  if (range !== undefined) return rangePattern(range, Number(length));
  const below = entry.trim().startsWith("*.");
  const address = parseAddress(below ? entry.trim().slice(2) : entry);
  if (address === undefined || (below && address.host.is !== "name")) return undefined;
  return { ...address, bits: 128, below };
}

function rangePattern(range: string, length: number): AddressPattern | undefined {
  const isIpv4 = /^\d+\.\d+\.\d+\.\d+$/.test(range);
  const host = parseAddress(range)?.host;
  const zeros = isIpv4 ? [0, 0, 0, 0, 0, 0xffff, 0, 0] : [0, 0, 0, 0, 0, 0, 0, 0];
  if (host === undefined || host.is === "name" || length > (isIpv4 ? 32 : 128)) return undefined;
  const groups = host.is === "ip" ? host.groups : zeros;
  const bits = isIpv4 ? 96 + length : length;
  return { host: { is: "ip", groups }, bits, below: false, port: "" };
}

/** True when an address is in one of the patterns, or nothing is said of what is allowed. */
export function isAllowed(address: Address, allow: readonly AddressPattern[] | undefined): boolean {
  return allow === undefined || allow.some((pattern) => permits(pattern, address));
}

/** True when some of what an address means may be in one of the patterns. */
export function isDenied(address: Address, deny: readonly AddressPattern[]): boolean {
  return deny.some((pattern) => touches(pattern, address));
}

/** True when everything that the address means is in the pattern. */
export function permits(pattern: AddressPattern, { host, port }: Address): boolean {
  return (pattern.port === "" || pattern.port === port) && covers(pattern, host);
}

/** True when something that the address means may be in the pattern: `0.0.0.0` is every address of the machine. */
export function touches(pattern: AddressPattern, { host, port }: Address): boolean {
  const isNumber = /^\d+$/.test(port);
  if (pattern.port !== "" && isNumber && pattern.port !== port) return false;
  const isAll = host.is === "any" && (pattern.host.is === "ip" || isLoopback(pattern.host));
  return isAll || covers(pattern, host);
}

function covers(pattern: AddressPattern, host: Host): boolean {
  const wanted = pattern.host;
  if (wanted.is === "any") return host.is === "any";
  if (host.is === "any") return wanted.is === "ip" && pattern.bits <= 96 && wanted.groups[0] === 0;
  if (wanted.is === "name") return coversName(wanted.name, pattern.below, host);
  if (host.is === "ip") return isWithin(host.groups, wanted.groups, pattern.bits);
  const loopbacks = [loopback4, loopback6];
  const range = pattern.bits;
  return isLoopback(host) && loopbacks.some((each) => isWithin(each, wanted.groups, range));
}

function coversName(name: string, below: boolean, host: Host): boolean {
  const isOurselves = !below && loopbackNames.test(name);
  if (host.is !== "name") return isOurselves && isLoopback(host);
  if (below) return host.name.endsWith(`.${name}`);
  return host.name === name || (isOurselves && isLoopback(host));
}

function isWithin(groups: readonly number[], range: readonly number[], bits: number): boolean {
  return groups.every((group, at) => {
    const counted = Math.min(16, Math.max(0, bits - at * 16));
    const shift = 16 - counted;
    return group >> shift === (range[at] ?? 0) >> shift;
  });
}
