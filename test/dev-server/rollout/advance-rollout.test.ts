import { test, expect } from "vitest";
import {
  advanceRollout,
  applyingMs,
  mostSends,
  silentMs,
} from "../../../src/dev-server/rollout/advance-rollout.ts";
import { whyOf } from "../../../src/dev-server/rollout/rollout-words.ts";
import { resumeRollout, stopRollout } from "../../../src/dev-server/rollout/staged-rollout.ts";
import { begin, pass, uidOf, well, worldOf } from "./rollout-world.ts";

test("it goes on stage by stage, and each stage is watched first", () => {
  const world = pass(worldOf(begin(10)), 1);
  expect(world.sent).toEqual([uidOf(0)]);
  expect(whyOf(world.rollout)).toBe("stage 1 of 3: 0 of 1 agents have it");
  pass(world, 1);
  expect(whyOf(world.rollout)).toBe("stage 1 of 3: 1 of 1 agents have it · watched for 30 s");
  pass(world, 28);
  expect(world.sent).toHaveLength(1);
  pass(world, 2);
  expect(world.sent).toEqual([0, 1, 2, 3, 4].map(uidOf));
  pass(world, 32);
  expect(world.sent).toHaveLength(10);
  pass(world, 40);
  expect(world.rollout.state).toBe("done");
  expect(world.rollout.endedAt).toBeGreaterThan(0);
  expect(whyOf(world.rollout)).toBe("10 of 10 agents have it");
  pass(world, 100);
  expect(world.sent).toHaveLength(10);
});

test("it stops by itself with the agent's own words, and sends nothing more", () => {
  const world = worldOf(begin(10));
  world.answer = () => ({ verdict: "failed", errorMessage: "line 3: no such exporter" });
  pass(world, 100);
  expect(world.rollout.state).toBe("stopped");
  expect(world.sent).toHaveLength(1);
  expect(whyOf(world.rollout)).toBe(
    "stopped by itself: 1 agent failed, none may. web-0: line 3: no such exporter",
  );
});

test("so many may fail as are allowed", () => {
  const world = worldOf(begin(10, { failuresAllowed: 1, stages: [50, 100] }));
  world.answer = (uid) => ({ verdict: uid === uidOf(2) ? "failed" : "applied" });
  pass(world, 34);
  expect(world.sent).toHaveLength(10);
  world.looks.set(uidOf(7), { ...well, verdict: "failed" });
  pass(world, 1);
  expect(whyOf(world.rollout)).toBe(
    "stopped by itself: 2 agents failed, 1 may. web-2: it said no reason; web-7: it said no reason",
  );
});

test.each(["failing", "degraded"] as const)(
  "an agent that becomes %s while it is watched has failed",
  (condition) => {
    const world = pass(worldOf(begin(10)), 20);
    world.looks.set(uidOf(0), {
      ...well,
      ...{ verdict: "applied", condition, lastError: "no memory" },
    });
    pass(world, 1);
    expect(world.rollout.state).toBe("stopped");
    expect(whyOf(world.rollout)).toContain(`web-0: it is ${condition}: no memory`);
  },
);

test("an agent that fails later than it is watched stops nothing, unless it says of this very thing", () => {
  const world = pass(worldOf(begin(10)), 33);
  world.looks.set(uidOf(0), { ...well, verdict: "applied", condition: "failing" });
  pass(world, 5);
  expect(world.rollout.state).toBe("running");
  world.looks.set(uidOf(0), { ...well, verdict: "failed", errorMessage: "rolled back" });
  pass(world, 1);
  expect(whyOf(world.rollout)).toContain("web-0: rolled back");
});

test("an agent that was failing before may become well, and has failed when it does not", () => {
  const ill = { ...well, condition: "failing", lastError: "disk full", wanted: false } as const;
  const mended = worldOf(begin(10));
  mended.looks.set(uidOf(0), ill);
  pass(mended, 10);
  expect(mended.rollout.state).toBe("running");
  mended.looks.set(uidOf(0), { ...well, verdict: "applied" });
  pass(mended, 30);
  expect(mended.rollout.stage).toBe(1);
  const still = worldOf(begin(10));
  still.looks.set(uidOf(0), ill);
  pass(still, 40);
  expect(whyOf(still.rollout)).toContain("web-0: it is still failing: disk full");
});

test("those that are away come last, are waited for, and hold nobody up for ever", () => {
  const agents = [0, 1, 2, 3].map((at) => {
    return { uid: uidOf(at), name: "web", connected: at > 1 };
  });
  const world = pass(worldOf(begin(4, { agents, stages: [25, 50, 100], settleMs: 0 })), 10);
  expect(world.sent).toEqual([uidOf(2), uidOf(3)]);
  expect(world.rollout.state).toBe("running");
  expect(whyOf(world.rollout)).toBe("stage 3 of 3: 2 of 4 agents have it · 2 away, waited for");
  world.looks.set(uidOf(0), { ...well, wanted: false });
  pass(world, 130);
  expect(world.rollout.state).toBe("done");
  expect(world.sent).toEqual([2, 3, 0, 1].map(uidOf));
  expect(whyOf(world.rollout)).toBe(
    "3 of 4 agents have it · 1 away: offered to them when they come back",
  );
});

