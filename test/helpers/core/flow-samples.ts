import { observe, startDataFlow, begin } from "../../../src/supervisor/core/data-flow/compare.ts";
import type {
  FlowCounts,
  MetricsSample,
  DataFlow,
} from "../../../src/supervisor/core/state/data-flow.ts";
import { flowKey } from "../../../src/agent-config/flow-key.ts";

/** Counters as a test writes them; what is left out is 0. */
export type Counts = Partial<Omit<FlowCounts, "kind" | "items">> & {
  readonly kind?: FlowCounts["kind"];
};

/** A sample of span counters; an id such as `otlp` alone is a receiver's. */
export function sampleOf(counts: readonly Counts[], upSeconds?: number): MetricsSample {
  const flows = counts.map(({ kind = "receiver", id = "otlp", ...rest }): [string, FlowCounts] => {
    const none = { passed: 0, failed: 0, queued: undefined, capacity: undefined };
    return [flowKey(kind, id, "spans"), { kind, id, items: "spans", ...none, ...rest }];
  });
  return { upSeconds, flows: new Map(flows) };
}

/** One window of the history below. */
export const windowMs = 10_000;

/** An agent whose metrics are read once per window. */
export interface Story {
  readonly flow: () => DataFlow;
  readonly now: () => number;
  /** Each entry is one window: what grew in it. */
  readonly windows: (...growths: readonly (readonly Counts[])[]) => void;
  /** A change is applied; by a new process unless it is a reload; in part, no counter starts anew. */
  readonly change: (how?: "restart" | "reload" | "part", expected?: ReadonlySet<string>) => void;
  /** A change is about to be applied and then has no effect. */
  readonly announce: (expected?: ReadonlySet<string>) => void;
  /** The process is another one, without a change. */
  readonly crash: () => void;
}

/** Tells a history window by window and keeps the counters as a collector would. */
export function createStory(): Story {
  let [now, run, startedAt] = [1_000_000, 1, 1_000_000];
  let counters = new Map<string, Counts>();
  let flow = observe(startDataFlow(windowMs), sampleOf([], 0), now, run);
  const add = (one: Counts): void => {
    const key = `${one.kind ?? "receiver"} ${one.id ?? "otlp"}`;
    const { passed = 0, failed = 0 } = counters.get(key) ?? {};
    const grown = { passed: passed + (one.passed ?? 0), failed: failed + (one.failed ?? 0) };
    counters.set(key, { ...one, ...grown });
  };
  const restart = (): void => {
    counters = new Map();
    startedAt = now + 1;
  };
  return {
    flow: () => flow,
    now: () => now,
    windows: (...growths) => {
      for (const growth of growths) {
        growth.forEach(add);
        now += windowMs;
        const upSeconds = (now - startedAt) / 1_000;
        flow = observe(flow, sampleOf([...counters.values()], upSeconds), now, run);
      }
    },
    change: (how = "restart", expected) => {
      flow = begin(flow, now, expected, how === "part");
      if (how === "part") return;
      restart();
      if (how === "restart") run += 1;
    },
    announce: (expected) => {
      flow = begin(flow, now, expected);
    },
    crash: () => {
      restart();
      run += 1;
    },
  };
}
