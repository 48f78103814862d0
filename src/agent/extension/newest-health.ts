import type { AgentToServer } from "../../opamp-client/wire/messages.ts";
import { partsIn } from "../../opamp-client/wire/parts-in.ts";

/** How long messages that say nothing but health wait for a newer one. */
export interface HealthPauses {
  /** Before the first of them is heard: what changes together comes together. */
  readonly gatherMs: number;
  /** From one that was heard to the next. */
  readonly betweenMs: number;
}

/** Takes in the messages of one connection as bytes. */
interface Inbox {
  readonly take: (body: Uint8Array) => void;
  /** Forgets what waits. */
  readonly close: () => void;
}

/** Heard in order; `overtaken` is how many messages right before it are left out, because it says what they said. */
type Hear = (body: Uint8Array, overtaken: number) => void;

/** What every message has, and health. */
const ofHealth: ReadonlySet<string> = new Set<keyof AgentToServer>([
  "instanceUid",
  "sequenceNum",
  "capabilities",
  "flags",
  "health",
]);

/**
 * Lets through every message at once, but of those that say nothing but health only the newest: the extension sends the
 * health of all components whenever that of one changes.
 */
export function createInbox(hear: Hear, { gatherMs, betweenMs }: HealthPauses): Inbox {
  let waiting: { readonly body: Uint8Array; readonly overtaken: number } | undefined;
  let timer: NodeJS.Timeout | undefined;
  const left = (): number => (waiting === undefined ? 0 : waiting.overtaken + 1);
  const pause = (lengthMs: number): void => {
    clearTimeout(timer);
    timer = setTimeout(turn, lengthMs);
  };
  const turn = (): void => {
    if (waiting === undefined) {
      timer = undefined;
      return;
    }
    const { body, overtaken } = waiting;
    waiting = undefined;
    pause(betweenMs);
    hear(body, overtaken);
  };
  return {
    take: (body) => {
      const parts = partsIn(body);
      const saysHealth = parts?.has("health") === true;
      if (saysHealth && [...parts].every((part) => ofHealth.has(part))) {
        waiting = { body, overtaken: left() };
        if (timer === undefined) pause(gatherMs);
        return;
      }
      if (!saysHealth && waiting !== undefined) turn();
      const overtaken = left();
      waiting = undefined;
      hear(body, overtaken);
    },
    close: () => {
      clearTimeout(timer);
      waiting = undefined;
    },
  };
}
