import { shownAt, wallTime } from "../../src/supervisor/core/state/wall-clock.ts";
import { onTestFinished, test, expect } from "vitest";
import type { Fact, Event } from "../../src/supervisor/core/state/event.ts";
import { noConnections } from "../../src/agent-config/connections.ts";
import type { AgentState } from "../../src/supervisor/core/state/agent.ts";
import { unknownBinary } from "../../src/supervisor/core/state/generation.ts";
import { initialState, type State, withAgent } from "../../src/supervisor/core/state/state.ts";
import type { Step } from "../../src/supervisor/core/state/step.ts";
import { type Loop, type LoopEdges, createLoop } from "../../src/supervisor/loop.ts";
import { renderedOf, uid, policy, binary } from "../helpers/core/core-samples.ts";
import { type EventLog, createEventLog } from "../helpers/event-log.ts";

const start = initialState(uid);

/** A state in which there is nothing to do before a moment. */
function quietUntil(moment: number): State {
  return { ...start, identity: { ...start.identity, notBefore: moment } };
}

/** One that is told to end: nothing is asked of it. */
const someAgent: AgentState = {
  ...{ at: "stopping", run: 1, pid: 2, restarts: 0, startedAt: 0, since: 0, killed: true },
  generation: {
    ...{ number: 1, config: renderedOf(""), remote: undefined, binary: unknownBinary },
    ...{ connections: noConnections, sources: undefined, stopsData: false },
  },
};

/** A state in which there is nothing to do at all. */
const idle: State = { ...quietUntil(0), desired: { ...initialState(uid).desired, run: "down" } };

interface Rig {
  readonly loop: Loop;
  /** What the loop did, in order. */
  readonly trace: EventLog<string>;
}

function rig(initial: State, edges: Partial<LoopEdges> = {}): Rig {
  const trace = createEventLog<string>();
  const now = edges.now ?? ((): number => Math.floor(performance.now()));
  const loop = createLoop(initial, () => policy, {
    now,
    wall: () => wallTime(now()),
    reading: () => undefined,
    broken: (error) => {
      throw error;
    },
    ...edges,
    apply: (step) => {
      trace.add(`apply ${step.do}`);
      edges.apply?.(step);
    },
    changed: (before, after, event) => {
      trace.add(`changed by ${event.on}`);
      edges.changed?.(before, after, event);
    },
    settled: (state) => {
      trace.add("settled");
      edges.settled?.(state);
    },
  });
  onTestFinished(() => loop.end());
  return { loop, trace };
}

/** How many timers wait now; only to be compared within one turn of Node's own loop. */
function timers(): number {
  return process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
}

/** Long enough for a timer that should not be there; a slow machine only makes the test kinder. */
function aMoment(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 30));
}

const identified: Fact = { on: "agent-identified", facts: binary };
const assigned = (last: string): Fact => ({
  on: "identity-assigned",
  uid: `${uid.slice(0, -1)}${last}`,
});

test("what is begun is recorded before it is done, and told when there is nothing more to do", () => {
  const { loop, trace } = rig(start);
  loop.post({ on: "ticked" });
  expect(trace.all).toEqual(["changed by step-begun", "apply identify-agent", "settled"]);
});

test("at the moment of an act the state already knows of it", () => {
  const seen: boolean[] = [];
  const { loop } = rig(start, { apply: () => seen.push(loop.state().identity.asking) });
  loop.post({ on: "ticked" });
  expect(seen).toEqual([true]);
});

test("a change is told with the states on both sides and the event with its moment", () => {
  const changes: [State, State, Event][] = [];
  const { loop } = rig(idle, {
    now: () => 1_234,
    changed: (before, after, event) => changes.push([before, after, event]),
  });
  loop.post(assigned("7"));
  expect(changes).toHaveLength(1);
  const [before, after, event] = changes[0]!;
  expect(before).toBe(idle);
  expect(after).toBe(loop.state());
  expect(after).not.toBe(before);
  expect(event).toEqual({ ...assigned("7"), at: 1_234 });
});

test("an event that changes nothing is not told", () => {
  const { loop, trace } = rig(idle);
  loop.post({ on: "ticked" });
  expect(trace.all).toEqual(["settled"]);
  expect(loop.state()).toBe(idle);
});

test("what an act answers at once is taken when the act is over, in order", () => {
  const { loop, trace } = rig(start, {
    apply: (step: Step) => {
      if (step.do !== "identify-agent") return;
      loop.post(assigned("2"));
      loop.post(assigned("3"));
      trace.add("apply ends");
    },
  });
  loop.post({ on: "ticked" });
  expect(trace.all).toEqual([
    "changed by step-begun",
    "apply identify-agent",
    "apply ends",
    "changed by identity-assigned",
    "changed by identity-assigned",
    "settled",
  ]);
  expect(loop.state().identity.uid).toMatch(/3$/);
});

