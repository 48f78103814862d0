import { Reader } from "protobufjs/minimal.js";
import { wireMessages } from "./fields.ts";
import type { AgentToServer } from "./messages.ts";

/** A field of a message, by name; `other` is one that the protocol does not have. */
type PartName = keyof AgentToServer | "other";

/**
 * Which fields stand in an AgentToServer, read from tags and lengths alone, so that it costs the same however much is in
 * them. Undefined for bytes that are no message; a field that turns out to be malformed inside is named all the same.
 */
export function partsIn(bytes: Uint8Array): ReadonlySet<PartName> | undefined {
  const reader = new Reader(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  const parts = new Set<PartName>();
  try {
    while (reader.pos < reader.len) {
      const tag = reader.tag();
      parts.add(names.get(tag >>> 3) ?? "other");
      reader.skipType(tag & 7, 0, tag >>> 3);
    }
  } catch {
    return undefined;
  }
  return parts;
}

const names: ReadonlyMap<number, PartName> = new Map(
  Object.entries(wireMessages["AgentToServer"] ?? {}).map(([key, [number]]) => [
    number,
    key as PartName,
  ]),
);
