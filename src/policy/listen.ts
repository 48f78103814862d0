import { parseAddressPattern, parseAddress, isDenied, isAllowed } from "./addresses.ts";
import { pathText, isUnder, type Leaf } from "./leaves.ts";
import { connectingTypes, silentTypes, usualAddresses } from "./listen-defaults.ts";
import { withoutSecrets, isLocalValue } from "./references.ts";
import { isAway } from "./hosts.ts";
import type { Inspected, Part } from "./parts.ts";
import type { Violation, Limits, Rules } from "./policy.ts";

interface Listening {
  readonly path: string;
  readonly text: string;
}

/** Addresses that the agent would listen on and that are not permitted. Names are compared, not looked up. */
export function listenViolations({ rules, leaves, parts }: Inspected): readonly Violation[] {
  const limits = rules.limits.listen;
  if (limits === undefined) return [];
  const judge = judgeBy(limits);
  const listening = [...parts.flatMap(listeningOf), ...telemetryListening(leaves, rules)];
  const unsaid = limits.allow?.includes(builtIn) === false ? parts.flatMap(unknownDefault) : [];
  return [...listening.flatMap(judge), ...unsaid];
}

/** Entry of an allow list for components that name no address and may have one built into them. */
const builtIn = "built-in";

function unknownDefault(part: Part): readonly Violation[] {
  const isServer = part.section === "receivers" || part.section === "extensions";
  if (!isServer || !mayListen(part)) return [];
  if (usualAddresses.has(part.type) || silentTypes.has(part.type)) return [];
  if (
    part.leaves.some(({ key, text }) => text !== "" && (listenKey.test(key) || hostKey.test(key)))
  )
    return [];
  const why = `it names no address, and whether it listens is not known; the entry ${builtIn} permits that`;
  const path = pathText(part.place);
  return [{ rule: "listen.allow", path, found: "a built-in address", why }];
}

const listenKey = /^(endpoint|address|listen.*|bind.*)$/;
const hostKey = /^(host|hostname)$/;

function listeningOf(part: Part): readonly Listening[] {
  if (!mayListen(part)) return [];
  const written = part.leaves.filter(
    (leaf) => namesAddress(leaf, part) && listenKey.test(leaf.key),
  );
  const places = written.map(({ path, text }) => ({ path: pathText(path), text }));
  return [...places, ...hostsWithPort(part), ...unwritten(part)];
}

/** True of a component that others can connect to, or that is not known not to be one. */
export function mayListen(part: Part): boolean {
  return !part.own && isServer(part) && !connectingTypes.has(part.type);
}

/** True of a setting that is known to say where a component listens. */
export function namesAddress({ path, key, text }: Leaf, part: Part): boolean {
  if (!mayListen(part) || isAway(path.slice(part.place.length)) || leadsAway(text)) return false;
  return listenKey.test(key) || hostKey.test(key);
}

function isServer({ section, type }: Part): boolean {
  if (section === "exporters") return type === "prometheus";
  if (section === "processors") return type === "remotetap";
  return section !== "connectors";
}

// A URL is one to ask; a path is that of a socket, which the rule for files sees.
function leadsAway(text: string): boolean {
  const scheme = /^\s*([a-z][a-z0-9+.-]*):\/\//i.exec(text)?.[1]?.toLowerCase();
  if (scheme !== undefined) return !/^(tcp|udp)[46]?$/.test(scheme);
  return /^\s*(unix:|\/)/i.test(text);
}

function hostsWithPort(part: Part): readonly Listening[] {
  const ports = new Map(
    part.leaves.filter(({ key }) => key === "port").map(({ path, text }) => [parentOf(path), text]),
  );
  return part.leaves
    .filter(({ key }) => hostKey.test(key))
    .flatMap(({ path, text }) => {
      const place = { path: pathText(path), port: ports.get(parentOf(path)) };
      if (leadsAway(text) || isAway(path.slice(part.place.length))) return [];
      return [{ path: place.path, text: withPort(text, place.port ?? "") }];
    });
}

