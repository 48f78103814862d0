import { isDeepStrictEqual } from "node:util";
import { type FilledOptions, defaultLimits } from "./transport/client-options.ts";
import { noCustoms, customTurn, customsConnected, customsReceived } from "./custom-message.ts";
import { encodeWithin } from "./wire/encode-within.ts";
import { namesNobody, standsFor, uidToText } from "./wire/instance-uid.ts";
import { pollsOver } from "./transport/load-transport.ts";
import {
  type ServerToAgent,
  type CustomMessage,
  AgentCapability,
  ServerCapability,
} from "./wire/messages.ts";
import {
  type Report,
  initialSession,
  compose,
  type Extra,
  connected,
  unsent,
  lost,
  receive,
  answerAt,
} from "./session.ts";
import type { OutgoingMessage } from "./transport/transport.ts";

/** What is said to the server and when: the latest report, the session and the heartbeat together. */
export interface Conversation {
  /** The full picture from now on. */
  report(report: Report): void;
  setHeartbeatInterval(intervalMs: number): void;
  /** A new connection begins, to this address. */
  connected(endpoint: string): void;
  /** The last message did not arrive; with `unsent` it certainly did not. */
  notArrived(unsent: boolean): void;
  /** What was sent was more than the server takes: from now on less is sent at a time, and what it had is untold. */
  tooLarge(): void;
  /** Whether the server means us, or names nobody. */
  meansUs(message: ServerToAgent): boolean;
  /** Takes in what the server asks for. */
  take(message: ServerToAgent, now: number): void;
  /** The message that is due, which counts as sent from here on; undefined when none is. */
  next(now: number): OutgoingMessage | undefined;
  goodbye(now: number): OutgoingMessage | undefined;
  /** Goes with the next message that it may go with; the one before must be over. */
  customMessage(message: CustomMessage): void;
  /** A PEM request goes once with the next message, unless the server has said that it takes none. */
  requestCertificate(csr: Uint8Array): void;
  /** True while a custom message waits. */
  customWaits(): boolean;
  /** When the next message is due if nothing changes; Infinity when never. */
  dueAt(): number;
}

/** No message without a group is larger. */
const bareBytes = 64;

/** A server that asks for more may have meant another unit. */
const maxPollIntervalMs = 24 * 3_600_000;

/** How often a server without a way of its own to us is asked, by the interval that it wants: it could never take that back. */
export function pollIntervalMs(wantedMs: number): number {
  return wantedMs > 0 ? Math.min(wantedMs, maxPollIntervalMs) : defaultLimits.heartbeatIntervalMs;
}

