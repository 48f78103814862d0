import type { Leaf } from "./leaves.ts";
import type { Part } from "./parts.ts";

const fileKey =
  /^((.*_)?(files?|filenames?|paths?|dir|directory|directories|folder|socket|keytab|kubeconfig)|filename.*|.*tokenfile|output_paths|error_output_paths)$/;

// Certificates of the agent's own telemetry have keys without `file` in them.
const telemetryFileKey = /^(certificate|client_certificate|client_key)$/;

/** Paths of URLs, and texts about files that name none. */
const otherKey =
  /^((.*_)?url_path|metrics_path|health_path|raw_path|.*_uri|mount_points?|exclude|include_file_.*|patterns?|regex|value|from|to|field)$/;

// Here `path` is that of a URL.
const serversOfPages = new Set([
  ...["healthcheck", "healthcheckv2", "webhookevent", "splunkhec", "github", "gitlab", "zpages"],
  ...["cloudflare", "httpcheck", "influxdb", "faro", "prometheusremotewrite", "otlp"],
]);

/** True of the path of a page: a part of a URL, which names no file. */
export function isPagePath({ key }: Leaf, { type }: Part): boolean {
  if (key === "path") return serversOfPages.has(type);
  return /^((.*_)?url_path|metrics_path|health_path|raw_path|mount_points?|include_file_.*)$/.test(
    key,
  );
}

/** True when a value names a file, a directory or a socket. */
export function isFilePath(leaf: Leaf, part: Part | undefined): boolean {
  const { key, text } = leaf;
  if (part === undefined) return fileKey.test(key) || telemetryFileKey.test(key) || isFileUrl(text);
  const below = leaf.path.slice(part.place.length);
  if (otherKey.test(key) || below.includes("headers")) return false;
  if (key === "path" && serversOfPages.has(part.type)) return false;
  if (fileKey.test(key)) return true;
  if (part.section === "receivers" && key === "include") return isList(leaf);
  return part.section !== "processors" && looksLikePath(text);
}

function isList({ path }: Leaf): boolean {
  return path.at(-1)?.startsWith("[") === true || path.length === 3;
}

function isFileUrl(text: string): boolean {
  return /^\s*(file|unix):/i.test(text);
}

// A key that is not known here, with a value that can hardly be anything else.
function looksLikePath(text: string): boolean {
  return isFileUrl(text) || /^\s*(\.{0,2}\/(?!\/)|[a-z]:\\)/i.test(text);
}
