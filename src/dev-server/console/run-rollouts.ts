import type { ConnectionSettings } from "../connections/connection-settings.ts";
import type { Delivery } from "../fleet/fleet-state.ts";
import type { OfferAbout } from "../fleet/fleet.ts";
import type { KeptNews } from "../kept/kept-fleet.ts";
import { advanceRollout } from "../rollout/advance-rollout.ts";
import {
  overtake,
  resumeRollout,
  startRollout,
  stopRollout,
  type RolloutContent,
  type RolloutState,
} from "../rollout/staged-rollout.ts";
import { rolloutAgentKeys, rolloutFromStore, rolloutToStore } from "../rollout/stored-rollout.ts";
import type {
  Affected,
  ListName,
  PreviewBody,
  Rollout,
  RolloutBody,
  RolloutSummary,
} from "../shapes/api-shapes.ts";
import { lookAtAgent } from "./look-at-agent.ts";
import { planRollout, previewRollout, type Planning } from "./plan-rollout.ts";
import type { RecordStore } from "./record-store.ts";
import { done, refusedWith, type Outcome, type SeenFleet } from "./seen-fleet.ts";
import { summarizeRollout, viewRollout } from "./view-rollout.ts";

/** What people can do with rollouts. */
export interface Rollouts {
  /** Newest first. */
  list(): readonly RolloutSummary[];
  find(id: string): Outcome<Rollout>;
  preview(body: PreviewBody): Outcome<readonly Affected[]>;
  start(body: RolloutBody): Outcome<Rollout>;
  stop(id: string): Outcome<Rollout>;
  resume(id: string): Outcome<Rollout>;
  /** Whether this version of a configuration is in a rollout that has not come to its end. */
  isUnproven(name: string, version: number): boolean;
  /** Takes in what is new in the fleet. */
  heed(news: KeptNews): void;
  close(): void;
}

/** What rollouts act with. */
export interface RolloutHands {
  readonly fleet: SeenFleet;
  readonly planning: () => Planning;
  readonly store: RecordStore;
  readonly now: () => number;
  readonly changed: (list: ListName) => void;
  offerConfig(uid: string, files: ReadonlyMap<string, string>, about: OfferAbout): Delivery;
  offerPackage(uid: string, name: string, version: string): Delivery;
  offerConnections(uid: string, wish: ConnectionSettings, newCertificate: boolean): Delivery;
  /** Has what `act` offers written at once. */
  together(act: () => void): void;
}

const tickMs = 250;
/** What has only gone on is written so often. */
const writeMs = 5_000;
const mostKept = 50;
const mostRunning = 20;

interface Course {
  rollout: RolloutState;
  /** Agents that may have changed since the last tick. */
  dirty: Set<string>;
  refused: Map<string, string>;
  writtenAtMs: number;
  /** As it was written last. */
  written: RolloutState | undefined;
}

/** The rollouts of a server, each a step further four times a second. */
export function runRollouts(hands: RolloutHands): Rollouts {
  const courses = new Map<string, Course>();
  const parts = new Map(hands.store.all("rollout-agents").map(({ key, value }) => [key, value]));
  for (const { value } of hands.store.all("rollout")) {
    const rollout = rolloutFromStore(value, parts);
    if (rollout !== undefined) courses.set(rollout.id, courseOf(rollout));
  }
  let lastMs = performance.now();
  const tick = (): void => {
    const nowMs = performance.now();
    const elapsedMs = nowMs - lastMs;
    lastMs = nowMs;
    for (const course of inOrder(courses)) advance(hands, course, elapsedMs, nowMs);
  };
  const timer = setInterval(tick, tickMs);
  timer.unref();
  const change = (
    id: string,
    to: (rollout: RolloutState) => RolloutState | string,
  ): Outcome<Rollout> => {
    const course = courses.get(id);
    if (course === undefined) return refusedWith(404, `there is no rollout ${id}`);
    const next = to(course.rollout);
    if (typeof next === "string") return refusedWith(409, next);
    for (const uid of next.agents.keys()) course.dirty.add(uid);
    keep(hands, course, next);
    return done(viewRollout(next));
  };
  return {
    list: () => [...inOrder(courses)].reverse().map(({ rollout }) => summarizeRollout(rollout)),
    find: (id) => {
      const course = courses.get(id);
      if (course === undefined) return refusedWith(404, `there is no rollout ${id}`);
      return done(viewRollout(course.rollout));
    },
    preview: (body) => previewRollout(hands.planning(), body),
    start: (body) => {
      const running = [...courses.values()].filter(({ rollout }) => rollout.state === "running");
      if (running.length >= mostRunning) {
        return refusedWith(409, `expected at most ${mostRunning} running rollouts; stop one first`);
      }
      const plan = planRollout(hands.planning(), body, nextId(courses), hands.now());
      if (plan.is === "refused") return plan;
      const course = courseOf(startRollout(plan.value));
      for (const other of courses.values()) {
        const next = overtake(other.rollout, course.rollout);
        if (next !== other.rollout) keep(hands, other, next);
      }
      courses.set(course.rollout.id, course);
      advance(hands, course, 0, performance.now());
      keep(hands, course, course.rollout);
      forgetOldest(hands, courses);
      return done(viewRollout(course.rollout));
    },
    stop: (id) => change(id, (rollout) => stopRollout(rollout, hands.now())),
    resume: (id) => change(id, resumeRollout),
    isUnproven: (name, version) => isUnproven(courses, name, version),
    heed: ({ records = [], forgotten = [] }) => {
      for (const course of courses.values()) {
        if (course.rollout.state === "done") continue;
        for (const { uid } of records) course.dirty.add(uid);
        for (const uid of forgotten) course.dirty.add(uid);
      }
    },
    close: () => {
      clearInterval(timer);
      for (const course of courses.values()) {
        if (course.rollout.state === "running") write(hands, course);
      }
    },
  };
}

