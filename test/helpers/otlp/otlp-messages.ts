import { readFileSync } from "node:fs";
import { join } from "node:path";
import protobuf from "protobufjs";

/** The messages of OTLP as another reader of protobuf has them. */
export function otlpRoot(): protobuf.Root {
  const path = join(import.meta.dirname, "../../fixtures/otlp/otlp.proto");
  return protobuf.parse(readFileSync(path, "utf8"), { keepCase: false }).root;
}

/** A message of OTLP decoded by that reader; 64-bit numbers and bytes as text. */
export function decodeOtlp(name: string, bytes: Uint8Array): Readonly<Record<string, unknown>> {
  const type = otlpRoot().lookupType(name);
  return type.toObject(type.decode(bytes), { longs: String, bytes: String });
}

/** A message of OTLP as another writer of protobuf has it. */
export function encodeOtlp(name: string, value: object): Uint8Array {
  const type = otlpRoot().lookupType(name);
  return type.encode(type.fromObject(value)).finish();
}
