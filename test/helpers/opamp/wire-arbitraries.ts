import * as fc from "fast-check";
import {
  wireMessages,
  oneofMessage,
  type WireField,
} from "../../../src/opamp-client/wire/fields.ts";
import { zeroScalar, scalarKind, wireTypeOf } from "../../../src/opamp-client/wire/scalars.ts";
import { varint, joined, tag, delimited } from "./wire-bytes.ts";

/** A piece of a message, and whether it is a field that the table has. */
export interface Piece {
  readonly bytes: Uint8Array;
  readonly known: boolean;
}

/** A message of this name as the codec reads it: what proto3 leaves out is not there. */
export function messageValue(name: string): fc.Arbitrary<object> {
  return values[name]!;
}

/**
 * What any peer might write under this name: fields in any order and as often as it likes, unknown ones, and
 * known numbers with other wire types.
 */
export function messagePieces(name: string): fc.Arbitrary<readonly Piece[]> {
  return pieces[name]!;
}

const depthIdentifier = fc.createDepthIdentifier();
const bounded = { depthIdentifier, maxDepth: 4 } as const;

const text = fc.string({ unit: "binary", maxLength: 12 });

/** Keys that a peer may choose: some that JavaScript gives a meaning, none at all, very long ones. */
const mapKeys = fc.oneof(
  text,
  fc.constantFrom("__proto__", "constructor", "prototype", "toString", "hasOwnProperty", ""),
  fc.constant("k".repeat(2_000)),
);

const values = fc.letrec<Record<string, object>>((tie) =>
  Object.fromEntries(
    Object.entries(wireMessages).map(([name, fields]) => {
      const members = Object.entries(fields).map(
        ([key, field]) => [key, fieldValue(field, tie)] as const,
      );
      return [name, name === oneofMessage ? oneMember(members) : anyMembers(name, members)];
    }),
  ),
);

function oneMember(
  members: readonly (readonly [string, fc.Arbitrary<unknown>])[],
): fc.Arbitrary<object> {
  const each = members.map(([key, value]) => value.map((one) => present({ [key]: one })));
  return fc.oneof(fc.constant({}), ...each);
}

function anyMembers(
  name: string,
  members: readonly (readonly [string, fc.Arbitrary<unknown>])[],
): fc.Arbitrary<object> {
  return fc.record(Object.fromEntries(members)).map((record) => ({
    ...(name === "KeyValue" ? { key: "" } : {}),
    ...present(record, zeroScalar),
  }));
}

function present(record: object, leftOut: (value: unknown) => boolean = () => false): object {
  const entries = Object.entries(record) as [string, unknown][];
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined && !leftOut(value)));
}

function fieldValue([, kind, many]: WireField, tie: (name: string) => fc.Arbitrary<object>) {
  const one: fc.Arbitrary<unknown> = scalarKind(kind) ? scalar(kind) : tie(kind);
  const several = { minLength: 1, maxLength: 3, depthIdentifier };
  const value: fc.Arbitrary<unknown> =
    many === "list"
      ? fc.array(one, several)
      : many === "map"
        ? fc.array(fc.tuple(mapKeys, one), several).map((entries) => new Map(entries))
        : one;
  return scalarKind(kind) && many === undefined
    ? value
    : fc.option<unknown, undefined>(value, { nil: undefined, freq: 2, ...bounded });
}

function scalar(kind: string): fc.Arbitrary<unknown> {
  switch (kind) {
    case "bytes":
      return fc.uint8Array({ maxLength: 12 });
    case "string":
      return text;
    case "bool":
      return fc.boolean();
    case "double":
      return fc.double();
    case "enum":
      return fc.oneof(fc.nat({ max: 4 }), fc.integer());
    case "int64":
      return fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
    default:
      return fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
  }
}

const anyVarint = fc
  .tuple(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), fc.nat({ max: 9 }))
  .map(([value, padding]) => varint(value, Math.min(padding, 10 - varint(value).length)));

/** What may stand behind a tag of that wire type; groups hold unknown fields and are ended by their number. */
function payload(number: number, wireType: number): fc.Arbitrary<Uint8Array> {
  switch (wireType) {
    case 0:
      return anyVarint;
    case 1:
      return fc.uint8Array({ minLength: 8, maxLength: 8 });
    case 2:
      return fc.uint8Array({ maxLength: 20 }).map((bytes) => joined(varint(bytes.length), bytes));
    case 3:
      return fc
        .array(unknownFields.field, { maxLength: 3, depthIdentifier })
        .map((inner) => joined(...inner, tag(number, 4)));
    default:
      return fc.uint8Array({ minLength: 4, maxLength: 4 });
  }
}

function written(number: number, wireType: number): fc.Arbitrary<Uint8Array> {
  return payload(number, wireType).map((bytes) => joined(tag(number, wireType), bytes));
}

const unknownFields = fc.letrec<{ field: Uint8Array }>(() => ({
  field: fc
    .tuple(fc.integer({ min: 100, max: 2 ** 29 - 1 }), fc.constantFrom(0, 1, 2, 3, 5))
    .chain(([number, wireType]) => written(number, wireType)),
}));

const pieces = fc.letrec<Record<string, readonly Piece[]>>((tie) =>
  Object.fromEntries(
    Object.entries(wireMessages).map(([name, fields]) => {
      const all = Object.values(fields);
      // protobufjs mistakes the end of a group in a message that has no fields.
      const unknown = all.length === 0 ? written(100, 2) : unknownFields.field;
      const strange = [unknown, ...all.map(strangeField)].map((one) => one.map(isKnown(false)));
      const known = all.map((field) => knownField(field, tie).map(isKnown(true)));
      const one = fc.oneof(...known, ...known, ...known, ...strange);
      return [name, fc.array(one, { maxLength: 6, depthIdentifier })];
    }),
  ),
);

type PiecesTie = (name: string) => fc.Arbitrary<readonly Piece[]>;

function isKnown(known: boolean): (bytes: Uint8Array) => Piece {
  return (bytes) => ({ bytes, known });
}

function knownField([number, kind, many]: WireField, tie: PiecesTie): fc.Arbitrary<Uint8Array> {
  return many === "map" ? mapEntry(number, kind, tie) : oneValue(number, kind, tie);
}

/** A key and a value in any order, either of them more than once or not at all. */
function mapEntry(number: number, kind: string, tie: PiecesTie): fc.Arbitrary<Uint8Array> {
  const key = mapKeys.map((one) => delimited(1, Buffer.from(one)));
  const part = fc.oneof(key, oneValue(2, kind, tie), unknownFields.field);
  return fc.array(part, { maxLength: 4 }).map((parts) => delimited(number, joined(...parts)));
}

function oneValue(number: number, kind: string, tie: PiecesTie): fc.Arbitrary<Uint8Array> {
  if (kind === "string") return text.map((one) => delimited(number, Buffer.from(one)));
  if (scalarKind(kind)) return written(number, wireTypeOf(kind));
  return fc
    .option(tie(kind), { nil: [], freq: 5, ...bounded })
    .map((inner) => delimited(number, bytesOf(inner)));
}

/** A number that the table has, with a wire type that it does not have. */
function strangeField([number, kind, many]: WireField): fc.Arbitrary<Uint8Array> {
  const right = many === "map" ? 2 : wireTypeOf(kind);
  return fc
    .constantFrom(...[0, 1, 2, 3, 5].filter((wireType) => wireType !== right))
    .chain((wireType) => written(number, wireType));
}

/** The pieces as one message. */
export function bytesOf(parts: readonly Piece[]): Uint8Array {
  return joined(...parts.map(({ bytes }) => bytes));
}
