import { test, expect } from "vitest";
import { compareFlows, begin } from "../../../../src/supervisor/core/data-flow/compare.ts";
import { flowKey } from "../../../../src/agent-config/flow-key.ts";
import {
  type Counts,
  type Story,
  createStory,
  windowMs,
} from "../../../helpers/core/flow-samples.ts";

const steady: readonly Counts[] = [{ passed: 50 }];
const quiet: readonly Counts[] = [{ passed: 0 }];
const otlp = new Set([flowKey("receiver", "otlp", "spans")]);

function told(...before: readonly (readonly Counts[])[]): Story {
  const story = createStory();
  story.windows(...before);
  return story;
}

const degraded = (story: Story): string | undefined =>
  compareFlows(story.flow(), story.now()).degraded;

test.each(["restart", "reload"] as const)(
  "traffic that stops with a %s is told with its numbers",
  (how) => {
    const story = told(steady, steady, steady);
    story.change(how, otlp);
    story.windows(quiet);
    expect(degraded(story)).toBeUndefined();
    story.windows(quiet);
    expect(degraded(story)).toBe(
      "less data flows than before the last change: receiver otlp accepted 150 spans in the 30 s before and none in the 20 s since",
    );
  },
);

test("traffic that stops with a reload of receivers alone is told too, from the first reading after it on", () => {
  const story = told(steady, steady, steady);
  story.change("part", otlp);
  story.windows(quiet, quiet);
  expect(degraded(story)).toBeUndefined();
  story.windows(quiet);
  expect(degraded(story)).toContain(
    "receiver otlp accepted 150 spans in the 30 s before and none in the 30 s since",
  );
});

test("what the counters held before a reload of receivers alone is no traffic after it", () => {
  const story = told(steady, steady, steady);
  story.change("part", otlp);
  story.windows(steady, quiet, quiet, quiet);
  expect(degraded(story)).toContain("none in the 30 s since");
});

test("a whole reload where one of receivers alone was expected is judged by the counters' new beginning", () => {
  const story = told(steady, steady, steady);
  story.change("part", otlp);
  story.crash();
  story.windows(quiet, quiet);
  expect(degraded(story)).toContain("none in the 20 s since");
});

test("what is found stays found, word for word, until the traffic is back", () => {
  const story = told(steady, steady, steady);
  story.change("restart", otlp);
  story.windows(quiet, quiet, quiet);
  const text = degraded(story);
  for (let round = 0; round < 20; round += 1) {
    story.windows(quiet);
    expect(degraded(story)).toBe(text);
  }
  story.windows([{ passed: 1 }]);
  expect(degraded(story)).toBeUndefined();
});

test("a component that does not even show itself has stopped, if it is to be there", () => {
  const story = told(steady, steady);
  story.change("restart", otlp);
  story.windows([], [], []);
  expect(degraded(story)).toContain("receiver otlp accepted 100 spans in the 20 s before");
});

test.each<[string, ReadonlySet<string> | undefined]>([
  ["is taken out of the pipelines", new Set(["receiver other spans"])],
  ["may have been taken out", undefined],
])("a component that %s has not stopped", (_, expected) => {
  const story = told(steady, steady, steady);
  story.change("restart", expected);
  story.windows([], [], [], []);
  expect(degraded(story)).toBeUndefined();
});

test("a component that still shows itself is judged without a list of those expected", () => {
  const story = told(steady, steady, steady);
  story.change();
  story.windows(quiet, quiet, quiet);
  expect(degraded(story)).toContain("receiver otlp");
});

test.each<[string, readonly (readonly Counts[])[]]>([
  ["there never was any", [quiet, quiet, quiet]],
  ["there was little of it", [[{ passed: 4 }], steady, steady]],
  ["it came in bursts", [steady, quiet, steady]],
  ["it had ended before", [steady, steady, quiet]],
  ["it was seen for one window only", [steady]],
])("no traffic after a change is no news when %s", (_, before) => {
  const story = told(...before);
  story.change("restart", otlp);
  story.windows(quiet, quiet, quiet, quiet, quiet);
  expect(degraded(story)).toBeUndefined();
});

