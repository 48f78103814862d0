import { messageOf } from "../errors.ts";
import { fillOptions, type ClientOptions } from "./client-options.ts";
import { createConversation } from "./conversation.ts";
import { changeLink, closedLink, type Link, type LinkEvent } from "./link.ts";
import { loadTransport } from "./load-transport.ts";
import {
  type CustomMessage,
  ServerErrorType,
  type ServerErrorResponse,
  type ServerToAgent,
} from "./messages.ts";
import { retryInfoMs } from "./retry-after.ts";
import type { Report } from "./session.ts";
import type { CreateTransport, OutgoingMessage, Transport, TransportEvent } from "./transport.ts";

/** What the client tells its owner. */
export type ClientEvent =
  | { readonly on: "link-changed"; readonly link: LinkView }
  /** With an `errorResponse` it holds nothing else (specification.md#servertoagenterror_response). */
  | { readonly on: "message-received"; readonly message: ServerToAgent }
  /** Something that came or was to go was thrown away; the reason is for people. */
  | { readonly on: "message-discarded"; readonly reason: string }
  /** The custom message is on its way, or was discarded. */
  | { readonly on: "custom-message-settled" };

/** The link as its owner sees it; the words are explained at Link. */
export type LinkView =
  | { readonly at: "closed" | "connecting" | "open" | "accepted" }
  /** `retryAt` in ms since the epoch. */
  | { readonly at: "waiting"; readonly reason: string; readonly retryAt: number };

/** One OpAMP client with at most one connection. It never throws because of a server. */
export interface Client {
  /** Connects, and stays connected until `stop`. */
  start(): void;
  /** The full picture as it is now; the client sends what the server has not been told. May come before start. */
  report(report: Report): void;
  /** Counts from the last message; 0 ends heartbeats over WebSocket and gives polling its default. */
  setHeartbeatInterval(intervalMs: number): void;
  /** At most one at a time: the next one after `custom-message-settled`. */
  sendCustomMessage(message: CustomMessage): void;
  /** Tells the last changes, says goodbye and closes; bounded by twice stopTimeoutMs. */
  stop(last?: Report): Promise<void>;
}

/**
 * - `off`: before start and after stop.
 * - `on`: connected, or on the way to it.
 * - `leaving`: from stop until the goodbye is out or the time for it is over.
 */
type Phase =
  | { readonly at: "off" | "on" }
  | { readonly at: "leaving"; readonly goodbye: "due" | "sent"; readonly leave: () => void };

/** The transport of this attempt; `busy` while a message is out that it has not called done. */
interface Line {
  readonly transport: Transport;
  sends: "not-yet" | "ready" | "busy";
}

type Failure = Extract<LinkEvent, { on: "dropped" | "refused" }>;

/** Longer ones make setTimeout fire at once. */
const maxTimerMs = 2 ** 31 - 1;

