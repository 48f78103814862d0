import { encodeAgentToServer } from "./codec.ts";
import type { AgentToServer } from "./messages.ts";
import { frameHeaderBytes } from "./ws-frame.ts";

/** The bytes to send, if any, and what was left out to stay within the limit, for people. */
export interface Encoded {
  readonly body: Uint8Array | undefined;
  readonly leftOut: string | undefined;
}

/**
 * Encodes a message of at most `maxBytes`, frame header included: a larger one goes without its effective
 * configuration, and not at all when that does not help (specification.md#websocket-message-size-limits).
 */
export function encodeWithin(message: AgentToServer, maxBytes: number): Encoded {
  const whole = encodeAgentToServer(message);
  const size = whole.length + frameHeaderBytes;
  if (size <= maxBytes) return { body: whole, leftOut: undefined };
  const { effectiveConfig, ...rest } = message;
  const body = effectiveConfig === undefined ? whole : encodeAgentToServer(rest);
  const tooLarge = `a message of ${size} bytes is larger than the limit of ${maxBytes}`;
  return body.length + frameHeaderBytes <= maxBytes
    ? { body, leftOut: `${tooLarge}: sent without the effective configuration` }
    : { body: undefined, leftOut: `${tooLarge}: not sent` };
}