test("what is posted while a change is told is taken next", () => {
  let once = true;
  const { loop, trace } = rig(idle, {
    changed: () => {
      if (once) loop.post(assigned("3"));
      once = false;
    },
  });
  loop.post(assigned("2"));
  expect(trace.all).toEqual([
    "changed by identity-assigned",
    "changed by identity-assigned",
    "settled",
  ]);
  expect(loop.state().identity.uid).toMatch(/3$/);
});

test("what is posted while the rest is told is taken too, and told again", () => {
  let once = true;
  const { loop, trace } = rig(idle, {
    settled: () => {
      if (once) loop.post(assigned("2"));
      once = false;
    },
  });
  loop.post({ on: "ticked" });
  expect(trace.all).toEqual(["settled", "changed by identity-assigned", "settled"]);
});

test("however much is posted, one timer waits", () => {
  const before = timers();
  const { loop } = rig(quietUntil(Math.floor(performance.now()) + 3_600_000));
  for (let count = 0; count < 5; count += 1) loop.post(assigned(String(count)));
  expect(timers() - before).toBe(1);
});

test("where nothing is to come no timer waits", () => {
  const before = timers();
  const { loop } = rig(idle);
  loop.post({ on: "ticked" });
  expect(timers() - before).toBe(0);
});

test("a timer that is no longer needed is taken away", () => {
  const before = timers();
  const { loop } = rig(quietUntil(Math.floor(performance.now()) + 3_600_000));
  loop.post({ on: "ticked" });
  loop.post({ on: "stop-asked" });
  expect(timers() - before).toBe(0);
});

test("the loop wakes by itself at the moment that the plan names, not before", async () => {
  const begin = Math.floor(performance.now());
  let frozen = true;
  const acted: number[] = [];
  const { loop, trace } = rig(quietUntil(begin + 20), {
    now: () => (frozen ? begin : Math.floor(performance.now())),
    apply: () => acted.push(Math.floor(performance.now())),
  });
  loop.post({ on: "ticked" });
  expect(trace.all).toEqual(["settled"]);
  frozen = false;
  await trace.until((entry) => entry === "apply identify-agent");
  expect(acted[0]).toBeGreaterThanOrEqual(begin + 20);
});

test("a moment that is further away than a timer can hold is waited for in peace", async () => {
  let looked = 0;
  const { loop } = rig(quietUntil(Math.floor(performance.now()) + 1e12), {
    now: () => {
      looked += 1;
      return Math.floor(performance.now());
    },
  });
  const before = timers();
  loop.post({ on: "ticked" });
  expect(timers() - before).toBe(1);
  const once = looked;
  await aMoment();
  expect(looked).toBe(once);
});

test("after the end nothing wakes the loop", async () => {
  const { loop, trace } = rig(quietUntil(1_005), { now: () => 1_000 });
  const before = timers();
  loop.post({ on: "ticked" });
  loop.end();
  expect(timers() - before).toBe(0);
  await aMoment();
  expect(trace.all).toEqual(["settled"]);
});

test("after the end facts still change the state, but nothing is done about them", () => {
  const before = timers();
  const { loop, trace } = rig(start);
  loop.end();
  loop.post(assigned("2"));
  loop.post({ on: "ticked" });
  expect(trace.all.filter((entry) => entry !== "settled")).toEqual([
    "changed by identity-assigned",
  ]);
  expect(loop.state().identity.uid).toMatch(/2$/);
  expect(timers() - before).toBe(0);
});

test("an end in the middle of an act is the last act", () => {
  const before = timers();
  const { loop, trace } = rig(start, {
    apply: () => {
      loop.post(identified);
      loop.end();
    },
  });
  loop.post({ on: "ticked" });
  expect(trace.all.filter((entry) => entry.startsWith("apply"))).toEqual(["apply identify-agent"]);
  expect(loop.state().identity.binary).toBe(binary);
  expect(timers() - before).toBe(0);
});

test("an edge that throws is heard by who posted, and the loop goes on", () => {
  const { loop } = rig(start, {
    apply: () => {
      throw new Error("broken edge");
    },
  });
  expect(() => loop.post({ on: "ticked" })).toThrow("broken edge");
  loop.post(assigned("2"));
  expect(loop.state().identity.uid).toMatch(/2$/);
});

test("what throws while a fact is worked out is told, and the loop goes on with the next", () => {
  const told: string[] = [];
  const { loop } = rig(idle, { broken: (_error, where) => void told.push(where) });
  const remote = {
    hash: "aa",
    digest: "d",
    get files(): never {
      throw new RangeError("Maximum call stack size exceeded");
    },
    problem: undefined,
  };
  loop.post(identified);
  loop.post({ on: "config-offered", remote });
  expect(told).toEqual(["fact config-offered"]);
  expect(loop.state().config.verdict).toMatchObject({
    is: "failed",
    hash: "aa",
    why: expect.stringContaining("Maximum call stack size exceeded") as string,
  });
  loop.post({ on: "config-offered", remote });
  expect(told).toHaveLength(1);
  loop.post(assigned("9"));
  expect(loop.state().identity.uid).toBe(`${uid.slice(0, -1)}9`);
});

