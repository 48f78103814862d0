import { fileURLToPath } from "node:url";
import protobuf from "protobufjs";

/** The proto files read by reflection, names as they stand there: what the codec is held against. */
export function protoRoot(): protobuf.Root {
  const folder = fileURLToPath(new URL("../../../proto/", import.meta.url));
  const root = new protobuf.Root();
  root.resolvePath = (_origin, target) => `${folder}${target}`;
  root.loadSync("opamp/v1/opamp.proto", { keepCase: true }).resolveAll();
  return root;
}

/** Every message type of the package, by name. */
export function messageTypes(root: protobuf.Root): Map<string, protobuf.Type> {
  const all = root.lookup("opamp.proto.v1") as protobuf.Namespace;
  const types = all.nestedArray.filter((one) => one instanceof protobuf.Type);
  return new Map(types.map((type) => [type.name, type]));
}

/** Every enum of the package, by name. */
export function enumTypes(root: protobuf.Root): Map<string, protobuf.Enum> {
  const all = root.lookup("opamp.proto.v1") as protobuf.Namespace;
  const enums = all.nestedArray.filter((one) => one instanceof protobuf.Enum);
  return new Map(enums.map((one) => [one.name, one]));
}