test("five in every window are enough to be missed", () => {
  const few: readonly Counts[] = [{ passed: 5 }];
  const story = told(few, few);
  story.change("restart", otlp);
  story.windows(quiet, quiet, quiet);
  expect(degraded(story)).toContain("accepted 10 spans");
});

test("traffic that goes on after the change and ends later is idle, not broken", () => {
  const story = told(steady, steady, steady);
  story.change("restart", otlp);
  story.windows(steady, steady, quiet, quiet, quiet, quiet);
  expect(degraded(story)).toBeUndefined();
});

test("without a change nothing is ever worse", () => {
  const story = told(steady, steady, steady, quiet, quiet, quiet);
  story.crash();
  story.windows(quiet, [{ passed: 0, failed: 100 }], [{ passed: 0, failed: 100 }], quiet);
  expect(degraded(story)).toBeUndefined();
});

test("what slips through at the very beginning does not hide a stop", () => {
  const story = told(steady, steady, steady);
  story.change("restart", otlp);
  story.windows([{ passed: 3 }], [{ failed: 40 }], [{ failed: 40 }], [{ failed: 40 }]);
  expect(degraded(story)).toMatch(/receiver otlp (?:refused|accepted)/);
  const calm = told(steady, steady, steady);
  calm.change("restart", otlp);
  calm.windows([{ passed: 30 }], quiet, quiet, quiet);
  expect(degraded(calm)).toBeUndefined();
});

test("a crash after a change is not the end of the traffic", () => {
  const story = told(steady, steady, steady);
  story.change("restart", otlp);
  story.windows(quiet);
  story.crash();
  story.windows(steady, steady);
  expect(degraded(story)).toBeUndefined();
});

test("failures that begin with the change are told, and their end too", () => {
  const exporter = { kind: "exporter", id: "otlp_http" } as const;
  const before: readonly Counts[] = [{ ...exporter, passed: 50 }];
  const after: readonly Counts[] = [{ ...exporter, passed: 30, failed: 20 }];
  const story = told(before, before, before);
  story.change();
  story.windows(after, after, after);
  expect(degraded(story)).toBe(
    "less data flows than before the last change: exporter otlp_http failed to send 40 of 100 spans in the 20 s since, and none of 150 spans in the 30 s before",
  );
  story.windows(before, before, before);
  expect(degraded(story)).toBeUndefined();
});

test.each<[string, readonly Counts[], readonly (readonly Counts[])[]]>([
  [
    "that failed before",
    [{ passed: 50, failed: 1 }],
    Array<Counts[]>(4).fill([{ passed: 40, failed: 10 }]),
  ],
  ["that fail rarely", [{ passed: 50 }], Array<Counts[]>(4).fill([{ passed: 50, failed: 5 }])],
  [
    "that failed for a moment",
    [{ passed: 50 }],
    [[{ passed: 50, failed: 30 }], ...Array<Counts[]>(3).fill([{ passed: 50 }])],
  ],
  ["of which there are few", [{ passed: 1 }], Array<Counts[]>(3).fill([{ failed: 1 }])],
  [
    "that begin to fail long after",
    [{ passed: 50 }],
    [
      ...Array<Counts[]>(6).fill([{ passed: 50 }]),
      ...Array<Counts[]>(4).fill([{ passed: 1, failed: 50 }]),
    ],
  ],
  [
    "of a component that moved nothing before",
    [{ passed: 0 }],
    Array<Counts[]>(4).fill([{ failed: 50 }]),
  ],
])("items %s are no news of the change", (_, before, after) => {
  const story = told(before, before, before);
  story.change();
  for (const window of after) {
    story.windows(window);
    expect(degraded(story)).toBeUndefined();
  }
});

test("a component that is new is never bad", () => {
  const story = told(steady, steady, steady);
  story.change();
  const added: readonly Counts[] = [{ passed: 50 }, { kind: "exporter", id: "new", failed: 50 }];
  story.windows(added, added, added, added, added);
  expect(degraded(story)).toBeUndefined();
});

