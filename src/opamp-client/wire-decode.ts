import { Reader } from "protobufjs/minimal.js";
import { oneofMessage, wireMessages, type WireField } from "./wire-fields.ts";
import { readScalar, scalarKind, wireTypeOf, zeroOf } from "./wire-scalars.ts";

/** Messages inside messages, as deep as any honest peer goes; deeper ones are malformed. */
const maxDepth = 100;

type Values = Record<string, unknown>;

/** Decodes the message of that name; throws on bytes that are not one. */
export function decodeMessage(name: string, bytes: Uint8Array): object {
  const values = emptyMessage(name);
  readFields(bytes, name, values, 0);
  return values;
}

/** A null prototype is not needed: keys come from the table, never from the peer. */
function emptyMessage(name: string): Values {
  // The one key that messages.ts promises inside a message; proto3 leaves it out when it is empty.
  return name === "KeyValue" ? { key: "" } : {};
}

function readFields(bytes: Uint8Array, name: string, into: Values, depth: number): void {
  if (depth > maxDepth) throw new RangeError(`messages nested deeper than ${maxDepth}`);
  const reader = readerOf(bytes);
  const fields = fieldsByNumber.get(name) ?? noFields;
  while (reader.pos < reader.len) {
    const tag = reader.tag();
    const found = fields.get(tag >>> 3);
    if (found === undefined || expectedWireType(found.field) !== (tag & 7)) {
      if (tag >>> 3 === 0) throw new RangeError("field number 0");
      reader.skipType(tag & 7, 0, tag >>> 3);
      continue;
    }
    if (name === oneofMessage) clearOthers(into, found.key);
    readField(reader, found, into, depth);
  }
}

function readField(reader: Reader, { key, field }: NamedField, into: Values, depth: number): void {
  const [, kind, many] = field;
  if (many === "map") {
    const entries = (into[key] ??= new Map<string, unknown>()) as Map<string, unknown>;
    readEntry(reader.bytes(), kind, entries, depth);
  } else if (many === "list") {
    const list = (into[key] ??= []) as unknown[];
    list.push(readOne(reader, kind, undefined, depth));
  } else {
    into[key] = readOne(reader, kind, into[key], depth);
  }
}

/** A singular message that comes twice is joined, as every protobuf decoder does it. */
function readOne(reader: Reader, kind: string, before: unknown, depth: number): unknown {
  if (scalarKind(kind)) return readScalar(reader, kind);
  const values = (before as Values | undefined) ?? emptyMessage(kind);
  readFields(reader.bytes(), kind, values, depth + 1);
  return values;
}

function readEntry(
  bytes: Uint8Array,
  kind: string,
  into: Map<string, unknown>,
  depth: number,
): void {
  const reader = readerOf(bytes);
  let key = "";
  let value: unknown = scalarKind(kind) ? zeroOf(kind) : emptyMessage(kind);
  while (reader.pos < reader.len) {
    const tag = reader.tag();
    if (tag === 10) key = readScalar(reader, "string") as string;
    else if (tag >>> 3 === 2 && (tag & 7) === wireTypeOf(kind)) {
      value = readOne(reader, kind, value, depth);
    } else reader.skipType(tag & 7, 0, tag >>> 3);
  }
  into.set(key, value);
}

interface NamedField {
  readonly key: string;
  readonly field: WireField;
}

const noFields: ReadonlyMap<number, NamedField> = new Map();

const fieldsByNumber: ReadonlyMap<string, ReadonlyMap<number, NamedField>> = new Map(
  Object.entries(wireMessages).map(([name, fields]) => [
    name,
    new Map(Object.entries(fields).map(([key, field]) => [field[0], { key, field }])),
  ]),
);

function expectedWireType([, kind, many]: WireField): number {
  return many === "map" ? 2 : wireTypeOf(kind);
}

function clearOthers(values: Values, kept: string): void {
  for (const key of Object.keys(values)) if (key !== kept) Reflect.deleteProperty(values, key);
}

/** Over exactly these bytes, so that a length inside cannot reach beyond them; never a Buffer. */
function readerOf(bytes: Uint8Array): Reader {
  return new Reader(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength));
}
