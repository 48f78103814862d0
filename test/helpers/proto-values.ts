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