/** Makes a client that is not started. */
export function createClient(options: ClientOptions, post: (event: ClientEvent) => void): Client {
  const filled = fillOptions(options);
  const conversation = createConversation(filled, discard);
  let phase: Phase = { at: "off" };
  let link: Link = closedLink;
  let line: Line | undefined;
  let timer: NodeJS.Timeout | undefined;
  let left: Promise<void> = Promise.resolve();

  function discard(reason: string): void {
    post({ on: "message-discarded", reason });
  }

  function setLink(event: LinkEvent): void {
    const before = link;
    link = changeLink(before, event, filled);
    if (link !== before) post({ on: "link-changed", link: viewOf(link) });
  }

  async function connect(): Promise<void> {
    conversation.connected();
    setLink({ on: "started" });
    try {
      const create = await loadTransport(filled.endpoint);
      if (phase.at === "on" && link.at === "connecting" && line === undefined) open(create);
    } catch (error) {
      // An address that can never work is told like one that does not work now.
      drop({ on: "dropped", reason: messageOf(error), ...moment() });
    }
    turn();
  }

  function open(create: CreateTransport): void {
    const transport = create(filled, (event) => hear(event, made));
    const made: Line = { transport, sends: "not-yet" };
    line = made;
    transport.open();
  }

  function hear(event: TransportEvent, on: Line): void {
    switch (event.on) {
      case "opened":
        setLink({ on: "opened" });
        break;
      case "ready":
        on.sends = "ready";
        break;
      case "discarded":
        discard(event.reason);
        break;
      case "received":
        take(event.message);
        break;
      case "dropped":
      case "refused":
        if (on.sends === "busy") conversation.notArrived(event.unsent);
        drop({ ...event, ...moment() });
        break;
    }
    turn();
  }

  function drop(event: Failure): void {
    const ended = line;
    line = undefined;
    setLink(event);
    void ended?.transport.close().catch((error: unknown) => discard(messageOf(error)));
  }

  function take(message: ServerToAgent): void {
    if (!conversation.meansUs(message)) {
      discard("the server sent a message for another instance_uid");
      return;
    }
    const { errorResponse } = message;
    if (errorResponse !== undefined) {
      post({ on: "message-received", message: { errorResponse } });
      if (errorResponse.type === ServerErrorType.Unavailable) leaveAlone(errorResponse);
      return;
    }
    conversation.take(message, now());
    setLink({ on: "accepted", now: now() });
    post({ on: "message-received", message });
  }

  /** Disconnects, waits and comes back (specification.md#throttling). */
  function leaveAlone({ errorMessage = "", retryInfo }: ServerErrorResponse): void {
    conversation.notArrived(false);
    drop({
      on: "refused",
      reason: `the server is not available${errorMessage && `: ${errorMessage}`}`,
      refusal: { why: "overloaded", retryAfterMs: retryInfoMs(retryInfo?.retryAfterNanoseconds) },
      ...moment(),
    });
  }

  /** Does whatever is due and sets the one timer for what is due next. */
  function turn(): void {
    if (phase.at === "leaving") sayGoodbye(phase);
    if (phase.at !== "on") return;
    clearTimeout(timer);
    if (link.at === "waiting" && now() >= link.retryAt) void connect();
    else if (line?.sends === "ready") sendNext(line);
    const next = nextAt();
    if (next < Infinity) timer = setTimeout(turn, Math.min(Math.max(0, next - now()), maxTimerMs));
  }

  function sendNext(on: Line): void {
    const waited = conversation.customWaits();
    send(on, conversation.next(now()));
    // Said once the message is out: who hears it may have the next one at hand.
    if (waited && !conversation.customWaits()) post({ on: "custom-message-settled" });
  }

  function nextAt(): number {
    if (link.at === "waiting") return link.retryAt;
    return line?.sends === "ready" ? conversation.dueAt() : Infinity;
  }

  function send(on: Line, message: OutgoingMessage | undefined): void {
    if (message === undefined) return;
    on.sends = "busy";
    on.transport.send(message);
  }

  function sayGoodbye(leaving: Extract<Phase, { at: "leaving" }>): void {
    if (line?.sends === "ready" && leaving.goodbye === "due") {
      phase = { ...leaving, goodbye: "sent" };
      send(line, conversation.goodbye(now()));
    }
    // Nobody to wait for: no connection yet or any more, or the last message is out.
    if (line?.sends !== "busy") leaving.leave();
  }

  async function leave(): Promise<void> {
    clearTimeout(timer);
    await new Promise<void>((resolve) => {
      phase = { at: "leaving", goodbye: "due", leave: resolve };
      timer = setTimeout(resolve, filled.stopTimeoutMs);
      turn();
    });
    clearTimeout(timer);
    const ended = line;
    line = undefined;
    await ended?.transport.close();
    phase = { at: "off" };
    setLink({ on: "stopped" });
  }

  return {
    start(): void {
      if (phase.at !== "off") return;
      phase = { at: "on" };
      void connect();
    },
    report(report: Report): void {
      conversation.report(report);
      turn();
    },
    setHeartbeatInterval(intervalMs: number): void {
      conversation.setHeartbeatInterval(intervalMs);
      turn();
    },
    sendCustomMessage(message: CustomMessage): void {
      conversation.customMessage(message);
      turn();
    },
    async stop(last?: Report): Promise<void> {
      if (last !== undefined) conversation.report(last);
      if (phase.at === "on") left = leave();
      await left;
    },
  };
}

function moment(): { now: number; random: number } {
  return { now: now(), random: Math.random() };
}

/** Milliseconds since the epoch that no change of the clock disturbs. */
function now(): number {
  return performance.timeOrigin + performance.now();
}

function viewOf(link: Link): LinkView {
  if (link.at !== "waiting") return { at: link.at };
  return { at: link.at, reason: link.reason, retryAt: link.retryAt };
}
