import { Reader } from "protobufjs/minimal.js";
import { oneofMessage, type WireField, type WireTable, wireMessages } from "./fields.ts";
import { scalarKind, readScalar, zeroOf, wireTypeOf, zeroScalar } from "./scalars.ts";

/** Messages inside messages, as deep as any honest peer goes; deeper ones are malformed. */
const maxDepth = 100;

/** Values in one message: two bytes are enough for one, which becomes dozens in memory. Honest messages have thousands. */
const mostValues = 2_000_000;

type Values = Record<string, unknown>;

/** What a message is read by, where it is none of OpAMP's. */
interface Reading {
  readonly fieldsOf: FieldsByName;
  readonly maxValues: number;
}

/** Where the reading is; one for a whole message. */
interface Progress extends Reading {
  depth: number;
  values: number;
}

/** Decodes the message of that name; throws on bytes that are not one. Without a reading one of messages.ts. */
export function decodeMessage(
  name: string,
  bytes: Uint8Array,
  reading: Reading = opampReading,
): object {
  const values = emptyMessage(name);
  readFields(bytes, name, values, { ...reading, depth: 0, values: 0 });
  return values;
}

/** How messages of this table are read, which have no more values than that. */
export function readingOf({ messages }: Pick<WireTable, "messages">, maxValues: number): Reading {
  return { fieldsOf: fieldsByNumber(messages), maxValues };
}

/** A null prototype is not needed: keys come from the table, never from the peer. */
function emptyMessage(name: string): Values {
  // The one key that messages.ts promises inside a message; proto3 leaves it out when it is empty.
  return name === "KeyValue" ? { key: "" } : {};
}

function readFields(bytes: Uint8Array, name: string, into: Values, progress: Progress): void {
  if (progress.depth > maxDepth) throw new RangeError(`messages nested deeper than ${maxDepth}`);
  const reader = readerOf(bytes);
  const fields = progress.fieldsOf.get(name) ?? noFields;
  while (reader.pos < reader.len) {
    const tag = reader.tag();
    const found = fields.get(tag >>> 3);
    if (found === undefined || expectedWireType(found.field) !== (tag & 7)) {
      reader.skipType(tag & 7, progress.depth, tag >>> 3);
      continue;
    }
    readField(reader, found, into, progress);
    if (name === oneofMessage) clearOthers(into, found.key);
    else clearZero(into, found.key, name);
  }
}

function readField(
  reader: Reader,
  { key, field }: NamedField,
  into: Values,
  progress: Progress,
): void {
  progress.values += 1;
  const { maxValues } = progress;
  if (progress.values > maxValues) throw new RangeError(`more than ${maxValues} values`);
  const [, kind, many] = field;
  if (many === "map") {
    const entries = (into[key] ??= new Map<string, unknown>()) as Map<string, unknown>;
    readEntry(reader.bytes(), kind, entries, progress);
  } else if (many === "list") {
    const list = (into[key] ??= []) as unknown[];
    list.push(readOne(reader, kind, undefined, progress));
  } else {
    into[key] = readOne(reader, kind, into[key], progress);
  }
}

/** A singular message that comes twice is joined, as every protobuf decoder does it. */
function readOne(reader: Reader, kind: string, before: unknown, progress: Progress): unknown {
  if (scalarKind(kind)) return readScalar(reader, kind);
  const values = (before as Values | undefined) ?? emptyMessage(kind);
  progress.depth += 1;
  readFields(reader.bytes(), kind, values, progress);
  progress.depth -= 1;
  return values;
}

function readEntry(
  bytes: Uint8Array,
  kind: string,
  into: Map<string, unknown>,
  progress: Progress,
): void {
  const reader = readerOf(bytes);
  let key = "";
  let value: unknown = scalarKind(kind) ? zeroOf(kind) : emptyMessage(kind);
  while (reader.pos < reader.len) {
    const tag = reader.tag();
    if (tag === 10) key = readScalar(reader, "string") as string;
    else if (tag >>> 3 === 2 && (tag & 7) === wireTypeOf(kind)) {
      value = readOne(reader, kind, value, progress);
    } else reader.skipType(tag & 7, progress.depth, tag >>> 3);
  }
  into.set(key, value);
}

interface NamedField {
  readonly key: string;
  readonly field: WireField;
}

type FieldsByName = ReadonlyMap<string, ReadonlyMap<number, NamedField>>;

const noFields: ReadonlyMap<number, NamedField> = new Map();

function fieldsByNumber(messages: WireTable["messages"]): FieldsByName {
  return new Map(
    Object.entries(messages).map(([name, fields]) => [
      name,
      new Map(Object.entries(fields).map(([key, field]) => [field[0], { key, field }])),
    ]),
  );
}

const opampReading: Reading = { fieldsOf: fieldsByNumber(wireMessages), maxValues: mostValues };

function expectedWireType([, kind, many]: WireField): number {
  return many === "map" ? 2 : wireTypeOf(kind);
}

function clearOthers(values: Values, kept: string): void {
  for (const key of Object.keys(values)) if (key !== kept) Reflect.deleteProperty(values, key);
}

/** A zero that was written is the same as one that was left out, and undoes what stood before it. */
function clearZero(values: Values, key: string, name: string): void {
  if (zeroScalar(values[key]) && !(key in emptyMessage(name))) Reflect.deleteProperty(values, key);
}

/** Over exactly these bytes, so that a length inside cannot reach beyond them; never a Buffer. */
function readerOf(bytes: Uint8Array): Reader {
  return new Reader(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength));
}
