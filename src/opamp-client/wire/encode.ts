import { Writer } from "protobufjs/minimal.js";
import { type WireTable, wireMessages, oneofMessage, type WireField } from "./fields.ts";
import { zeroScalar, WireType, wireTypeOf, scalarKind, writeScalar } from "./scalars.ts";

type Values = Readonly<Record<string, unknown>>;

const opampTable: WireTable = { messages: wireMessages, oneofs: new Set([oneofMessage]) };

/** Encodes a value as the message of that name; without a table one of messages.ts. */
export function encodeMessage(
  name: string,
  value: object,
  table: WireTable = opampTable,
): Uint8Array {
  const writer = Writer.create();
  writeFields(writer, table, name, value as Values);
  const bytes = writer.finish();
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function writeFields(writer: Writer, table: WireTable, name: string, values: Values): void {
  for (const [key, field] of Object.entries(table.messages[name] ?? {})) {
    const value = values[key];
    if (value === undefined) continue;
    const [number, kind, many] = field;
    if (many === "map") writeMap(writer, table, field, value as ReadonlyMap<string, unknown>);
    else if (many === "list")
      for (const one of value as unknown[]) writeOne(writer, table, number, kind, one);
    else if (table.oneofs.has(name) || !zeroScalar(value))
      writeOne(writer, table, number, kind, value);
  }
}

function writeMap(
  writer: Writer,
  table: WireTable,
  field: WireField,
  entries: ReadonlyMap<string, unknown>,
): void {
  const [number, kind] = field;
  for (const [key, value] of entries) {
    writer.uint32(tagOf(number, WireType.delimited)).fork();
    writeOne(writer, table, 1, "string", key);
    writeOne(writer, table, 2, kind, value);
    writer.ldelim();
  }
}

function writeOne(
  writer: Writer,
  table: WireTable,
  number: number,
  kind: string,
  value: unknown,
): void {
  writer.uint32(tagOf(number, wireTypeOf(kind)));
  if (scalarKind(kind)) {
    writeScalar(writer, kind, value);
    return;
  }
  writer.fork();
  writeFields(writer, table, kind, value as Values);
  writer.ldelim();
}

function tagOf(number: number, wireType: number): number {
  return (number << 3) | wireType;
}
