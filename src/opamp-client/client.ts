import { messageOf } from "../errors.ts";
import { type Client, type ClientEvent, viewOf } from "./client-surface.ts";
import { type ClientOptions, fillOptions } from "./transport/client-options.ts";
import { now, moment } from "./transport/clock.ts";
import { createConversation } from "./conversation.ts";
import type { LinkEvent } from "./link.ts";
import { createLine } from "./transport/line.ts";
import { pollsOver } from "./transport/load-transport.ts";
import {
  type ServerToAgent,
  ServerErrorType,
  type ServerErrorResponse,
  type CustomMessage,
} from "./wire/messages.ts";
import { type SentElsewhere, redirectFrom } from "./transport/redirect.ts";
import { retryInfoMs } from "./transport/retry-after.ts";
import {
  type Route,
  initialRoute,
  type RouteEvent,
  changeRoute,
  addressOf,
  linkOf,
  targetOf,
  nextTryAt,
  turnBackAt,
} from "./route.ts";
import type { Report } from "./session.ts";
import type { TransportEvent, OutgoingMessage } from "./transport/transport.ts";

export type { Client, ClientEvent, LinkView } from "./client-surface.ts";

/**
 * - `off`: before start and after stop.
 * - `on`: connected, or on the way to it.
 * - `leaving`: until the goodbye is out or the time for it is over; then `off`, or on again at the first endpoint.
 */
type Phase = { readonly at: "off" | "on" } | Leaving;

interface Leaving {
  readonly at: "leaving";
  readonly goodbye: "due" | "sent";
  readonly next: "off" | "first";
  readonly leave: () => void;
}

type Failure = Extract<LinkEvent, { on: "dropped" | "refused" }>;

/** For longer times setTimeout fires at once. */
const maxTimerMs = 2 ** 31 - 1;

