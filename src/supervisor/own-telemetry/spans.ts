import { redact } from "../../redact.ts";
import type { Transition } from "../core/report/transition.ts";
import type { Instant } from "../core/state/time.ts";
import type { Step } from "../core/state/step.ts";
import type { Span, SpanStatus, SpanName } from "../../telemetry/span.ts";

/** A span that has begun. */
type Open = Omit<Span, "endAt" | "status">;

/** Spans that are under way. */
interface SpanWatch {
  /** Number of the next trace or span. */
  readonly next: number;
  readonly identify: Open | undefined;
  /** The offer that has no verdict yet. */
  readonly offer: OpenOffer | undefined;
}

interface OpenOffer {
  readonly whole: Open;
  /** Until the next event after the message; none for what an operator wants tried again. */
  readonly message: Open | undefined;
  readonly phase: Open | undefined;
}

/** Nothing is under way. */
export const noSpans: SpanWatch = { next: 1, identify: undefined, offer: undefined };

/** What is under way from here on, and what has ended. */
interface SpanChange {
  readonly watch: SpanWatch;
  readonly ended: readonly Span[];
}

const unset: SpanStatus = { is: "unset" };
const ok: SpanStatus = { is: "ok" };
const failed = (why: string): SpanStatus => ({ is: "error", why: redact(why) });

/** Follows one offer from its message to its verdict, and the question to the binary. */
export function followSpans(
  watch: SpanWatch,
  transitions: readonly Transition[],
  at: Instant,
): SpanChange {
  return transitions.reduce(
    (change, now) => {
      const { watch: next, ended } = follow(change.watch, now, at);
      return { watch: next, ended: [...change.ended, ...ended] };
    },
    messageOver(watch, at),
  );
}

const nothing = (watch: SpanWatch): SpanChange => ({ watch, ended: [] });

function follow(watch: SpanWatch, now: Transition, at: Instant): SpanChange {
  const { next } = watch;
  switch (now.is) {
    case "step-begun":
      return now.step === "identify-agent"
        ? nothing({ ...watch, next: next + 1, identify: open("GetBootstrapInfo", next, at) })
        : phaseBegun(watch, phases[now.step], at);
    case "step-failed":
      return phaseEnded(watch, phases[now.step], failed(now.reason), at);
    case "agent-identified":
    case "odd-agent-identified":
      return questionAnswered(watch, ok, at);
    case "agent-not-identified":
    case "agent-still-not-identified":
      return questionAnswered(watch, failed(now.reason), at);
    case "config-offered":
      return offerBegun(watch, now.hash, true, at);
    case "retry-asked":
      return now.again ? offerBegun(watch, now.failed ?? "", false, at) : nothing(watch);
    case "config-validated":
      return phaseEnded(watch, "validate", ok, at);
    case "config-refused":
      return phaseEnded(watch, "validate", failed(now.reason), at);
    case "config-written":
      return phaseEnded(watch, "write", ok, at);
    case "proof-begun":
      return phaseBegun(watch, "verdict", at);
    case "config-applied":
      return offerEnded(watch, ok, at);
    case "config-failed":
      return offerEnded(watch, failed(now.reason), at);
    default:
      return nothing(watch);
  }
}

function questionAnswered(watch: SpanWatch, status: SpanStatus, at: Instant): SpanChange {
  return { watch: { ...watch, identify: undefined }, ended: end(watch.identify, status, at) };
}

/** A new offer takes the place of one that has no verdict yet. */
function offerBegun(watch: SpanWatch, hash: string, byMessage: boolean, at: Instant): SpanChange {
  const { next } = watch;
  const message = byMessage ? open("onMessage", next + 1, at, { trace: next }) : undefined;
  const attributes = { "config.hash": hash };
  const place = { trace: next, parent: message?.number, attributes };
  const whole = open("processRemoteConfigMessage", next, at, place);
  const { ended } = offerEnded(watch, unset, at);
  const offer = { whole, message, phase: undefined };
  return { watch: { ...watch, next: next + 2, offer }, ended };
}

function messageOver(watch: SpanWatch, at: Instant): SpanChange {
  const { offer } = watch;
  if (offer?.message === undefined) return nothing(watch);
  const ended = end(offer.message, ok, at);
  return { watch: { ...watch, offer: { ...offer, message: undefined } }, ended };
}

const phases: Readonly<Partial<Record<Step["do"], SpanName>>> = {
  "validate-config": "validate",
  "write-config": "write",
  // The signal and the start that follows it are one change.
  "start-agent": "apply",
  "reload-agent": "apply",
  "signal-agent": "apply",
};

function phaseBegun(watch: SpanWatch, name: SpanName | undefined, at: Instant): SpanChange {
  const { offer, next } = watch;
  if (offer === undefined || name === undefined || name === offer.phase?.name) {
    return nothing(watch);
  }
  const { trace, number } = offer.whole;
  const phase = open(name, next, at, { trace, parent: number });
  const ended = end(offer.phase, ok, at);
  return { watch: { ...watch, next: next + 1, offer: { ...offer, phase } }, ended };
}

/** To validate and to write have an end of their own; other phases end with the next, or with the verdict. */
function phaseEnded(
  watch: SpanWatch,
  name: SpanName | undefined,
  status: SpanStatus,
  at: Instant,
): SpanChange {
  const { offer } = watch;
  if (offer?.phase === undefined || offer.phase.name !== name || name === "apply") {
    return nothing(watch);
  }
  const ended = end(offer.phase, status, at);
  return { watch: { ...watch, offer: { ...offer, phase: undefined } }, ended };
}

/** All that is open of an offer ends, inner spans first. */
function offerEnded(watch: SpanWatch, status: SpanStatus, at: Instant): SpanChange {
  const { offer } = watch;
  const ended = [offer?.phase, offer?.message, offer?.whole].flatMap((one) => end(one, status, at));
  return { watch: { ...watch, offer: undefined }, ended };
}

/** A span of a trace of its own where `place` names no other. */
function open(name: SpanName, number: number, startAt: Instant, place: Partial<Open> = {}): Open {
  return { name, number, startAt, trace: number, parent: undefined, attributes: {}, ...place };
}

function end(span: Open | undefined, status: SpanStatus, endAt: Instant): readonly Span[] {
  return span === undefined ? [] : [{ ...span, endAt, status }];
}