/** All agents are looked at first. */
function courseOf(rollout: RolloutState): Course {
  const dirty = new Set(rollout.state === "done" ? [] : rollout.agents.keys());
  return { rollout, dirty, refused: new Map(), writtenAtMs: 0, written: undefined };
}

function advance(hands: RolloutHands, course: Course, elapsedMs: number, nowMs: number): void {
  const before = course.rollout;
  if (before.state === "done" || (before.state === "stopped" && course.dirty.size === 0)) return;
  const { dirty, refused } = course;
  course.dirty = new Set();
  course.refused = new Map();
  const looks = [...dirty].map((uid) => {
    const agent = before.agents.has(uid) ? hands.fleet.one(uid) : undefined;
    return [uid, agent && lookAtAgent(agent, before.content)] as const;
  });
  const tick = { elapsedMs, now: hands.now(), looks: new Map(looks), refused };
  const { rollout, sends } = advanceRollout(before, tick);
  const isNews = differs(before, rollout);
  course.rollout = rollout;
  // Written first: what was sent and is not known of would be sent a second time.
  if (isNews || nowMs - course.writtenAtMs > writeMs) {
    course.writtenAtMs = nowMs;
    write(hands, course);
  }
  const offerAll = (): void => {
    for (const uid of sends) {
      const delivery = offer(hands, uid, rollout);
      if (delivery.is === "refused") course.refused.set(uid, delivery.why);
      course.dirty.add(uid);
    }
  };
  if (sends.length > 0) hands.together(offerAll);
  if (isNews) hands.changed("rollouts");
}

function offer(hands: RolloutHands, uid: string, { id, content }: RolloutState): Delivery {
  if (content.is === "package") return hands.offerPackage(uid, content.name, content.version);
  if (content.is === "connections") {
    return hands.offerConnections(uid, content.settings, content.newCertificate);
  }
  const { named, files } = content;
  const why = `rollout ${id}`;
  const texts = new Map(files.map(({ name, text }) => [name, text]));
  return hands.offerConfig(
    uid,
    texts,
    named === undefined ? { why } : { why, configuration: named },
  );
}

function keep(hands: RolloutHands, course: Course, rollout: RolloutState): void {
  course.rollout = rollout;
  write(hands, course);
  hands.changed("rollouts");
}

function write({ store }: RolloutHands, course: Course): void {
  const parts = rolloutToStore(course.written, course.rollout);
  for (const { kind, key, value } of parts) store.put(kind, key, value);
  course.written = course.rollout;
}

/** Whether there is more to tell than that time has passed. */
function differs(before: RolloutState, after: RolloutState): boolean {
  return (
    before.agents !== after.agents ||
    before.state !== after.state ||
    before.stage !== after.stage ||
    (before.settledFromMs === undefined) !== (after.settledFromMs === undefined)
  );
}

function isUnproven(courses: ReadonlyMap<string, Course>, name: string, version: number): boolean {
  const about = inOrder(courses).filter(({ rollout: { content } }) => isOf(content, name, version));
  const last = about.at(-1);
  return last !== undefined && last.rollout.state !== "done";
}

function isOf(content: RolloutContent, name: string, version: number): boolean {
  if (content.is !== "configuration") return false;
  return content.named?.name === name && content.named.version === version;
}

/** The oldest first, so that the newest has the last word. */
function inOrder(courses: ReadonlyMap<string, Course>): readonly Course[] {
  return [...courses.values()].sort((a, b) => numberOf(a.rollout.id) - numberOf(b.rollout.id));
}

function numberOf(id: string): number {
  return Number(id.slice(1));
}

function nextId(courses: ReadonlyMap<string, Course>): string {
  const numbers = [...courses.keys()].map(numberOf).filter(Number.isFinite);
  return `r${Math.max(0, ...numbers) + 1}`;
}

function forgetOldest({ store }: RolloutHands, courses: Map<string, Course>): void {
  const ended = inOrder(courses).filter(({ rollout }) => rollout.state !== "running");
  const tooMany = Math.max(0, courses.size - mostKept);
  for (const { rollout } of ended.slice(0, tooMany)) {
    courses.delete(rollout.id);
    for (const key of rolloutAgentKeys(rollout)) store.remove("rollout-agents", key);
    store.remove("rollout", rollout.id);
  }
}
