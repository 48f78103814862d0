import { YAMLMap, isMap, type Pair, Scalar, isScalar, type YAMLSeq } from "yaml";
import type { OtherConnection, OfferedTls } from "./connections.ts";
import { nodeAt, textAt, plain, quoted, listOf } from "./yaml/nodes.ts";
import { type Secrets, escaped } from "./secret-files.ts";
import { keyText } from "./yaml/keys.ts";
import { createMapWriter, type MapWriter, pairsByKey } from "./yaml/map-writer.ts";

/** What is offered for components by their names, as a layer of the agent's configuration. */
interface OthersLayer {
  readonly root: YAMLMap;
  /** Names that no exporter and no extension has. */
  readonly unknown: readonly string[];
}

/** The name of this layer. */
export const othersName = "other connections offered by the server";

/**
 * Sets what is offered in the components of that name, and nothing else of them. `below` is what is joined already,
 * `above` holds layers that come later and win: what they configure is known by name too.
 */
export function othersLayer(
  below: YAMLMap,
  above: readonly YAMLMap[],
  others: readonly (readonly [string, OtherConnection])[],
  secrets: Secrets,
): OthersLayer {
  const root = new YAMLMap();
  const unknown: string[] = [];
  const placesOf = createPlacesOf([below, ...above]);
  const presentAt = createPresentAt(below);
  const writer = createMapWriter();
  for (const [name, connection] of others) {
    const places = placesOf(name);
    if (places.length === 0) unknown.push(name);
    for (const place of places) {
      const present = presentAt(place);
      const component = { writer, map: writer.mapAt(root, place), present, secrets };
      setConnection(component, connection);
    }
  }
  return { root, unknown };
}

/** A component with what stands in it already. */
interface Component {
  readonly writer: MapWriter;
  readonly map: YAMLMap;
  readonly present: YAMLMap;
  readonly secrets: Secrets;
}

type Path = readonly [section: string, id: string];

/** Finds the component of exactly that name, else those that have it behind their type: `otlp/NAME`. */
function createPlacesOf(roots: readonly YAMLMap[]): (name: string) => readonly Path[] {
  const exact = new Map<string, Path>();
  const behind = new Map<string, Path[]>();
  for (const section of ["exporters", "extensions"]) {
    for (const id of new Set(roots.flatMap((root) => keysOf(nodeAt(root, [section]))))) {
      if (!exact.has(id)) exact.set(id, [section, id]);
      const name = id.includes("/") ? id.slice(id.indexOf("/") + 1) : undefined;
      if (name === undefined) continue;
      const others = behind.get(name);
      if (others === undefined) behind.set(name, [[section, id]]);
      else if (others[0]?.[0] === section) others.push([section, id]);
    }
  }
  return (name) => {
    const one = exact.get(name);
    return one === undefined ? (behind.get(name) ?? []) : [one];
  };
}

function keysOf(node: unknown): readonly string[] {
  return isMap(node) ? node.items.flatMap(({ key }) => keyText(key) ?? []) : [];
}

function createPresentAt(root: YAMLMap): (place: Path) => YAMLMap {
  const sections = ["exporters", "extensions"].map((section) => {
    const node = nodeAt(root, [section]);
    return [section, isMap(node) ? pairsByKey(node) : new Map<string, Pair>()] as const;
  });
  const components = new Map(sections);
  return ([section, id]) => {
    const node = components.get(section)?.get(id)?.value;
    return isMap(node) ? node : new YAMLMap();
  };
}

function setConnection(component: Component, connection: OtherConnection): void {
  const { endpoint, tls, certificate, proxy, headers, settings } = connection;
  for (const [path, value] of settings) setSetting(component, path, value);
  if (endpoint !== "") setAt(component, ["endpoint"], addressOf(endpoint, component));
  if (proxy !== undefined && proxy.url !== "") {
    setAt(component, ["proxy_url"], addressOf(proxy.url, component));
  }
  setHeaders(component, headers);
  if (tls !== undefined) setTls(component, tls);
  if (certificate !== undefined) {
    setPem(component, "cert", certificate.cert);
    setPem(component, "key", certificate.key);
  }
  // Without this what is offered for TLS would have no effect.
  const plaintext = textAt(component.present, ["tls", "insecure"]) === "true";
  if (plaintext && (certificate !== undefined || tls !== undefined)) {
    setAt(component, ["tls", "insecure"], plain("false"));
  }
}

function setAt({ map, writer }: Component, path: readonly string[], value: Scalar | YAMLSeq): void {
  writer.set(writer.mapAt(map, path.slice(0, -1)), path.at(-1) ?? "", value);
}

/** An address may bring a login or a token along. */
function addressOf(address: string, { secrets }: Component): Scalar {
  return /[@?#]/.test(address) ? secrets.value(address, "judged") : quoted(escaped(address));
}

/** Names of headers know no letter case: one that is there in other case is replaced. */
function setHeaders(component: Component, headers: OtherConnection["headers"]): void {
  const present = new Map<string, string>();
  for (const key of keysOf(nodeAt(component.present, ["headers"])).toReversed()) {
    present.set(key.toLowerCase(), key);
  }
  for (const [name, value] of headers) {
    const key = present.get(name.toLowerCase()) ?? escaped(name);
    setAt(component, ["headers", key], component.secrets.value(value));
  }
}

function setTls(component: Component, tls: OfferedTls): void {
  const { ca, includeSystemCa, skipVerify, minVersion, maxVersion, cipherSuites } = tls;
  if (ca !== "") setPem(component, "ca", ca);
  const at = (key: string, value: Scalar | YAMLSeq): void => setAt(component, ["tls", key], value);
  if (includeSystemCa) at("include_system_ca_certs_pool", plain("true"));
  if (skipVerify) at("insecure_skip_verify", plain("true"));
  if (minVersion !== "") at("min_version", quoted(escaped(minVersion)));
  if (maxVersion !== "") at("max_version", quoted(escaped(maxVersion)));
  if (cipherSuites.length > 0) {
    at("cipher_suites", listOf(cipherSuites.map((suite) => quoted(escaped(suite)))));
  }
}

/** The collector refuses a component that has both a file and a text. */
function setPem(component: Component, kind: "ca" | "cert" | "key", pem: string): void {
  setAt(component, ["tls", `${kind}_file`], component.secrets.path(pem));
  if (isScalar(nodeAt(component.present, ["tls", `${kind}_pem`]))) {
    setAt(component, ["tls", `${kind}_pem`], new Scalar(null));
  }
}

/**
 * The collector reads what a file holds as a number, a word or a text, whichever is wanted. Only what can hardly be a
 * secret stands in the text.
 */
function setSetting(component: Component, path: string, value: string): void {
  const keys = path.split(/::|\./).map(escaped);
  const harmless = /^(?:true|false|\d{1,9}|(?:\d+(?:\.\d+)?(?:ns|us|ms|s|m|h))+)$/.test(value);
  const secret = /pass|secret|token|key|auth|cookie|user|headers|pin/i.test(path);
  const node = harmless && !secret ? plain(value) : component.secrets.value(value, "judged");
  setAt(component, keys, node);
}
