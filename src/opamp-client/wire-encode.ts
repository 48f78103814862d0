import { Writer } from "protobufjs/minimal.js";
import { oneofMessage, wireMessages, type WireField } from "./wire-fields.ts";
import { scalarKind, WireType, wireTypeOf, writeScalar, zeroScalar } from "./wire-scalars.ts";

type Values = Readonly<Record<string, unknown>>;

/** Encodes a value of messages.ts as the message of that name. */
export function encodeMessage(name: string, value: object): Uint8Array {
  const writer = Writer.create();
  writeFields(writer, name, value as Values);
  const bytes = writer.finish();
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function writeFields(writer: Writer, name: string, values: Values): void {
  for (const [key, field] of Object.entries(wireMessages[name] ?? {})) {
    const value = values[key];
    if (value === undefined) continue;
    const [number, kind, many] = field;
    if (many === "map") writeMap(writer, field, value as ReadonlyMap<string, unknown>);
    else if (many === "list")
      for (const one of value as unknown[]) writeOne(writer, number, kind, one);
    else if (name === oneofMessage || !zeroScalar(value)) writeOne(writer, number, kind, value);
  }
}

function writeMap(writer: Writer, field: WireField, entries: ReadonlyMap<string, unknown>): void {
  const [number, kind] = field;
  for (const [key, value] of entries) {
    writer.uint32(tagOf(number, WireType.delimited)).fork();
    writeOne(writer, 1, "string", key);
    writeOne(writer, 2, kind, value);
    writer.ldelim();
  }
}

function writeOne(writer: Writer, number: number, kind: string, value: unknown): void {
  writer.uint32(tagOf(number, wireTypeOf(kind)));
  if (scalarKind(kind)) {
    writeScalar(writer, kind, value);
    return;
  }
  writer.fork();
  writeFields(writer, kind, value as Values);
  writer.ldelim();
}

function tagOf(number: number, wireType: number): number {
  return (number << 3) | wireType;
}
