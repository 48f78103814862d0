import { expect, test } from "vitest";
import {
  afterMove,
  afterTime,
  newContender,
} from "../../../../src/supervisor/core/lease/contend.ts";
import { leaseTerms } from "../../../../src/supervisor/core/lease/lease-terms.ts";
import { createLeaseWorld } from "../../../helpers/kubernetes/lease-world.ts";

const durationMs = 30_000;

test("the first one makes the lease, keeps it, and the second waits", () => {
  const world = createLeaseWorld(durationMs);
  world.add("a");
  world.pass(1_000);
  const b = world.add("b");
  world.pass(600_000, () => {
    if (world.leaders().join() !== "a") expect(world.leaders()).toEqual(["a"]);
  });
  expect(world.lease()?.holder).toBe("a");
  expect(b.state.role.is).toBe("waiting");
});

test("one that is killed is followed within the duration of the lease and a beat", () => {
  const world = createLeaseWorld(durationMs);
  const a = world.add("a");
  world.add("b");
  world.pass(100_000);
  expect(world.leaders()).toEqual(["a"]);
  a.alive = false;
  const from = world.nowMs();
  let ledFrom: number | undefined;
  world.pass(2 * durationMs, () => {
    if (world.leaders().length > 0) ledFrom ??= world.nowMs();
  });
  expect(world.leaders()).toEqual(["b"]);
  // It may have been renewed just before, and that was seen a beat later.
  expect((ledFrom ?? Infinity) - from).toBeLessThan(durationMs + 6_000);
});

test("a lease that is given back is taken at the next look", () => {
  const world = createLeaseWorld(durationMs);
  const a = world.add("a");
  world.add("b");
  world.pass(60_000);
  a.alive = false;
  world.write({ ...world.lease()!, holder: "", mark: "given back" });
  world.pass(6_000);
  expect(world.leaders()).toEqual(["b"]);
});

test("one that comes back under its own name need not wait for itself", () => {
  const world = createLeaseWorld(durationMs);
  world.add("a").alive = true;
  world.pass(60_000);
  world.contenders[0]!.alive = false;
  world.add("a");
  world.pass(200);
  expect(world.leaders()).toEqual(["a"]);
});

test("of two by one name the former finds out, and ends", () => {
  const world = createLeaseWorld(durationMs);
  const a = world.add("a");
  world.pass(60_000);
  world.add("a");
  world.pass(7_000);
  expect(a.state.role).toEqual({
    ...{ is: "lost", why: "it is now held by another process by the name a" },
  });
  expect(world.leaders()).toEqual(["a"]);
});

test("dates of other machines mean nothing: a clock of years ago, and one of years to come", () => {
  const world = createLeaseWorld(durationMs);
  world.add("past", { offsetMs: 0, rate: 1 });
  world.pass(1_000);
  world.add("future", { offsetMs: 1e12, rate: 1 });
  world.pass(300_000, () => expect(world.leaders().join()).toBe("past"));
});

test("one whose requests reach nobody has given up before another one leads", () => {
  const world = createLeaseWorld(durationMs);
  const a = world.add("a");
  world.add("b");
  world.pass(60_000);
  a.cut = "there";
  const seen: string[] = [];
  world.pass(60_000, () => {
    const now = world.leaders().join();
    if (seen.at(-1) !== now) seen.push(now);
  });
  expect(seen).toEqual(["a", "", "b"]);
  expect(a.state.role).toEqual({
    ...{ is: "lost", why: "it could not be renewed for 20 s: no answer" },
  });
});

test("nor does it matter where only the answers are lost", () => {
  const world = createLeaseWorld(durationMs);
  const a = world.add("a");
  world.add("b");
  world.pass(60_000);
  a.cut = "back";
  world.pass(120_000, () => expect(world.leaders().length).toBeLessThan(2));
  expect(world.leaders()).toEqual(["b"]);
});

test("some requests that fail cost nothing", () => {
  const world = createLeaseWorld(durationMs);
  const a = world.add("a");
  world.pass(60_000);
  a.cut = "there";
  world.pass(12_000);
  a.cut = "no";
  world.pass(60_000);
  expect(world.leaders()).toEqual(["a"]);
});

test("one that stood still does not act when it goes on", () => {
  const world = createLeaseWorld(durationMs);
  const a = world.add("a");
  world.add("b");
  world.pass(60_000);
  a.stoppedUntilMs = world.nowMs() + 90_000;
  world.pass(120_000, () => expect(world.leaders().length).toBeLessThan(2));
  expect(world.leaders()).toEqual(["b"]);
  expect(a.state.role).toMatchObject({ is: "lost" });
});

test("one that is robbed ends at its next request, and says by whom", () => {
  const world = createLeaseWorld(durationMs);
  const a = world.add("a");
  world.pass(60_000);
  world.write({ ...world.lease()!, holder: "thief", mark: "thief" });
  world.pass(6_000);
  expect(a.state.role).toEqual({ is: "lost", why: "it is now held by thief" });
});

test("a lease that somebody removes is made again by its holder", () => {
  const world = createLeaseWorld(durationMs);
  world.add("a");
  world.pass(60_000);
  world.write(undefined);
  world.pass(6_000);
  expect(world.lease()?.holder).toBe("a");
  expect(world.leaders()).toEqual(["a"]);
});

test("what others write beside the holder's fields costs nobody the lease, and makes nobody younger", () => {
  const world = createLeaseWorld(durationMs);
  const a = world.add("a");
  world.add("b");
  world.pass(60_000);
  const annotate = (): void => world.write(world.lease());
  for (let turn = 0; turn < 20; turn += 1) {
    annotate();
    world.pass(1_000);
    expect(world.leaders()).toEqual(["a"]);
  }
  a.alive = false;
  for (let turn = 0; turn < 40; turn += 1) {
    annotate();
    world.pass(1_000);
  }
  expect(world.leaders()).toEqual(["b"]);
});

test("a holder counts from when it sent; what it has lost no later answer brings back", () => {
  const lease = { version: "1", holder: "a", mark: "", durationMs, transitions: 0, tenure: "" };
  const fresh = newContender("a", leaseTerms(durationMs), 0);
  const taken = { is: "lease", lease } as const;
  const leading = afterMove(fresh, { do: "create" }, taken, 1_000, 4_000);
  expect(leading.role).toMatchObject({ is: "leading", from: 1_000 });
  expect(afterTime(leading, 20_999)).toBe(leading);
  const lost = afterTime(leading, 21_000);
  expect(lost.role.is).toBe("lost");
  expect(afterMove(lost, { do: "take", lease, anew: false }, taken, 20_000, 21_001)).toBe(lost);
});

test("a duration that nobody can mean is taken for ours", () => {
  const world = createLeaseWorld(durationMs);
  const mark = "odd";
  world.write({
    version: "",
    holder: "odd",
    mark,
    durationMs: undefined,
    transitions: 0,
    tenure: "",
  });
  world.add("b");
  world.pass(29_000);
  expect(world.leaders()).toEqual([]);
  world.pass(3_000);
  expect(world.leaders()).toEqual(["b"]);
});
