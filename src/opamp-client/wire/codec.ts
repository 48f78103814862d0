import { messageOf, SupervisorError } from "../../errors.ts";
import type { AgentToServer, ServerToAgent } from "./messages.ts";
import { decodeMessage } from "./decode.ts";
import { encodeMessage } from "./encode.ts";

/** The protobuf bytes of a message, without the WebSocket frame header. */
export function encodeAgentToServer(message: AgentToServer): Uint8Array {
  return encodeMessage("AgentToServer", message);
}

/**
 * The message in these bytes. A field that is not there is an absent key, except the three that every message
 * has to have: they are filled with empty and zero. Throws `message-malformed`.
 */
export function decodeAgentToServer(bytes: Uint8Array): AgentToServer {
  const required = { instanceUid: new Uint8Array(), sequenceNum: 0n, capabilities: 0n };
  return { ...required, ...decoded("AgentToServer", bytes) };
}

/** The protobuf bytes of a message, without the WebSocket frame header. */
export function encodeServerToAgent(message: ServerToAgent): Uint8Array {
  return encodeMessage("ServerToAgent", message);
}

/** The message in these bytes; a field that is not there is an absent key. Throws `message-malformed`. */
export function decodeServerToAgent(bytes: Uint8Array): ServerToAgent {
  return decoded("ServerToAgent", bytes);
}

function decoded(name: string, bytes: Uint8Array): object {
  try {
    return decodeMessage(name, bytes);
  } catch (error) {
    const message = `expected a protobuf ${name}, found ${bytes.length} bytes that are not one: ${messageOf(error)}`;
    throw new SupervisorError("message-malformed", message, { cause: error });
  }
}
