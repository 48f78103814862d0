import {
  parseAddressPattern,
  type Address,
  isDenied,
  isAllowed,
  parseAddress,
} from "./addresses.ts";
import { pathText, type Leaf, isUnder } from "./leaves.ts";
import { encodedIn } from "./likeness.ts";
import type { Inspected, Part } from "./parts.ts";
import type { Violation, Limits } from "./policy.ts";
import { referencesIn, withoutSecrets, isLocalValue } from "./references.ts";

/** Entry of an allow list for exporters that name no host and use one that is built into them. */
const builtIn = "built-in";

const hostKey =
  /^((.*_)?(endpoints?|urls?|uris?|hosts?|hostnames?|address(es)?|servers?|brokers?|dsn|site)|(endpoint|url|proxy)_.*|bootstrap_servers|connection_string|datasource|domain|cloud_?id|proxy)$/;
const unsentKey = /^(server_name.*|authority|generator_url|schema_url|url_path|.*_url_path)$/;

// These send nothing away, or wait to be asked.
const localExporters = new Set(["debug", "logging", "nop", "file", "prometheus"]);

/** Places that the agent would send to and that are not permitted. */
export function hostViolations({ rules, leaves, parts }: Inspected): readonly Violation[] {
  const limits = rules.limits.exporter_hosts;
  if (limits === undefined) return [];
  const judge = judgeBy(limits);
  const sending = parts
    .flatMap((part) => part.leaves.filter((leaf) => namesHost(leaf, part)))
    .concat(leaves.filter(isTelemetryHost));
  return [
    ...sending.flatMap((leaf) => judge(sentTo(leaf), pathText(leaf.path))),
    ...fetches(leaves).flatMap(({ text, path }) => judge(text, path)),
    ...(limits.allow?.includes(builtIn) === false ? parts.flatMap(withoutHost) : []),
  ];
}

/** True of a setting that is known to say where a component sends to. */
export function namesHost(leaf: Leaf, part: Part): boolean {
  const { section, type } = part;
  const { key, text } = leaf;
  if (part.own || section === "receivers" || section === "connectors") return false;
  if (section === "exporters") return !localExporters.has(type) && isHost(leaf, part);
  // Here a bare endpoint is one to listen on.
  const away = isAway(leaf.path) && hostKey.test(key) && !unsentKey.test(key);
  return (
    away || isRemote(key) || hasScheme(text) || type === "redisstorage" || type === "dbstorage"
  );
}

/** True of a key that says where to connect to, in components that connect. */
export function isHostKey(key: string): boolean {
  return hostKey.test(key);
}

/** True of what leads from an extension to others, such as the other side of a forwarder. */
export function isAway(path: readonly string[]): boolean {
  return path.some((each) => each === "egress" || each === "source");
}

/** An elastic `cloudid` has its address in base64; what cannot be read is judged as it stands. */
function sentTo({ key, text }: Leaf): string {
  if (!/^cloud_?id$/.test(key)) return text;
  const [host = ""] = encodedIn(text.slice(text.indexOf(":") + 1))[0]?.split("$") ?? [];
  return host === "" ? "`" : host;
}

function isRemote(key: string): boolean {
  return /(^|_)(urls?|uris?)$/.test(key) && !unsentKey.test(key);
}

function isHost(leaf: Leaf, part: Part): boolean {
  const below = leaf.path.slice(part.place.length);
  if (below.includes("headers") || unsentKey.test(leaf.key)) return false;
  // How `loadbalancing` finds the places to send to.
  const resolves = below[0] === "resolver" && /^(service|service_name|namespace)$/.test(leaf.key);
  return resolves || hostKey.test(leaf.key) || hasScheme(leaf.text);
}

function hasScheme(text: string): boolean {
  // Behind the last brace nothing closes.
  const end = text.lastIndexOf("}") + 1;
  const plain = text.slice(0, end).replaceAll(/\$\{[^}]*\}/g, "") + text.slice(end);
  return /^\s*[a-z][a-z0-9+.-]*:\/\//i.test(plain);
}

const telemetry = ["service", "telemetry"];

/** True of a place that the agent's own telemetry is sent to. */
export function isTelemetryHost({ path, key, text }: Leaf): boolean {
  if (!isUnder(path, telemetry)) return false;
  return key === "endpoint" || (!path.includes("resource") && hasScheme(text) && !isFile(text));
}

function isFile(text: string): boolean {
  return /^\s*file:/i.test(text);
}

// What is fetched may carry something away in its address.
function fetches(leaves: readonly Leaf[]): readonly { text: string; path: string }[] {
  return leaves.flatMap(({ text, path }) =>
    referencesIn(text)
      .filter(({ scheme }) => scheme === "http" || scheme === "https")
      .map(({ scheme = "", rest }) => ({ text: `${scheme}:${rest}`, path: pathText(path) })),
  );
}

function withoutHost(part: Part): readonly Violation[] {
  if (part.section !== "exporters" || localExporters.has(part.type)) return [];
  if (part.leaves.some((leaf) => isHost(leaf, part) && leaf.text !== "")) return [];
  const why = `it names no host; the entry ${builtIn} permits that`;
  const path = pathText(part.place);
  return [{ rule: "exporter_hosts.allow", path, found: "a built-in address", why }];
}

