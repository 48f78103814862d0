import { test, expect } from "vitest";
import {
  begin,
  observe,
  compareFlows,
  startDataFlow,
} from "../../../../src/supervisor/core/data-flow/compare.ts";
import { flowKey } from "../../../../src/agent-config/flow-key.ts";
import {
  type Counts,
  type Story,
  createStory,
  sampleOf,
  windowMs,
} from "../../../helpers/core/flow-samples.ts";

const steady: readonly Counts[] = [{ passed: 50 }];
const otlp = new Set([flowKey("receiver", "otlp", "spans")]);

function told(...before: readonly (readonly Counts[])[]): Story {
  const story = createStory();
  story.windows(...before);
  return story;
}

test("what the former agent does until it ends counts for nothing", () => {
  const story = told(steady, steady, steady);
  const flow = begin(story.flow(), story.now(), otlp);
  const old = sampleOf([{ passed: 400 }], 31);
  const late = observe(flow, old, story.now() + 1_000, 1);
  expect(late.change?.seenAt).toBeUndefined();
  let after = late;
  for (let window = 1; window <= 3; window += 1) {
    const at = story.now() + 2_000 + window * windowMs;
    after = observe(after, sampleOf([{ passed: 0 }], window * 10), at, 2);
  }
  expect(compareFlows(after, story.now() + 3 * windowMs).degraded).toContain(
    "accepted 150 spans in the 30 s before",
  );
});

test("a reload so soon after a start that no counter fell is seen by the uptime", () => {
  let flow = observe(startDataFlow(windowMs), sampleOf([{ passed: 1 }], 1), 100_000, 1);
  flow = begin(flow, 100_500);
  flow = observe(flow, sampleOf([{ passed: 9 }], 1.2), 102_000, 1);
  expect(flow.change?.seenAt).toBe(102_000);
  expect(flow.flows.get("receiver otlp spans")?.since.passed).toBe(9);
});

test("without an uptime a reload is seen by a counter that fell", () => {
  let flow = observe(startDataFlow(windowMs), sampleOf([{ passed: 50 }]), 100_000, 1);
  flow = begin(flow, 100_500);
  flow = observe(flow, sampleOf([{ passed: 60 }]), 102_000, 1);
  expect(flow.change?.seenAt).toBeUndefined();
  flow = observe(flow, sampleOf([{ passed: 3 }]), 104_000, 1);
  expect(flow.change?.seenAt).toBe(104_000);
});

test("a reading of an earlier run is passed over", () => {
  const story = told(steady, steady);
  story.crash();
  story.windows(steady);
  const flow = story.flow();
  expect(observe(flow, sampleOf([{ passed: 9_999 }], 50), story.now() + 1, 1)).toBe(flow);
});

test("a window that nobody looked at for long says nothing", () => {
  const story = told(steady, steady);
  const closed = story.flow().flows.get("receiver otlp spans")?.closed;
  const later = observe(story.flow(), sampleOf([{ passed: 5_000 }], 500), story.now() + 480_000, 1);
  expect(later.flows.get("receiver otlp spans")?.closed).toEqual(closed);
});

test("nothing that is remembered grows without bound", () => {
  const story = createStory();
  for (let round = 0; round < 60; round += 1) {
    const id = `otlp/${round}`;
    story.change("restart", new Set([flowKey("receiver", id, "spans")]));
    const window: readonly Counts[] = [{ id, passed: 50 }];
    for (let index = 0; index <= round % 4; index += 1) story.windows(window);
  }
  expect(story.flow().flows.size).toBeLessThan(10);
  for (const { closed, before } of story.flow().flows.values()) {
    expect(closed.length).toBeLessThanOrEqual(3);
    expect(before.length).toBeLessThanOrEqual(3);
  }
});

test("windows hold what grew in them, the last three of them", () => {
  const story = told([{ passed: 1 }], [{ passed: 2, failed: 3 }], [{ passed: 4 }], []);
  const closed = story.flow().flows.get("receiver otlp spans")?.closed;
  const common = { lastedMs: windowMs, fullness: 0 };
  expect(closed).toEqual([
    { passed: 2, failed: 3, ...common },
    { passed: 4, failed: 0, ...common },
    { passed: 0, failed: 0, ...common },
  ]);
});

test("a counter that starts anew has grown by what it shows", () => {
  const story = told([{ passed: 100 }]);
  story.crash();
  story.windows([{ passed: 30 }]);
  const closed = story.flow().flows.get("receiver otlp spans")?.closed;
  expect(closed?.map(({ passed }) => passed)).toEqual([100, 30]);
});

test("what was counted before the first reading is in no window", () => {
  let flow = observe(startDataFlow(windowMs), sampleOf([{ passed: 7_000 }], 900), 100_000, 1);
  flow = observe(flow, sampleOf([{ passed: 7_002 }], 910), 110_000, 1);
  const [flowOfOtlp] = flow.flows.values();
  expect(flowOfOtlp?.closed.map(({ passed }) => passed)).toEqual([2]);
});

test("readings in between make no window shorter", () => {
  let flow = observe(startDataFlow(windowMs), sampleOf([{ passed: 0 }], 0), 100_000, 1);
  for (let second = 1; second <= 20; second += 1) {
    flow = observe(flow, sampleOf([{ passed: second }], second), 100_000 + second * 1_000, 1);
  }
  const [flowOfOtlp] = flow.flows.values();
  expect(flowOfOtlp?.closed.map(({ lastedMs }) => lastedMs)).toEqual([9_000, 9_000]);
  expect(flowOfOtlp?.open.passed).toBe(2);
});

test("a clock that is set back starts the window anew", () => {
  let flow = observe(startDataFlow(windowMs), sampleOf([{ passed: 0 }], 0), 100_000, 1);
  flow = observe(flow, sampleOf([{ passed: 50 }], 5), 40_000, 1);
  expect(flow.windowStart).toBe(40_000);
  const [flowOfOtlp] = flow.flows.values();
  expect(flowOfOtlp?.closed).toEqual([]);
});

test.each<[string, number, number | undefined, number | undefined]>([
  ["a reload is seen by the uptime", 1, 100, 5],
  ["another process needs no uptime", 2, undefined, undefined],
])("%s even if the counters are higher than before", (_, run, upBefore, upAfter) => {
  let flow = observe(startDataFlow(windowMs), sampleOf([{ passed: 50 }], upBefore), 100_000, 1);
  flow = observe(flow, sampleOf([{ passed: 80 }], upAfter), 110_000, run);
  const [flowOfOtlp] = flow.flows.values();
  expect(flowOfOtlp?.closed.map(({ passed }) => passed)).toEqual([80]);
});