test("a queue that fills up with the change is told; one that was full is not", () => {
  const withQueue = (queued: number): readonly Counts[] => [
    { kind: "exporter", id: "x", passed: 1, queued, capacity: 100 },
  ];
  const story = told(withQueue(10), withQueue(40), withQueue(0));
  story.change();
  story.windows(withQueue(50), withQueue(95), withQueue(100));
  expect(degraded(story)).toBe(
    "less data flows than before the last change: the queue of exporter x was less than half full before and holds 100 of 100 now",
  );
  story.windows(withQueue(100), withQueue(100), withQueue(100));
  expect(degraded(story)).toContain("holds 100 of 100");
  story.windows(withQueue(10));
  expect(degraded(story)).toBeUndefined();
  story.windows(withQueue(100), withQueue(100), withQueue(100));
  expect(degraded(story), "long after the change").toBeUndefined();
  const full = told(withQueue(10), withQueue(90));
  full.change();
  full.windows(withQueue(95), withQueue(95), withQueue(95));
  expect(degraded(full)).toBeUndefined();
});

test("a second change too soon after the first is compared with the time before the first", () => {
  const story = told(steady, steady, steady);
  story.change("restart", otlp);
  story.windows(quiet);
  story.change("restart", otlp);
  story.windows(quiet, quiet, quiet);
  expect(degraded(story)).toContain("accepted 150 spans in the 30 s before");
});

test("what is broken stays compared with the last time that it was well", () => {
  const story = told(steady, steady, steady);
  for (let round = 0; round < 3; round += 1) {
    story.change("restart", otlp);
    story.windows(quiet, quiet, quiet, quiet);
    expect(degraded(story)).toContain("accepted 150 spans in the 30 s before");
  }
});

test("a change whose agent never shows itself is judged by nothing, nor is the past lost to it", () => {
  const story = told(steady, steady, steady);
  const before = story.flow();
  const once = begin(before, story.now(), otlp);
  const twice = begin(once, story.now() + 5, otlp);
  expect(twice.flows).toEqual(once.flows);
  expect(compareFlows(twice, story.now() + 10).degraded).toBeUndefined();
});

test("when the metrics can no longer be read nothing is said any more", () => {
  const story = told(steady, steady, steady);
  story.change("restart", otlp);
  story.windows(quiet, quiet, quiet);
  const { reading } = story.flow();
  const at = reading?.at ?? 0;
  expect(compareFlows(story.flow(), at + 3 * windowMs).degraded).toBeDefined();
  expect(compareFlows(story.flow(), at + 3 * windowMs + 1).degraded).toBeUndefined();
});

test("more than three findings are counted, not listed", () => {
  const ids = ["a", "b", "c", "d", "e"];
  const all = ids.map((id): Counts => ({ id, passed: 50 }));
  const story = told(all, all, all);
  story.change("restart", new Set(ids.map((id) => flowKey("receiver", id, "spans"))));
  story.windows([], [], []);
  const text = degraded(story) ?? "";
  expect(text.split("; ")).toHaveLength(4);
  expect(text).toMatch(/receiver c .*; 2 more$/);
});

test("a change that is overtaken by the next one does not hide what was broken before it", () => {
  const story = told(steady, steady, steady);
  story.change("restart", otlp);
  story.windows(quiet, quiet, quiet);
  story.change("restart", otlp);
  story.change("restart", otlp);
  story.windows(quiet, quiet);
  expect(degraded(story)).toContain("accepted 150 spans in the 30 s before");
});

test("a change that had no effect does not keep the past for ever", () => {
  const story = told(steady, steady, steady);
  story.announce(otlp);
  story.windows(quiet, quiet, quiet, quiet);
  story.change("restart", otlp);
  story.windows(quiet, quiet, quiet);
  expect(degraded(story)).toBeUndefined();
});

test("after a beginning with a little traffic a stop takes one window more", () => {
  const story = told(steady, steady, steady);
  story.change("restart", otlp);
  story.windows([{ passed: 3 }], quiet);
  expect(degraded(story)).toBeUndefined();
  story.windows(quiet);
  expect(degraded(story)).toContain("and only 3 in the 30 s since");
});

test("fewer than five failures are waited for", () => {
  const story = told(steady, steady, steady);
  story.change("restart", otlp);
  story.windows([{ passed: 10, failed: 2 }], [{ passed: 10, failed: 2 }]);
  expect(degraded(story)).toBeUndefined();
  story.windows([{ passed: 10, failed: 2 }]);
  expect(degraded(story)).toContain("receiver otlp refused 6 of 36 spans");
});