function parentOf(path: readonly string[]): string {
  return JSON.stringify(path.slice(0, -1));
}

function withPort(host: string, port: string): string {
  const isBareIpv6 = host.includes(":") && !host.startsWith("[");
  return `${isBareIpv6 ? `[${host}]` : host}:${port}`;
}

/** What a component listens on when it says nothing. */
function unwritten(part: Part): readonly Listening[] {
  const usual = usualAddresses.get(part.type) ?? [];
  return usual.flatMap(({ below, address, keys }) => {
    const place = [...part.place, ...below];
    const inside = part.leaves.filter(({ path }) => isUnder(path, place));
    if (below.length > 0 && inside.length === 0) return [];
    const written = inside.some(
      ({ key, path }) => path.length === place.length + 1 && keys.includes(key),
    );
    return written ? [] : [{ path: pathText(place), text: address }];
  });
}

const metrics = ["service", "telemetry", "metrics"];
const readers = [...metrics, "readers", "*", "pull", "exporter", "prometheus"];
// The reader that the supervisor adds, and that the collector has by itself.
const ownReader = "localhost:8888";

function telemetryListening(
  leaves: readonly Leaf[],
  { ownReaders = [] }: Pick<Rules, "ownReaders">,
): readonly Listening[] {
  const old = leaves.filter(({ path }) => isUnder(path, [...metrics, "address"]));
  const found = new Map<string, { host: string; port: string }>();
  for (const { path, key, text } of leaves.filter((leaf) => isUnder(leaf.path, readers))) {
    const place = pathText(path.slice(0, readers.length));
    const reader = found.get(place) ?? { host: "localhost", port: "9464" };
    const isOwnKey = path.length === readers.length + 1 && (key === "host" || key === "port");
    found.set(place, isOwnKey ? { ...reader, [key]: text } : reader);
  }
  const read = [...found].map(([path, { host, port }]) => ({ path, text: withPort(host, port) }));
  const all = [...read, ...old.map(({ path, text }) => ({ path: pathText(path), text }))];
  return all.filter(({ text }) => text !== ownReader && !ownReaders.includes(text));
}

function judgeBy(limits: Limits): (place: Listening) => readonly Violation[] {
  const allow = limits.allow?.flatMap((entry) => parseAddressPattern(entry) ?? []);
  const deny = limits.deny.flatMap((entry) => parseAddressPattern(entry) ?? []);
  return ({ path, text }) => {
    if (limits.allow?.includes(text.trim()) === true) return [];
    const found = withoutSecrets(text);
    const address = text.trim().startsWith("@")
      ? undefined
      : parseAddress(text.replace(/^\s*(tcp|udp)[46]?:\/\//i, ""));
    if (address === undefined) return unclear(text, path, found, allow !== undefined);
    if (isDenied(address, deny)) {
      return [{ rule: "listen.deny", path, found: shown(text) }];
    }
    return isAllowed(address, allow) ? [] : [{ rule: "listen.allow", path, found: shown(text) }];
  };
}

function shown(text: string): string {
  return text.trim() === "" ? "every address of this machine" : text.trim();
}

function unclear(
  text: string,
  path: string,
  found: string,
  hasAllow: boolean,
): readonly Violation[] {
  if (!hasAllow && (isLocalValue(text) || text.trim().startsWith("@"))) return [];
  const why = "which address it is cannot be known";
  return [{ rule: hasAllow ? "listen.allow" : "listen.deny", path, found, why }];
}

/** What is wrong with an entry of `listen`, or undefined. */
export function faultOfAddress(entry: string): string | undefined {
  if (entry === builtIn || entry.startsWith("@") || entry.includes("${")) return undefined;
  if (parseAddressPattern(entry) !== undefined) return undefined;
  return "expected an address to listen on, such as localhost, 127.0.0.1:4317 or 10.0.0.0/8";
}
