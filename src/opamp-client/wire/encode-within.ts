import { encodeAgentToServer } from "./codec.ts";
import type { AgentToServer } from "./messages.ts";
import { frameHeaderBytes } from "./ws-frame.ts";

/** The bytes to send, if any, and what was left out to stay within the limit, for people. */
interface Encoded {
  readonly body: Uint8Array | undefined;
  readonly leftOut: string | undefined;
}

/** The fields that say who sends the message, or that it is the last one; all others may be left out. */
const always: ReadonlySet<string> = new Set([
  "instanceUid",
  "sequenceNum",
  "capabilities",
  "flags",
  "agentDisconnect",
]);

/**
 * Encodes a message of at most `maxBytes`, frame header included: a larger one goes without its largest groups, and
 * not at all when nothing would be left of it (specification.md#websocket-message-size-limits).
 */
export function encodeWithin(message: AgentToServer, maxBytes: number): Encoded {
  const whole = encodeAgentToServer(message);
  const size = whole.length + frameHeaderBytes;
  if (size <= maxBytes) return { body: whole, leftOut: undefined };
  const tooLarge = `a message of ${size} bytes is larger than the limit of ${maxBytes}`;
  const { rest, names } = shrunk(message, maxBytes);
  const body = encodeAgentToServer(rest);
  const empty = groupsIn(rest).length === 0 && rest.agentDisconnect === undefined;
  return empty || body.length + frameHeaderBytes > maxBytes
    ? { body: undefined, leftOut: `${tooLarge}: not sent` }
    : { body, leftOut: `${tooLarge}: sent without ${names.join(" and ")}` };
}

function shrunk(
  message: AgentToServer,
  maxBytes: number,
): { rest: AgentToServer; names: string[] } {
  let rest = message;
  const names: string[] = [];
  for (const name of groupsIn(message).toSorted(
    (a, b) => sizeOf(message, b) - sizeOf(message, a),
  )) {
    if (encodeAgentToServer(rest).length + frameHeaderBytes <= maxBytes) break;
    rest = { ...rest, [name]: undefined };
    names.push(wordsOf(name));
  }
  return {
    rest: Object.fromEntries(
      Object.entries(rest).filter(([, value]) => value !== undefined),
    ) as AgentToServer,
    names,
  };
}

function groupsIn(message: AgentToServer): (keyof AgentToServer)[] {
  const keys = Object.keys(message) as (keyof AgentToServer)[];
  return keys.filter((key) => !always.has(key) && message[key] !== undefined);
}

function sizeOf(message: AgentToServer, name: keyof AgentToServer): number {
  return encodeAgentToServer({ [name]: message[name] } as unknown as AgentToServer).length;
}

/** `effectiveConfig`: "the effective config". */
function wordsOf(name: string): string {
  return `the ${name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)}`;
}
