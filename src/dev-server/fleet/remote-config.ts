import { createHash } from "node:crypto";
import type {
  AgentConfigObject,
  AgentRemoteConfig,
  EffectiveConfig,
} from "../../opamp-client/wire/messages.ts";

/** The entries of an offered configuration by name; the name may be empty. */
export type ConfigFiles = ReadonlyMap<string, AgentConfigObject>;

/** What goes on the wire for these entries, with its hash. */
export function remoteConfigOf(
  files: ConfigFiles,
): AgentRemoteConfig & { readonly configHash: Uint8Array } {
  return { config: { configMap: files }, configHash: hashOf(files) };
}

/** SHA-256 over names, bodies, content types and roles; the order of the entries does not matter. */
export function hashOf(files: ConfigFiles): Uint8Array {
  const hash = createHash("sha256");
  const add = (bytes: Uint8Array): void => {
    // Lengths in front keep ("ab", "c") and ("a", "bc") apart.
    hash.update(`${bytes.length}:`).update(bytes);
  };
  for (const [name, file] of [...files].sort(([a], [b]) => (a < b ? -1 : 1))) {
    add(Buffer.from(name));
    add(file.body ?? new Uint8Array());
    add(Buffer.from(file.contentType ?? ""));
    add(Buffer.from(file.role ?? ""));
  }
  return hash.digest();
}

/** Whether two hashes are there, not empty, and equal. */
export function sameHash(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  return a !== undefined && b !== undefined && a.length > 0 && Buffer.from(a).equals(b);
}

/** Whether two reported configurations have the same entries. */
export function sameEffectiveConfig(
  a: EffectiveConfig | undefined,
  b: EffectiveConfig | undefined,
): boolean {
  if (a === b) return true;
  if (a === undefined || b === undefined) return false;
  const [before, after] = [filesOf(a), filesOf(b)];
  return before.size === after.size && sameHash(hashOf(before), hashOf(after));
}

/** The entries of a reported configuration; none when the message has no map. */
export function filesOf(config: EffectiveConfig | undefined): ConfigFiles {
  return config?.configMap?.configMap ?? new Map<string, AgentConfigObject>();
}
