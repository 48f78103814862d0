import { CommandType, type ServerToAgent } from "../../opamp-client/messages.ts";

/** What of a message is passed over though it is well-formed, each with its reason for people. */
export function ignoredParts({
  errorResponse,
  command,
  agentIdentification,
}: ServerToAgent): readonly string[] {
  if (errorResponse !== undefined) return [];
  const type = command?.type ?? CommandType.Restart;
  const uid = agentIdentification?.newInstanceUid;
  return [
    ...(type === CommandType.Restart ? [] : [`the command ${type} is none that is known`]),
    ...(uid === undefined || isId(uid)
      ? []
      : [`an instance id has 16 bytes that are not all zero: the offered one is not taken`]),
  ];
}

/** True of bytes that can be somebody's id. */
export function isId(bytes: Uint8Array): boolean {
  return bytes.length === 16 && bytes.some((byte) => byte !== 0);
}
