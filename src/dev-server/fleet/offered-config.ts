import { encodeServerToAgent } from "../../opamp-client/wire/codec.ts";
import type { AgentConfigObject } from "../../opamp-client/wire/messages.ts";
import { type ConfigFiles, remoteConfigOf } from "./remote-config.ts";
import { serverCapabilities } from "./reply.ts";

/** One YAML text under the empty name, or entries by name; an entry may be a whole `AgentConfigObject`. */
export type OfferedConfig = string | ReadonlyMap<string, string | AgentConfigObject>;

/** The entries as they go on the wire. */
export function filesOfOffer(config: OfferedConfig): ConfigFiles {
  const entries = typeof config === "string" ? new Map([["", config]]) : config;
  return new Map([...entries].map(([name, entry]) => [name, wholeEntry(entry)]));
}

/** Why these entries fit into no message, said at once instead of withholding the message later. */
export function oversizeOf(files: ConfigFiles, maxMessageBytes: number): string | undefined {
  const largest = {
    instanceUid: new Uint8Array(16),
    capabilities: serverCapabilities,
    flags: 3n,
    remoteConfig: remoteConfigOf(files),
  };
  const bytes = encodeServerToAgent(largest).length + 1;
  if (bytes <= maxMessageBytes) return undefined;
  return `expected a message of at most ${maxMessageBytes} bytes, found ${bytes}`;
}

function wholeEntry(entry: string | AgentConfigObject): AgentConfigObject {
  return typeof entry === "string" ? { body: Buffer.from(entry), contentType: "text/yaml" } : entry;
}