test("a stage of which nobody can be reached proves nothing", () => {
  const world = pass(worldOf(begin(10)), 1);
  world.looks.set(uidOf(0), { ...well, connected: false });
  pass(world, 119);
  expect(world.rollout.state).toBe("running");
  pass(world, 2);
  expect(whyOf(world.rollout)).toBe("stopped by itself: no agent of stage 1 could be reached");
  expect(world.sent).toHaveLength(1);
});

test("an agent that goes away after it was sent the thing is waited for", () => {
  const world = pass(worldOf(begin(20)), 1);
  world.looks.set(uidOf(0), { ...well, connected: false });
  pass(world, 110);
  expect(whyOf(world.rollout)).toContain("1 of 2 agents have it · 1 away, waited for");
  pass(world, 20);
  expect(world.rollout.stage).toBe(1);
  world.looks.set(uidOf(0), { ...well, verdict: "failed", errorMessage: "late" });
  pass(world, 1);
  expect(whyOf(world.rollout)).toContain("web-0: late");
});

test.each([
  ["says nothing", "none", silentMs, "it has said nothing about it for 5 minutes"],
  ["never ends", "applying", applyingMs, "it has not come to an end with it for 30 minutes"],
] as const)("an agent that %s has failed after a time", (_, verdict, limitMs, why) => {
  const world = worldOf(begin(10));
  world.answer = () => ({ verdict });
  pass(world, limitMs / 1000);
  expect(world.rollout.state).toBe("running");
  pass(world, 3);
  expect(whyOf(world.rollout)).toContain(why);
});

test("an agent that never reports has it as soon as it was sent", () => {
  const world = worldOf(begin(1));
  world.answer = () => ({ reports: false });
  pass(world, 2);
  expect(whyOf(world.rollout)).toContain("1 of 1 agents have it");
});

test("an agent that is wanted to have something else is let go", () => {
  const world = pass(worldOf(begin(2, { settleMs: 0 })), 1);
  world.looks.set(uidOf(0), { ...well, wanted: false });
  world.answer = () => ({ verdict: "applied" });
  pass(world, 5);
  expect(world.rollout.state).toBe("done");
  expect(world.rollout.agents.get(uidOf(0))).toMatchObject({
    state: "overtaken",
    errorMessage: "something else was offered to it since",
  });
  expect(whyOf(world.rollout)).toBe("1 of 2 agents have it · 1 gets something newer instead");
});

test("an agent that was forgotten is away", () => {
  const world = pass(worldOf(begin(2, { stages: [100], settleMs: 0 })), 1);
  world.looks.set(uidOf(1), undefined);
  pass(world, 130);
  expect(whyOf(world.rollout)).toContain("1 of 2 agents have it · 1 away");
});

test("a person stops it and lets it go on, and what has failed is tried again", () => {
  const world = pass(worldOf(begin(10)), 5);
  const stopped = stopRollout(world.rollout, 7);
  if (typeof stopped === "string") throw new Error(stopped);
  expect(whyOf(stopped)).toBe("stopped by a person");
  expect(stopRollout(stopped, 8)).toBe("the rollout is not running: it is stopped");
  world.rollout = stopped;
  world.looks.set(uidOf(0), { ...well, verdict: "failed", errorMessage: "later" });
  pass(world, 100);
  expect(world.sent).toHaveLength(1);
  const resumed = resumeRollout(world.rollout);
  if (typeof resumed === "string") throw new Error(resumed);
  world.rollout = resumed;
  pass(world, 200);
  expect(world.sent.filter((uid) => uid === uidOf(0))).toHaveLength(2);
  expect(world.rollout.state).toBe("done");
  expect(resumeRollout(world.rollout)).toBe("the rollout is not stopped: it is done");
});

test("an agent to which it could not be offered has failed", () => {
  const world = pass(worldOf(begin(10)), 1);
  const refused = new Map([
    [uidOf(0), "there is no version 2"],
    [uidOf(5), "not sent to at all"],
  ]);
  const tick = { elapsedMs: 1, now: 3, looks: new Map(), refused };
  const { rollout } = advanceRollout(world.rollout, tick);
  expect(whyOf(rollout)).toBe(
    "stopped by itself: 1 agent failed, none may. web-0: there is no version 2",
  );
});

test("many agents are sent to in turns", () => {
  const world = pass(worldOf(begin(2 * mostSends + 1, { stages: [100], settleMs: 0 })), 1);
  expect(world.sent).toHaveLength(mostSends);
  pass(world, 2);
  expect(new Set(world.sent).size).toBe(2 * mostSends + 1);
});

test("a long sleep is no time in which anybody was watched", () => {
  const world = pass(worldOf(begin(10)), 2);
  const later = { elapsedMs: 24 * 3_600_000, now: 3, looks: new Map() };
  expect(advanceRollout(world.rollout, later).rollout.stage).toBe(0);
  const back = { elapsedMs: -3_600_000, now: -5, looks: new Map() };
  expect(advanceRollout(world.rollout, back).rollout.clockMs).toBe(world.rollout.clockMs);
});
