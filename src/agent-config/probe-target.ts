import { type YAMLMap, isSeq, isMap } from "yaml";
import { nodeAt, itemText, textAt } from "./yaml/nodes.ts";
import type { ProbeTarget } from "./config.ts";

/** Where health_check listens when its configuration does not say. */
export const defaultHealthEndpoint = "localhost:13133";

/** True of the id of a health_check, with a name or without. */
export function isHealthCheck(id: string | undefined): boolean {
  return id === "health_check" || id?.startsWith("health_check/") === true;
}

/** The id under `service.extensions` of the first health_check that is enabled. */
export function enabledHealthCheck(root: YAMLMap): string | undefined {
  const extensions = nodeAt(root, ["service", "extensions"]);
  if (!isSeq(extensions)) return undefined;
  return extensions.items.map(itemText).find(isHealthCheck);
}

/**
 * Where the agent's health is asked: host, port, path and scheme of the health_check that is enabled, or what the
 * operator wrote in `agent.health_check_endpoint`.
 */
export function probeTargetOf(
  root: YAMLMap,
  override: string | undefined,
  environment: ReadonlyMap<string, string>,
): ProbeTarget | undefined {
  const id = enabledHealthCheck(root);
  if (override !== undefined) return { url: urlOf(override, "http", pathOf(root, id)) };
  if (id === undefined) return undefined;
  const at = ["extensions", id];
  const written = textAt(root, [...at, "endpoint"]) ?? defaultHealthEndpoint;
  const scheme = isMap(nodeAt(root, [...at, "tls"])) ? "https" : "http";
  return { url: urlOf(expand(written, environment), scheme, pathOf(root, id)) };
}

function pathOf(root: YAMLMap, id: string | undefined): string {
  const path = id === undefined ? undefined : textAt(root, ["extensions", id, "path"]);
  return path === undefined || path === "" ? "/" : path;
}

function urlOf(endpoint: string, scheme: string, path: string): string {
  if (/^https?:\/\//.test(endpoint)) return endpoint;
  const [, host = "", port = "13133"] = /^(.*?)(?::(\d+))?$/.exec(endpoint) ?? [];
  return `${scheme}://${reachable(host)}:${port}${path.startsWith("/") ? path : `/${path}`}`;
}

/** An address to listen on everywhere is asked on the loopback; IPv6 stands in brackets, however it is written. */
export function reachable(written: string): string {
  const host = written.replace(/^\[(.*)\]$/, "$1");
  if (host === "" || host === "0.0.0.0") return "127.0.0.1";
  if (host === "::") return "[::1]";
  return host.includes(":") ? `[${host}]` : host;
}

/** Expands `${env:NAME}` with the agent's own environment, as the collector does: else its address is not known. */
export function expand(text: string, environment: ReadonlyMap<string, string>): string {
  return text.replaceAll(
    /\$\{(?:env:)?([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}/g,
    (_, name: string, fallback: string | undefined) => environment.get(name) ?? fallback ?? "",
  );
}