/** Makes a client that is not started. */
export function createClient(options: ClientOptions, post: (event: ClientEvent) => void): Client {
  const filled = fillOptions(options);
  const conversation = createConversation(filled, discard);
  const line = createLine(hear, discard);
  let phase: Phase = { at: "off" };
  let route: Route = initialRoute(filled.endpoints);
  let timer: NodeJS.Timeout | undefined;
  let left: Promise<void> = Promise.resolve();
  let denied = false;
  let untrusted = false;

  function discard(reason: string): void {
    post({ on: "message-discarded", reason });
  }

  function setRoute(event: RouteEvent): void {
    const before = route;
    if (event.on === "refused") denied = event.refusal.why === "denied";
    if (event.on === "accepted") denied = false;
    route = changeRoute(before, event, filled, now());
    if (route !== before) post({ on: "link-changed", link: viewOf(route, now(), Date.now()) });
  }

  async function connect(): Promise<void> {
    setRoute({ on: "started" });
    conversation.connected(addressOf(route));
    await openLine();
  }

  async function openLine(): Promise<void> {
    const endpoint = addressOf(route);
    try {
      const { failures } = linkOf(route);
      const dial = await filled.dial({ endpoint, denied, untrusted, failures });
      if (!isTried(endpoint)) return;
      await line.open(targetOf(route, filled, dial), () => phase.at === "on" && isTried(endpoint));
    } catch (error) {
      // An address that can never work is told like one that does not work now.
      drop({ on: "dropped", reason: messageOf(error), ...moment() });
    }
    turn();
  }

  function isTried(address: string): boolean {
    return addressOf(route) === address && nextTryAt(route) === Infinity;
  }

  function hear(event: TransportEvent): void {
    switch (event.on) {
      case "opened":
        setRoute({ on: "opened" });
        break;
      case "ready":
        break;
      case "discarded":
        discard(event.reason);
        break;
      case "received":
        take(event.message);
        break;
      case "too-large":
        conversation.tooLarge();
        discard(event.reason);
        break;
      case "sent-elsewhere":
        if (line.sends() === "busy") conversation.notArrived(true);
        goElsewhere(event);
        break;
      case "dropped":
      case "refused":
        if (line.sends() === "busy") conversation.notArrived(event.unsent);
        if (event.on === "dropped" && event.tooLarge === true) conversation.tooLarge();
        untrusted = event.on === "dropped" && event.untrusted === true;
        drop({ ...event, ...moment() });
        break;
    }
    turn();
  }

  function drop(event: Failure, goodbye?: OutgoingMessage): void {
    void line.close(goodbye);
    setRoute(event);
  }

  function goElsewhere(sent: SentElsewhere & { readonly reason: string }): void {
    const redirect = redirectFrom(addressOf(route), route.hops, sent);
    if (redirect.is === "refused") {
      const refusal = { why: "other", retryAfterMs: undefined } as const;
      drop({ on: "refused", reason: `${sent.reason}: ${redirect.why}`, refusal, ...moment() });
      return;
    }
    void line.close();
    setRoute({ on: "sent-on", to: redirect.to });
    void openLine();
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
    setRoute({ on: "accepted", now: now() });
    post({ on: "message-received", message });
  }

  /** Says goodbye, disconnects, waits and comes back (specification.md#throttling). */
  function leaveAlone({ errorMessage = "", retryInfo }: ServerErrorResponse): void {
    const retryAfterMs = retryInfoMs(retryInfo?.retryAfterNanoseconds);
    // An overloaded server does not want one more POST, and over HTTP there is no connection to leave: the next message
    // is a poll like any other.
    const goodbye = pollsOver(addressOf(route)) ? undefined : conversation.goodbye(now());
    conversation.notArrived(false);
    const failure: Failure = {
      on: "refused",
      reason: `the server is not available${errorMessage && `: ${errorMessage}`}`,
      refusal: { why: "overloaded", retryAfterMs },
      ...moment(),
    };
    drop(failure, goodbye);
  }

  /** Does whatever is due and sets the one timer for what is due next. */
  function turn(): void {
    if (phase.at === "leaving") sayGoodbye(phase);
    if (phase.at !== "on") return;
    clearTimeout(timer);
    if (now() >= turnBackAt(route, filled.tryFirstAfterMs)) {
      left = leave("first");
      return;
    }
    if (now() >= nextTryAt(route)) void connect();
    else if (line.sends() === "ready") sendNext();
    const next = nextAt();
    if (next < Infinity) timer = setTimeout(turn, Math.min(Math.max(0, next - now()), maxTimerMs));
  }

  function sendNext(): void {
    const waited = conversation.customWaits();
    line.send(conversation.next(now()));
    // Posted only when the message is out, because who hears of it may send the next one at once.
    if (waited && !conversation.customWaits()) post({ on: "custom-message-settled" });
  }

  function nextAt(): number {
    const message = line.sends() === "ready" ? conversation.dueAt() : Infinity;
    return Math.min(nextTryAt(route), turnBackAt(route, filled.tryFirstAfterMs), message);
  }

  function sayGoodbye(leaving: Leaving): void {
    if (line.sends() === "ready" && leaving.goodbye === "due") {
      phase = { ...leaving, goodbye: "sent" };
      line.send(conversation.goodbye(now()));
    }
    // Nothing to wait for: there is no connection (yet, or any more), or the last message is out.
    if (line.sends() !== "busy") leaving.leave();
  }

  async function leave(next: Leaving["next"]): Promise<void> {
    clearTimeout(timer);
    await new Promise<void>((resolve) => {
      phase = { at: "leaving", goodbye: "due", next, leave: resolve };
      timer = setTimeout(resolve, filled.stopTimeoutMs);
      turn();
    });
    clearTimeout(timer);
    await line.close();
    const again = phase.at === "leaving" && phase.next === "first";
    phase = { at: again ? "on" : "off" };
    setRoute({ on: again ? "turned-back" : "stopped" });
    if (again) void connect();
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
    reportAgain(): void {
      conversation.notArrived(false);
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
    requestCertificate(csr: Uint8Array): void {
      conversation.requestCertificate(csr);
      turn();
    },
    async stop(last?: Report): Promise<void> {
      if (last !== undefined) conversation.report(last);
      if (phase.at === "on") left = leave("off");
      else if (phase.at === "leaving") phase = { ...phase, next: "off" };
      await left;
    },
  };
}