function judgeBy(limits: Limits): (text: string, path: string) => readonly Violation[] {
  const allow = limits.allow?.flatMap((entry) => parseAddressPattern(entry) ?? []);
  const deny = limits.deny.flatMap((entry) => parseAddressPattern(entry) ?? []);
  return (text, path) => {
    if (text === "" || limits.allow?.includes(text.trim()) === true) return [];
    const found = withoutSecrets(text);
    const destinations = destinationsOf(text);
    const suspects = destinations.unclear ? hostsIn(text) : destinations.addresses;
    if (suspects.some((each) => isDenied(each, deny))) {
      return [{ rule: "exporter_hosts.deny", path, found }];
    }
    if (destinations.unclear) return unclear(text, path, found, allow !== undefined);
    const stranger = destinations.addresses.some((each) => !isAllowed(each, allow));
    return stranger ? [{ rule: "exporter_hosts.allow", path, found }] : [];
  };
}

function unclear(
  text: string,
  path: string,
  found: string,
  hasAllow: boolean,
): readonly Violation[] {
  const why = "which host it is cannot be known";
  if (hasAllow) return [{ rule: "exporter_hosts.allow", path, found, why }];
  if (!/[$`]/.test(text) || isLocalValue(text)) return [];
  return [{ rule: "exporter_hosts.deny", path, found, why }];
}

/** What is wrong with an entry of `exporter_hosts`, or undefined. */
export function faultOfHost(entry: string): string | undefined {
  if (entry === builtIn || entry.includes("${")) return undefined;
  const pattern = parseAddressPattern(entry);
  if (pattern !== undefined) return undefined;
  return "expected a host, such as example.com, *.example.com, 10.0.0.0/8 or [::1]:4317";
}

/** Where a value makes the agent send to. */
interface Destinations {
  readonly addresses: readonly Address[];
  /** Part of the value could not be read as an address. */
  readonly unclear: boolean;
}

const usualPorts: Readonly<Record<string, string>> = {
  http: "80",
  https: "443",
  ws: "80",
  wss: "443",
};

// gRPC's own names for places: `dns://resolver/host:port`, `ipv4:1.2.3.4:4317,5.6.7.8:4317`.
const named = /^(dns|passthrough|ipv4|ipv6|xds):(?:\/\/([^/]*)\/)?\/?(.*)$/is;

/** Reads a host, an address, a URL, a list of them with commas, or a text with URLs in it. */
export function destinationsOf(text: string): Destinations {
  const [, , resolver = "", target] = named.exec(text.trim()) ?? [];
  if (target !== undefined) {
    return joined([...(resolver === "" ? [] : [resolver]), ...target.split(",")].map(plainOf));
  }
  const urls = urlsIn(text.trim());
  if (urls.length === 0) return joined(text.split(",").map(plainOf));
  const before = text.trim().slice(0, urls[0]?.index);
  const clear = before === "" || /[=;,\s]$/.test(before);
  const found = urls.flatMap(([, scheme = "", authority = ""]) =>
    authoritiesOf(scheme.toLowerCase(), authority),
  );
  return joined([...found, { addresses: [], unclear: !clear }]);
}

// Each word is gone through once, from its first letter.
const urlAnywhere = /(?=[a-z])(?<=(?<![a-z0-9+.-])[0-9+.-]*)([a-z0-9+.-]+):\/\/([^/?#;]*)/gi;

// In a URL another one is part of its query; in a text of names and values each counts.
function urlsIn(text: string): readonly RegExpExecArray[] {
  const all = [...text.matchAll(urlAnywhere)];
  if (all[0]?.index !== 0) return all;
  return all.filter(({ index }) => index === 0 || text.charAt(index - 1) === ",");
}

function authoritiesOf(scheme: string, authority: string): readonly Destinations[] {
  // A reference in a login may bring a `/` of its own and so end the host before it seems to.
  if (/[$\\]/.test(authority)) return [{ addresses: [], unclear: true }];
  const hosts = authority.slice(authority.lastIndexOf("@") + 1);
  return hosts.split(",").map((each) => {
    const { addresses, unclear } = plainOf(each);
    const port = usualPorts[scheme] ?? "";
    const filled = addresses.map((one) => (one.port === "" ? { ...one, port } : one));
    return { addresses: filled, unclear: unclear || each === "" };
  });
}

function plainOf(text: string): Destinations {
  const address = parseAddress(text.split("/")[0] ?? "");
  if (address === undefined) return { addresses: [], unclear: true };
  return { addresses: [address], unclear: false };
}

function joined(all: readonly Destinations[]): Destinations {
  return {
    addresses: all.flatMap(({ addresses }) => addresses),
    unclear: all.some(({ unclear }) => unclear),
  };
}

/** Everything in a text that could be a host, for texts whose form is not known. */
export function hostsIn(text: string): readonly Address[] {
  const words = text.match(/\[[0-9a-f:.%]+\]|[\p{L}\p{N}._-]+/giu) ?? [];
  return words.flatMap((word) => parseAddress(word) ?? []);
}
