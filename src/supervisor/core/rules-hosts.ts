import {
  type AddressPattern,
  parseAddressPattern,
  permits,
  touches,
  type Address,
} from "./rules-addresses.ts";
import { destinationsOf, hostsIn } from "./rules-destinations.ts";
import { isUnder, type Leaf, pathText } from "./rules-leaves.ts";
import { isLocalValue, referencesIn, withoutSecrets } from "./rules-references.ts";
import type { Inspected, Part } from "./rules-parts.ts";
import type { Limits, Violation } from "./rules.ts";

/** Entry of an allow list for exporters that name no host and use one that is built into them. */
export const builtIn = "built-in";

const hostKey =
  /^((.*_)?(endpoints?|urls?|uris?|hosts?|hostnames?|address(es)?|servers?|brokers?|dsn|site)|(endpoint|url|proxy)_.*|bootstrap_servers|connection_string|datasource|proxy)$/;
const unsentKey = /^(server_name.*|authority|generator_url|schema_url|url_path|.*_url_path)$/;

// These send nothing away, or wait to be asked.
const localExporters = new Set(["debug", "logging", "nop", "file", "prometheus"]);

/** Places that the agent would send to and that are not permitted. */
export function hostViolations({ rules, leaves, parts }: Inspected): readonly Violation[] {
  const limits = rules.limits.exporter_hosts;
  if (limits === undefined) return [];
  const judge = judgeBy(limits);
  const sending = parts.flatMap((part) => hostLeaves(part)).concat(telemetryLeaves(leaves));
  return [
    ...sending.flatMap((leaf) => judge(leaf.text, pathText(leaf.path))),
    ...fetches(leaves).flatMap(({ text, path }) => judge(text, path)),
    ...(limits.allow?.includes(builtIn) === false ? parts.flatMap(withoutHost) : []),
  ];
}

function hostLeaves(part: Part): readonly Leaf[] {
  const { section, leaves } = part;
  if (part.own || section === "receivers" || section === "connectors") return [];
  if (section === "exporters") {
    return localExporters.has(part.type) ? [] : leaves.filter((leaf) => isHost(leaf, part));
  }
  // Here a bare endpoint is one to listen on.
  return leaves.filter(
    ({ text, key }) => isRemote(key) || hasScheme(text) || part.type === "redisstorage",
  );
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
  return /^\s*[a-z][a-z0-9+.-]*:\/\//i.test(text.replaceAll(/\$\{[^}]*\}/g, ""));
}

const telemetry = ["service", "telemetry"];

function telemetryLeaves(leaves: readonly Leaf[]): readonly Leaf[] {
  return leaves.filter(
    ({ path, key, text }) =>
      isUnder(path, telemetry) &&
      (key === "endpoint" || (!path.includes("resource") && hasScheme(text) && !isFile(text))),
  );
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

function isDenied(address: Address, deny: readonly AddressPattern[]): boolean {
  return deny.some((entry) => touches(entry, address));
}

function isAllowed(address: Address, allow: readonly AddressPattern[] | undefined): boolean {
  return allow === undefined || allow.some((entry) => permits(entry, address));
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
