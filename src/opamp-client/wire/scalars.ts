import type { Writer, Reader } from "protobufjs/minimal.js";
import type { Scalar } from "./fields.ts";

/** Wire types of the protobuf encoding. */
export const WireType = { varint: 0, fixed64: 1, delimited: 2 } as const;

/** The wire type that a kind of field has; messages and maps are delimited. */
export function wireTypeOf(kind: string): number {
  switch (kind) {
    case "bool":
    case "enum":
    case "uint64":
    case "int64":
      return WireType.varint;
    case "double":
    case "fixed64":
      return WireType.fixed64;
    default:
      return WireType.delimited;
  }
}

/** Whether a kind is a scalar and not the name of a message. */
export function scalarKind(kind: string): kind is Scalar {
  return /^[a-z]/.test(kind);
}

/** Writes a value without its tag. */
export function writeScalar(writer: Writer, kind: Scalar, value: unknown): void {
  switch (kind) {
    case "bytes":
      writer.bytes(value as Uint8Array);
      return;
    case "string":
      // Half a surrogate pair would make the message invalid for the server; Buffer writes U+FFFD instead.
      writer.bytes(Buffer.from(value as string, "utf8"));
      return;
    case "bool":
      writer.bool(value as boolean);
      return;
    case "double":
      writer.double(value as number);
      return;
    case "enum":
      writer.int32(value as number);
      return;
    case "fixed64":
      writer.fixed64(halvesOf(value as bigint));
      return;
    case "uint64":
    case "int64":
      writer.uint64(halvesOf(value as bigint));
      return;
  }
}

/** Reads a value whose tag has been read. */
export function readScalar(reader: Reader, kind: Scalar): unknown {
  switch (kind) {
    case "bytes":
      // A copy: a view would keep the whole frame, or the socket's pool, alive.
      return reader.bytes().slice();
    case "string":
      return textOf(reader.bytes());
    case "bool":
      return reader.bool();
    case "double":
      return reader.double();
    case "enum":
      return reader.int32();
    case "uint64":
      return readVarint(reader);
    case "int64":
      return BigInt.asIntN(64, readVarint(reader));
    case "fixed64":
      return BigInt(reader.fixed32()) | (BigInt(reader.fixed32()) << 32n);
  }
}

/** The value that proto3 leaves out. */
export function zeroOf(kind: Scalar): unknown {
  if (kind === "bytes") return new Uint8Array();
  if (kind === "string") return "";
  if (kind === "bool") return false;
  return kind === "double" || kind === "enum" ? 0 : 0n;
}

/** Whether proto3 leaves the value out; minus zero is not zero on the wire. */
export function zeroScalar(value: unknown): boolean {
  if (value instanceof Uint8Array) return value.length === 0;
  return value === "" || value === false || value === 0n || Object.is(value, 0);
}

interface Halves {
  readonly low: number;
  readonly high: number;
  readonly unsigned: boolean;
}

function halvesOf(value: bigint): Halves {
  const bits = BigInt.asUintN(64, value);
  return { low: Number(bits & 0xffff_ffffn), high: Number(bits >> 32n), unsigned: true };
}

// Not the reader's own uint64: that gives numbers or objects of the package long, whichever is installed.
function readVarint(reader: Reader): bigint {
  let value = 0n;
  for (let shift = 0n; shift < 70n; shift += 7n) {
    const byte = reader.buf[reader.pos++];
    if (byte === undefined) throw new RangeError("index out of range");
    value |= BigInt(byte & 0x7f) << shift;
    if (byte < 0x80) return BigInt.asUintN(64, value);
  }
  throw new RangeError("invalid varint encoding");
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8");
}
