import protobuf from "protobufjs";

type Plain = Readonly<Record<string, unknown>>;

/** What the proto files make of these bytes, as plain values under the names of the proto. */
export function plainOf(type: protobuf.Type, bytes: Uint8Array): Plain {
  return type.toObject(type.decode(bytes), { oneofs: false });
}

/** The bytes decoded and encoded again by the proto files; throws when they break the schema. */
export function throughProto(type: protobuf.Type, bytes: Uint8Array): Uint8Array {
  const message = type.decode(bytes);
  const problem = type.verify(message);
  if (problem !== null) throw new Error(problem);
  return type.encode(message).finish();
}

/** `Message.field` for every field that has something in it, all the way down. */
export function filledKeys(type: protobuf.Type, value: Plain): string[] {
  return Object.entries(value).flatMap(([key, found]) => {
    const field = type.fields[key]!;
    const inner = field.resolvedType;
    const values =
      field instanceof protobuf.MapField ? Object.values(found as Plain) : [found].flat();
    const below = values.flatMap((one) =>
      inner instanceof protobuf.Type ? filledKeys(inner, one as Plain) : [],
    );
    return [`${type.name}.${key}`, ...below];
  });
}

/** What the proto files make of these bytes, in the form that the codec gives its values. */
export function protoReading(type: protobuf.Type, bytes: Uint8Array): object {
  return valueOf(type, type.decode(bytes));
}

function valueOf(type: protobuf.Type, message: Plain): object {
  const entries: [string, unknown][] = type.fieldsArray
    .filter(({ name }) => Object.hasOwn(message, name) && !emptyCollection(message[name]))
    .map((field) => [camelCase(field.name), fieldValue(field, message[field.name])]);
  return { ...(type.name === "KeyValue" ? { key: "" } : {}), ...Object.fromEntries(entries) };
}

function fieldValue(field: protobuf.Field, value: unknown): unknown {
  if (field instanceof protobuf.MapField) {
    const entries = Object.entries(value as Plain);
    return new Map(entries.map(([key, one]) => [key, oneValue(field, one)]));
  }
  return Array.isArray(value)
    ? value.map((one: unknown) => oneValue(field, one))
    : oneValue(field, value);
}

function oneValue(field: protobuf.Field, value: unknown): unknown {
  if (field.resolvedType instanceof protobuf.Type)
    return valueOf(field.resolvedType, value as Plain);
  if (value instanceof Uint8Array) return new Uint8Array(value);
  return typeof value === "object" ? exact(value as Halves) : value;
}

/** What the package long keeps a 64-bit number in. */
interface Halves {
  readonly low: number;
  readonly high: number;
  readonly unsigned: boolean;
}

function exact({ low, high, unsigned }: Halves): bigint {
  const bits = (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0);
  return unsigned ? bits : BigInt.asIntN(64, bits);
}

/** Lists and maps are there before anything is in them. */
function emptyCollection(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0;
  return value?.constructor === Object && Object.keys(value).length === 0;
}

/** The name that messages.ts gives a field of the proto files. */
export function camelCase(name: string): string {
  return name.replaceAll(/_([a-z])/g, (_match, letter: string) => letter.toUpperCase());
}
