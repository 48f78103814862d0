import { type YAMLMap, isMap, isSeq, Scalar } from "yaml";
import { componentCount } from "./pipelines.ts";
import { withLayerAt } from "./place-layer.ts";
import { itemsOf, itemText, nodeAt, setValue, ensureMap, textAt, quoted } from "./yaml/nodes.ts";
import type { LocalLayer } from "./config.ts";

/** Variables of the agent's environment: what they hold changes with each start, the configuration does not. */
export const localVariables = {
  port: "OPAMPSUPERVISOR_LOCAL_PORT",
  token: "OPAMPSUPERVISOR_LOCAL_SECRET",
} as const;

const host = `ws://127.0.0.1:\${env:${localVariables.port}}`;
const token = `\${env:${localVariables.token}}`;

/** What the extension is told beside the address. */
interface ExtensionWishes {
  readonly path: string;
  /** The header that carries the token. */
  readonly header: string;
  readonly resourceAttributes: boolean;
}

/**
 * The layer that makes the agent's own extension talk to us. It does not report the configuration: the extension
 * would tell what `${…}` stands for, secrets among it, and every default.
 */
export function extensionText({ path, header, resourceAttributes }: ExtensionWishes): string {
  return `extensions:
  opamp:
    server:
      http: null
      ws:
        endpoint: "${host}${path}"
        headers:
          ${header}: "${token}"
        tls:
          insecure: true
    capabilities:
      reports_available_components: true
      reports_effective_config: false
      reports_health: true
${resourceAttributes ? "    agent_description:\n      include_resource_attributes: true\n" : ""}service:
  extensions: [opamp]
`;
}

/** The word for this layer among the paths of `config_files`. */
const word = "$OPAMP_EXTENSION_CONFIG";

/**
 * Puts the layer where `config_files` names it, else over all local layers that are below the remote configuration.
 */
export function withExtensionLayer(
  layers: readonly LocalLayer[],
  configFiles: readonly string[],
  text: string,
): readonly LocalLayer[] {
  const layer = { name: "the opamp extension", text, forExtension: true } as const;
  const placed = withLayerAt(layers, configFiles, word, layer);
  if (placed !== undefined) return placed;
  const last = layers.findLastIndex(({ place }) => place === "base");
  return layers.toSpliced(last + 1, 0, { ...layer, place: "base" });
}

/**
 * Above so many components, each counted in every pipeline, the extension costs the collector more than it is worth: it
 * builds the health of all of them anew at every change of one.
 */
export const mostComponents = 500;

/**
 * Takes an extension that talks to the supervisor out of service where there are too many components, and says so. It
 * cannot be told to leave the health out: with `reports_health: false` the collector never comes up.
 */
export function restExtension(joined: YAMLMap): string | undefined {
  const list = nodeAt(joined, ["service", "extensions"]);
  const ours = isOurEndpoint(textAt(joined, ["extensions", "opamp", "server", "ws", "endpoint"]));
  if (!ours || !isSeq(list)) return undefined;
  const components = componentCount(joined);
  if (components <= mostComponents) return undefined;
  list.items = list.items.filter((item) => itemText(item) !== "opamp");
  return `the opamp extension is left out: the pipelines have ${components} components, and above ${mostComponents} it takes the collector too long to report their health`;
}

/**
 * Sets the instance id of an extension that talks to the supervisor. An extension that a later layer has pointed to
 * another server is left alone, but our secret does not go there.
 */
export function addExtensionIdentity(root: YAMLMap, joined: YAMLMap, uid: string): void {
  const at = ["extensions", "opamp"];
  const used = itemsOf(nodeAt(joined, ["service", "extensions"])).includes("opamp");
  const server = nodeAt(joined, [...at, "server"]);
  if (!used || !isMap(server)) return;
  // The extension takes either `http` or `ws`. Our layer sets `http` to null, so an `http` that is there is of a later
  // layer.
  const leftForHttp = isMap(nodeAt(server, ["http"])) && isOnlyOurs(nodeAt(server, ["ws"]));
  if (leftForHttp) setValue(ensureMap(root, [...at, "server"]), "ws", new Scalar(null));
  else if (isOurEndpoint(textAt(server, ["ws", "endpoint"]))) {
    setValue(ensureMap(root, at), "instance_uid", quoted(uid));
  } else withholdToken(root, server);
}

// What somebody else wrote there is left for the collector to refuse.
function isOnlyOurs(ws: unknown): boolean {
  if (!isMap(ws) || !isOurEndpoint(textAt(ws, ["endpoint"]))) return false;
  const [headers, tls] = [nodeAt(ws, ["headers"]), nodeAt(ws, ["tls"])];
  if (!isMap(headers) || !isMap(tls) || ws.items.length !== 3) return false;
  const tokens = headers.items.every(({ key }) => isOurToken(textAt(headers, [String(key)])));
  return tokens && tls.items.length === 1 && textAt(tls, ["insecure"]) === "true";
}

function withholdToken(root: YAMLMap, server: YAMLMap): void {
  const headers = nodeAt(server, ["ws", "headers"]);
  if (!isMap(headers)) return;
  for (const { key } of headers.items) {
    const name = String(key);
    if (!isOurToken(textAt(headers, [name]))) continue;
    const at = ["extensions", "opamp", "server", "ws", "headers"];
    setValue(ensureMap(root, at), name, new Scalar(null));
  }
}

/** True of the address that the supervisor gives to the extension. */
export function isOurEndpoint(text: string | undefined): boolean {
  return text?.startsWith(`${host}/`) === true;
}

/** True of the reference that stands for the secret, and of nothing longer. */
export function isOurToken(text: string | undefined): boolean {
  return text === token;
}
