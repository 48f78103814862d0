import type { CustomMessage, ServerToAgent } from "./wire/messages.ts";

/** What both sides of a connection know of custom messages. */
interface Customs {
  /** Capabilities that the server has named on this connection; undefined before its first message. */
  readonly known: readonly string[] | undefined;
  /** At most one waits to be sent (specification.md#custommessage). */
  readonly pending: CustomMessage | undefined;
}

/** Nothing waits and nothing is known. */
export const noCustoms: Customs = { known: undefined, pending: undefined };

/** A new connection: the server has named nothing yet. */
export function customsConnected({ pending }: Customs): Customs {
  return { known: undefined, pending };
}

/** The server has spoken: a list replaces the former one. */
export function customsReceived(
  customs: Customs,
  { errorResponse, customCapabilities }: ServerToAgent,
): Customs {
  if (errorResponse !== undefined) return customs;
  const known = customCapabilities ? (customCapabilities.capabilities ?? []) : customs.known;
  return { ...customs, known: known ?? [] };
}

/** What is to be done with the one that waits. */
type CustomTurn =
  | { readonly is: "nothing" | "wait" }
  | { readonly is: "send"; readonly message: CustomMessage }
  /** Somebody did not name its capability; the reason is for people. */
  | { readonly is: "refuse"; readonly why: string };

/** A message goes out only when both sides have named its capability. */
export function customTurn(
  { known, pending }: Customs,
  ours: readonly string[] | undefined,
): CustomTurn {
  if (pending === undefined) return { is: "nothing" };
  const { capability = "" } = pending;
  if (ours?.includes(capability) !== true) return refusal(capability, "we have");
  if (known === undefined) return { is: "wait" };
  return known.includes(capability)
    ? { is: "send", message: pending }
    : refusal(capability, "the server has");
}

function refusal(capability: string, who: string): CustomTurn {
  const name = JSON.stringify(capability.slice(0, 100));
  return { is: "refuse", why: `a custom message is not sent: ${who} not named ${name}` };
}