/** Begins with nothing to report; `discard` hears of what is too large to be sent. */
export function createConversation(
  options: FilledOptions,
  discard: (reason: string) => void,
): Conversation {
  let endpoint = options.endpoints[0] ?? "";
  let largest = 0;
  let maxBytes = options.maxMessageBytes;
  let session = initialSession();
  let latest: Report | undefined;
  let formerUid: Uint8Array | undefined;
  let heartbeatIntervalMs = options.heartbeatIntervalMs;
  let lastSentAt = 0;
  /** Until when news wait that may; undefined while there are none. */
  let heldUntil: number | undefined;
  /** How far messages have run ahead of their pace, and whether one waits for that. */
  let pacedTo = 0;
  let throttled = false;
  let customs = noCustoms;
  let answered = false;
  let request: Uint8Array | undefined;

  function heartbeatAt(): number {
    if (pollsOver(endpoint)) return lastSentAt + pollIntervalMs(heartbeatIntervalMs);
    const wanted = ((latest?.capabilities ?? 0n) & AgentCapability.ReportsHeartbeat) !== 0n;
    return wanted && heartbeatIntervalMs > 0 ? lastSentAt + heartbeatIntervalMs : Infinity;
  }

  function outgoing(
    occasion: "change" | "heartbeat" | "goodbye",
    now: number,
  ): OutgoingMessage | undefined {
    if (latest === undefined) return undefined;
    const extra = occasion === "goodbye" ? {} : extraDue(latest);
    const composed = compose(session, latest, occasion, now, extra);
    if (composed.message === undefined) {
      session = composed.session;
      heldUntil = undefined;
      return undefined;
    }
    if (occasion === "change" && composed.patient) {
      heldUntil ??= now + options.patienceMs;
      if (now < heldUntil) return undefined;
    }
    heldUntil = undefined;
    const { body, leftOut } = encodeWithin(composed.message, maxBytes);
    // What is too large counts as told, or it would be tried for ever; its number stays free.
    const { nextSequenceNum } = body === undefined ? session : composed.session;
    session = { ...composed.session, nextSequenceNum };
    lastSentAt = now;
    pacedTo = Math.max(pacedTo, now) + options.messageGapMs;
    largest = Math.max(largest, body?.length ?? 0);
    if (leftOut !== undefined) discard(leftOut);
    return body && { body, instanceUid: uidToText(latest.instanceUid) };
  }

  /** When the next message may go. */
  function mayGoAt(): number {
    return pacedTo - options.messagesAtOnce * options.messageGapMs;
  }

  function extraDue(report: Report): Extra {
    const customMessage = customDue(report);
    const csr = requestDue();
    return {
      ...(customMessage === undefined ? {} : { customMessage }),
      ...(csr === undefined
        ? {}
        : { connectionSettingsRequest: { opamp: { certificateRequest: { csr } } } }),
    };
  }

  /**
   * A server that has said what it can, and not this, gets no request (specification.md#servertoagentcapabilities).
   * Of one that has answered without saying anything of it it is not known.
   */
  function requestDue(): Uint8Array | undefined {
    if (!answered) return undefined;
    const bits = session.serverCapabilities ?? ServerCapability.AcceptsConnectionSettingsRequest;
    if ((bits & ServerCapability.AcceptsConnectionSettingsRequest) === 0n) return undefined;
    const csr = request;
    request = undefined;
    return csr;
  }

  function customDue(report: Report): CustomMessage | undefined {
    const turn = customTurn(customs, report.customCapabilities?.capabilities);
    if (turn.is === "send" || turn.is === "refuse") customs = { ...customs, pending: undefined };
    if (turn.is === "refuse") discard(turn.why);
    return turn.is === "send" ? turn.message : undefined;
  }

  return {
    report(report: Report): void {
      const renamed =
        latest !== undefined && !isDeepStrictEqual(latest.instanceUid, report.instanceUid);
      if (renamed) formerUid = latest?.instanceUid;
      latest = report;
    },
    setHeartbeatInterval(intervalMs: number): void {
      heartbeatIntervalMs = intervalMs;
    },
    connected(to: string): void {
      // What one server does not take another may.
      if (to !== endpoint) maxBytes = options.maxMessageBytes;
      endpoint = to;
      largest = 0;
      answered = false;
      session = connected(session);
      heldUntil = undefined;
      customs = customsConnected(customs);
    },
    notArrived(certainly: boolean): void {
      session = certainly ? unsent(session) : lost(session);
    },
    tooLarge(): void {
      // A message of nothing but the fields that are always set cannot become smaller.
      if (largest <= bareBytes) return;
      maxBytes = Math.min(maxBytes, largest);
      largest = 0;
      session = lost(session);
    },
    // What was on its way when the id changed still has the former one.
    meansUs: ({ instanceUid: written = new Uint8Array() }: ServerToAgent) =>
      namesNobody(written) ||
      [latest?.instanceUid, formerUid].some((uid) => uid !== undefined && standsFor(written, uid)),
    take(message: ServerToAgent, now: number): void {
      answered = true;
      session = receive(session, message, now, options.fullStateIntervalMs);
      customs = customsReceived(customs, message);
    },
    next(now: number): OutgoingMessage | undefined {
      throttled = now < mayGoAt() && customs.pending === undefined;
      if (throttled) return undefined;
      return outgoing(now >= heartbeatAt() ? "heartbeat" : "change", now);
    },
    goodbye: (now: number) => outgoing("goodbye", now),
    customMessage(message: CustomMessage): void {
      customs = { ...customs, pending: message };
    },
    requestCertificate(csr: Uint8Array): void {
      request = csr;
    },
    customWaits: () => customs.pending !== undefined,
    dueAt(): number {
      if (latest === undefined) return Infinity;
      if (throttled) return mayGoAt();
      return Math.min(heartbeatAt(), answerAt(session) ?? Infinity, heldUntil ?? Infinity);
    },
  };
}
