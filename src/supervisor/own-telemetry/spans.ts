import type { Event } from "../core/state/event.ts";
import { redact } from "../../redact.ts";
import type { Instant } from "../core/state/time.ts";
import type { State } from "../core/state/state.ts";
import type { Step } from "../core/state/step.ts";
import type { Verdict } from "../core/state/trials.ts";
import type { Span, SpanStatus, SpanName } from "../../telemetry/span.ts";

interface Open {
  readonly number: number;
  readonly startAt: Instant;
}

/** Spans that are under way. */
interface SpanWatch {
  /** Number of the next trace or span. */
  readonly next: number;
  readonly identify: Open | undefined;
  /** The offer that has no verdict yet. */
  readonly offer: OpenOffer | undefined;
}

interface OpenOffer extends Open {
  readonly trace: number;
  /** The span of the message; none for what an operator wants tried again. */
  readonly parent: number | undefined;
  readonly hash: string;
  /** Until the next event after the message. */
  readonly message: Open | undefined;
  readonly phase: (Open & { readonly name: Phase }) | undefined;
}

type Phase = "validate" | "write" | "apply" | "verdict";

/** Nothing is under way. */
export const noSpans: SpanWatch = { next: 1, identify: undefined, offer: undefined };

/** What is under way after a change of state, and what has ended by it. */
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
  before: State,
  after: State,
  event: Event,
): SpanChange {
  const asked = followQuestion(watch, event);
  const begun = followBeginning(asked.watch, before, after, event);
  const phased = followPhases(begun.watch, after, event);
  const judged = followVerdict(phased.watch, after.config.verdict, event.at);
  return {
    watch: judged.watch,
    ended: [asked, begun, phased, judged].flatMap(({ ended }) => ended),
  };
}

const nothing = (watch: SpanWatch): SpanChange => ({ watch, ended: [] });

function followQuestion(watch: SpanWatch, event: Event): SpanChange {
  if (event.on === "step-begun" && event.step.do === "identify-agent") {
    const identify = { number: watch.next, startAt: event.at };
    return nothing({ ...watch, next: watch.next + 1, identify });
  }
  const { identify } = watch;
  const status = answerTo("identify-agent", "agent-identified", event);
  if (identify === undefined || status === undefined) return nothing(watch);
  const place = { trace: identify.number, parent: undefined };
  const span = spanOf("GetBootstrapInfo", identify, place, event.at, status);
  return { watch: { ...watch, identify: undefined }, ended: [span] };
}

/** How a step has ended; undefined while it has not. */
function answerTo(step: Step["do"], done: Event["on"], event: Event): SpanStatus | undefined {
  if (event.on === done) return ok;
  return event.on === "step-failed" && event.step.do === step ? failed(event.why) : undefined;
}

/** A new offer takes the place of one that has no verdict yet. */
function followBeginning(watch: SpanWatch, before: State, after: State, event: Event): SpanChange {
  const { offer, next } = watch;
  const offered =
    event.on === "config-offered" && before.config.lastOffer !== after.config.lastOffer;
  const retried = event.on === "retry-asked" && before.config.verdict !== after.config.verdict;
  if (!offered && !retried) {
    return offer?.message === undefined ? nothing(watch) : messageOver(watch, offer, event.at);
  }
  const begun: OpenOffer = {
    trace: next,
    number: next,
    startAt: event.at,
    parent: offered ? next + 1 : undefined,
    hash: after.config.verdict.is === "unset" ? "" : after.config.verdict.hash,
    message: offered ? { number: next + 1, startAt: event.at } : undefined,
    phase: undefined,
  };
  const ended = offer === undefined ? [] : closing(offer, unset, event.at);
  return { watch: { ...watch, next: next + 2, offer: begun }, ended };
}

function messageOver(watch: SpanWatch, offer: OpenOffer, at: Instant): SpanChange {
  const ended = messageSpan(offer, at, ok);
  return { watch: { ...watch, offer: { ...offer, message: undefined } }, ended };
}

function messageSpan(
  { message, trace }: OpenOffer,
  at: Instant,
  status: SpanStatus,
): readonly Span[] {
  if (message === undefined) return [];
  return [spanOf("onMessage", message, { trace, parent: undefined }, at, status)];
}

function followPhases(watch: SpanWatch, after: State, event: Event): SpanChange {
  const { offer, next } = watch;
  if (offer === undefined) return nothing(watch);
  const status = endOf(offer.phase?.name, event);
  const begun = phaseBegunBy(event, after);
  // The signal and the start that follows it are one change.
  const same = begun === undefined || begun === offer.phase?.name;
  if (status === undefined && same) return nothing(watch);
  const phase = same ? undefined : { number: next, startAt: event.at, name: begun };
  return {
    watch: { ...watch, next: next + 1, offer: { ...offer, phase } },
    ended: phaseSpan(offer, event.at, status ?? ok),
  };
}

function phaseSpan(
  { phase, trace, number }: OpenOffer,
  at: Instant,
  status: SpanStatus,
): readonly Span[] {
  if (phase === undefined) return [];
  return [spanOf(phase.name, phase, { trace, parent: number }, at, status)];
}

/** How the phase has ended by itself; one without an answer of its own ends with the next, or with the verdict. */
function endOf(phase: Phase | undefined, event: Event): SpanStatus | undefined {
  if (phase === "write") return answerTo("write-config", "config-written", event);
  if (phase !== "validate") return undefined;
  if (event.on === "config-refused") return failed(event.why);
  return answerTo("validate-config", "config-validated", event);
}

const phases: Readonly<Partial<Record<Step["do"], Phase>>> = {
  "validate-config": "validate",
  "write-config": "write",
  "start-agent": "apply",
  "reload-agent": "apply",
  "signal-agent": "apply",
};

function phaseBegunBy(
  event: Event,
  { agent: { process: agent }, config: { target, trial } }: State,
): Phase | undefined {
  if (event.on === "step-begun") return phases[event.step.do];
  if (event.on !== "agent-probed" && event.on !== "ticked") return undefined;
  const proving = agent.at === "up" && agent.healthySince !== undefined && trial !== undefined;
  return proving && agent.generation.number === target?.number ? "verdict" : undefined;
}

function followVerdict(watch: SpanWatch, verdict: Verdict, at: Instant): SpanChange {
  const { offer } = watch;
  if (offer === undefined || verdict.is === "applying") return nothing(watch);
  const ended = closing(offer, statusOf(verdict), at);
  return { watch: { ...watch, offer: undefined }, ended };
}

function statusOf(verdict: Verdict): SpanStatus {
  if (verdict.is === "failed") return failed(verdict.why);
  return verdict.is === "applied" ? ok : unset;
}

/** All that is open of an offer, inner ones first. */
function closing(offer: OpenOffer, status: SpanStatus, at: Instant): readonly Span[] {
  const { trace, parent, hash } = offer;
  const whole = spanOf("processRemoteConfigMessage", offer, { trace, parent }, at, status);
  return [
    ...phaseSpan(offer, at, status),
    ...messageSpan(offer, at, status),
    { ...whole, attributes: { "config.hash": hash } },
  ];
}

function spanOf(
  name: SpanName,
  { number, startAt }: Open,
  place: Pick<Span, "trace" | "parent">,
  endAt: Instant,
  status: SpanStatus,
): Span {
  return { name, number, ...place, startAt, endAt, status, attributes: {} };
}
