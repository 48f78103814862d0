import {
  type Contender,
  type LeaseAnswer,
  type LeaseMove,
  type LeaseRecord,
  afterMove,
  afterTime,
  newContender,
  nextMove,
} from "../../../src/supervisor/core/lease/contend.ts";
import { leaseTerms } from "../../../src/supervisor/core/lease/lease-terms.ts";

type Request = Exclude<LeaseMove, { do: "wait" }>;

/** One process of the simulation; a test may do anything to it at any time. */
export interface SimulatedContender {
  readonly name: string;
  state: Contender;
  /** Its clock: where it began, and how fast it goes. */
  readonly clock: { readonly offsetMs: number; readonly rate: number };
  /** Stands still until then, as one that is stopped. */
  stoppedUntilMs: number;
  /** Its requests reach nobody, or their answers do not come back. */
  cut: "no" | "there" | "back";
  alive: boolean;
  pending: Pending | undefined;
}

interface Pending {
  readonly move: Request;
  readonly sentMs: number;
  readonly arrivesMs: number;
  readonly answeredMs: number;
  answer: LeaseAnswer | undefined;
}

/** Contenders, and the API's object, in simulated time. */
export interface LeaseWorld {
  readonly contenders: SimulatedContender[];
  readonly add: (name: string, clock?: SimulatedContender["clock"]) => SimulatedContender;
  /** Runs on, and calls `look` after every step. */
  readonly pass: (durationMs: number, look?: () => void) => void;
  readonly lease: () => LeaseRecord | undefined;
  /** Somebody else's hand. */
  readonly write: (lease: LeaseRecord | undefined) => void;
  /** Those who act as leaders at this moment, as they see it. */
  readonly leaders: () => readonly string[];
  readonly nowMs: () => number;
}

/** Nobody yet; `delay` is how long a request is under way, one way. */
export function createLeaseWorld(durationMs: number, delay: () => number = () => 20): LeaseWorld {
  const terms = leaseTerms(durationMs);
  const contenders: SimulatedContender[] = [];
  const api: { lease: LeaseRecord | undefined; version: number; nowMs: number } = {
    ...{ lease: undefined, version: 1, nowMs: 0 },
  };
  const clockOf = ({ clock }: SimulatedContender): number =>
    Math.floor(clock.offsetMs + api.nowMs * clock.rate);
  const answerTo = (move: Request, me: string): LeaseAnswer => {
    const { lease } = api;
    if (move.do === "look") return lease === undefined ? { is: "missing" } : { is: "lease", lease };
    if (move.do === "create" && lease !== undefined) return { is: "conflict" };
    if (move.do === "take") {
      if (lease === undefined) return { is: "missing" };
      if (lease.version !== move.lease.version) return { is: "conflict" };
    }
    api.version += 1;
    const version = String(api.version);
    const mark = `${me} ${version}`;
    const tenure = move.do === "take" && !move.anew ? move.lease.tenure : mark;
    api.lease = { version, holder: me, mark, durationMs, transitions: 0, tenure };
    return { is: "lease", lease: api.lease };
  };
  const turn = (one: SimulatedContender): void => {
    const { pending } = one;
    if (pending !== undefined && api.nowMs >= pending.arrivesMs && pending.answer === undefined) {
      // What was sent arrives, even where the sender is gone or waits no longer.
      pending.answer = one.cut === "there" ? lostAnswer : answerTo(pending.move, one.name);
    }
    if (!one.alive || api.nowMs < one.stoppedUntilMs) return;
    const at = clockOf(one);
    one.state = afterTime(one.state, at);
    if (pending !== undefined) {
      const late = at - pending.sentMs >= terms.answerMs;
      const back = api.nowMs >= pending.answeredMs && one.cut === "no" ? pending.answer : undefined;
      const answer = back ?? (late ? lostAnswer : undefined);
      if (answer === undefined) return;
      one.state = afterMove(one.state, pending.move, answer, pending.sentMs, at);
      if (pending.answer === undefined) strays.push({ pending, name: one.name });
      one.pending = undefined;
    }
    if (one.state.role.is === "lost") {
      one.alive = false;
      return;
    }
    const move = nextMove(one.state, at);
    if (move.do === "wait") return;
    const arrivesMs = api.nowMs + delay();
    const answeredMs = arrivesMs + delay();
    one.pending = { move, sentMs: at, arrivesMs, answeredMs, answer: undefined };
  };
  /** Requests whose sender waits no longer: they may arrive all the same. */
  const strays: { readonly pending: Pending; readonly name: string }[] = [];
  const arrive = (): void => {
    for (const { pending, name } of strays) {
      if (pending.answer !== undefined || api.nowMs < pending.arrivesMs) continue;
      pending.answer = answerTo(pending.move, name);
    }
  };
  return {
    contenders,
    add: (name, clock = { offsetMs: 0, rate: 1 }) => {
      const at = Math.floor(clock.offsetMs + api.nowMs * clock.rate);
      const one: SimulatedContender = {
        ...{ name, clock, stoppedUntilMs: 0, cut: "no", alive: true, pending: undefined },
        state: newContender(name, terms, at),
      };
      contenders.push(one);
      return one;
    },
    pass: (forMs, look = () => undefined) => {
      const end = api.nowMs + forMs;
      while (api.nowMs < end) {
        api.nowMs += stepMs;
        arrive();
        for (const one of contenders) turn(one);
        look();
      }
    },
    lease: () => api.lease,
    write: (lease) => {
      api.version += 1;
      api.lease = lease === undefined ? undefined : { ...lease, version: String(api.version) };
    },
    leaders: () =>
      contenders
        .filter((one) => one.alive && api.nowMs >= one.stoppedUntilMs)
        .filter((one) => afterTime(one.state, clockOf(one)).role.is === "leading")
        .map(({ name }) => name),
    nowMs: () => api.nowMs,
  };
}

const stepMs = 10;
const lostAnswer: LeaseAnswer = { is: "failed", why: "no answer" };