test("edges that throw do not end the loop, and a step that did is a failed one", () => {
  const told: string[] = [];
  const thrown = (): never => {
    throw new Error("EMFILE");
  };
  const { loop, trace } = rig(start, {
    ...{ apply: thrown, changed: thrown, settled: thrown },
    broken: (_error, where) => void told.push(where),
  });
  loop.post({ on: "ticked" });
  expect(told).toContain("step identify-agent");
  expect(told).toContain("record");
  expect(told).toContain("report");
  expect(loop.state().identity.problem).toBe("EMFILE");
  expect(trace.all.filter((line) => line === "apply identify-agent")).toHaveLength(1);
});

test("a clock that was set is noted before the next fact is taken, once", () => {
  let aheadMs = 0;
  const noted: Event[] = [];
  const { loop, trace } = rig(idle, {
    now: () => 5_000,
    wall: () => wallTime(5_000 + aheadMs),
    changed: (_before, _after, event) => noted.push(event),
  });
  aheadMs = -3_600_000;
  loop.post(assigned("7"));
  loop.post({ on: "ticked" });
  expect(noted[0]).toEqual({ on: "clock-set", aheadMs: -3_600_000, at: 5_000 });
  expect(trace.all.filter((entry) => entry.startsWith("changed"))).toEqual([
    "changed by clock-set",
    "changed by identity-assigned",
  ]);
  aheadMs = 200;
  loop.post({ on: "ticked" });
  expect(shownAt(loop.state().clock, 5_000)).toEqual({ unixMs: 5_200 });
});

test("our own lateness between two looks at the clocks is no change of the clock", () => {
  let now = 5_000;
  const { loop, trace } = rig(idle, {
    now: () => (now += 400),
    wall: () => wallTime(now + 400),
  });
  loop.post({ on: "ticked" });
  expect(trace.all).toEqual(["settled"]);
});

test("a step of the clock in the middle of a wait does not move its end", async () => {
  const begin = Math.floor(performance.now());
  let aheadMs = 0;
  const { loop, trace } = rig(quietUntil(begin + 20), {
    now: () => Math.floor(performance.now()),
    wall: () => wallTime(performance.now() + aheadMs),
  });
  loop.post({ on: "ticked" });
  aheadMs = -3_600_000;
  await trace.until((entry) => entry === "apply identify-agent");
  expect(performance.now() - begin).toBeGreaterThanOrEqual(20);
});

test("a loop that comes late says so before anything else, and not when it had nothing to wake for", () => {
  let now = 1_000;
  const { loop, trace } = rig(withAgent(quietUntil(5_000), { process: someAgent }), {
    now: () => now,
  });
  loop.post({ on: "ticked" });
  now = 5_900;
  loop.post(identified);
  expect(trace.all).not.toContain("changed by stalled");
  const late = rig(withAgent(quietUntil(5_000), { process: someAgent }), { now: () => now });
  now = 1_000;
  late.loop.post({ on: "ticked" });
  now = 60_000;
  late.loop.post(identified);
  expect(late.trace.all.filter((line) => line.startsWith("changed"))[0]).toBe("changed by stalled");
});

/** A loop that wanted to wake at 5,000, and where its clocks stand when the next fact comes. */
function awaited(wakesAt: number, aheadMs: number): readonly string[] {
  let now = 1_000;
  let ahead = 0;
  const { loop, trace } = rig(withAgent(quietUntil(5_000), { process: someAgent }), {
    now: () => now,
    wall: () => wallTime(now + ahead),
  });
  loop.post({ on: "ticked" });
  now = wakesAt;
  ahead = aheadMs;
  loop.post({ on: "stop-asked" });
  return trace.all.filter((line) => /stalled|clock-set/.test(line));
}

test.each([60_000, 86_400_000])("our own lateness of %d ms is no set clock", (lateMs) => {
  expect(awaited(5_000 + lateMs, 0)).toEqual(["changed by stalled"]);
});

test.each([-86_400_000, -60_000, -2_000, 2_000, 60_000, 86_400_000])(
  "a clock that is set by %d ms is no lateness of ours",
  (byMs) => {
    expect(awaited(5_500, byMs)).toEqual(["changed by clock-set"]);
  },
);

test.each([-60_000, 60_000])(
  "a clock that was set by %d ms while we were late is noted behind that: nothing is judged before",
  (byMs) => {
    expect(awaited(60_000, byMs)).toEqual(["changed by stalled", "changed by clock-set"]);
  },
);
