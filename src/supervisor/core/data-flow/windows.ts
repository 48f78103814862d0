import type {
  Growth,
  Flow,
  FlowCounts,
  FlowChange,
  DataFlow,
  MetricsSample,
  Reading,
} from "../state/data-flow.ts";
import { minWindows } from "./findings.ts";
import type { Instant, Run } from "../state/time.ts";

/** How many windows are remembered. */
const maxWindows = 3;

/** The service's uptime and our clock, read by a busy process, do not agree better than this. */
const upToleranceMs = 3_000;

const nothing: Growth = { passed: 0, failed: 0 };

/** What is known of a component since a change that has not had an effect yet. */
export const unchanged: Pick<Flow, "since" | "firstPassed" | "failingFrom"> = {
  since: nothing,
  firstPassed: undefined,
  failingFrom: undefined,
};

/** A component that was not known before. */
export function newFlow(counts: FlowCounts): Flow {
  const { kind, id, items } = counts;
  return { kind, id, items, last: counts, open: nothing, closed: [], before: [], ...unchanged };
}

/** True while the service that the change is to start has not been seen. */
export function awaited(change: FlowChange | undefined): change is FlowChange {
  return change !== undefined && change.seenAt === undefined;
}

/** A new process and a reload start the counters anew; the second shows in the uptime or in a counter that fell. */
export function startedAnew(
  dataFlow: DataFlow,
  sample: MetricsSample,
  at: Instant,
  run: Run,
): boolean {
  const { reading, flows } = dataFlow;
  if (reading?.run !== run || startedSinceChange(dataFlow, sample, at)) return true;
  if (sample.upSeconds !== undefined && reading.upSeconds !== undefined) {
    const expectedMs = reading.upSeconds * 1_000 + Math.max(0, at - reading.at);
    if (sample.upSeconds * 1_000 < expectedMs - upToleranceMs) return true;
  }
  return [...flows].some(([key, { last }]) => {
    const counts = sample.flows.get(key);
    if (last === undefined) return false;
    return (counts?.passed ?? 0) < last.passed || (counts?.failed ?? 0) < last.failed;
  });
}

/** A reload so soon after a start that no counter fell. */
function startedSinceChange({ change }: DataFlow, sample: MetricsSample, at: Instant): boolean {
  if (!awaited(change) || sample.upSeconds === undefined) return false;
  return at - sample.upSeconds * 1_000 >= change.at;
}

/** Adds what the counters grew by since the last reading. */
export function grow(dataFlow: DataFlow, sample: MetricsSample, fresh: boolean): Map<string, Flow> {
  const flows = new Map<string, Flow>();
  for (const [key, flow] of dataFlow.flows) {
    const counts = sample.flows.get(key);
    // A component that is gone is remembered as long as there is something to compare it with.
    if (counts === undefined && flow.before.length === 0) continue;
    const from = fresh ? undefined : flow.last;
    const growth = {
      passed: (counts?.passed ?? 0) - (from?.passed ?? 0),
      failed: (counts?.failed ?? 0) - (from?.failed ?? 0),
    };
    flows.set(key, {
      ...flow,
      last: counts,
      open: sum(flow.open, growth),
      since: sum(flow.since, growth),
    });
  }
  for (const [key, counts] of sample.flows) {
    if (flows.has(key)) continue;
    const growth = { passed: counts.passed, failed: counts.failed };
    flows.set(key, { ...newFlow(counts), open: growth, since: growth });
  }
  return flows;
}

function sum(one: Growth, other: Growth): Growth {
  return { passed: one.passed + other.passed, failed: one.failed + other.failed };
}

/**
 * From here on everything counts as after the change; what the former service did last is left out. Without a `fresh`
 * service the counters hold what was before too.
 */
export function enterNewLife(
  dataFlow: DataFlow,
  change: FlowChange,
  reading: Reading,
  fresh: boolean,
): DataFlow {
  const { at, upSeconds = 0 } = reading;
  const flows = new Map(
    [...dataFlow.flows].map(([key, flow]) => {
      const growth = fresh ? grownTo(flow) : nothing;
      return [key, { ...flow, ...unchanged, closed: [], open: growth, since: growth }];
    }),
  );
  const windowStart = fresh ? Math.min(at, Math.max(change.at, at - upSeconds * 1_000)) : at;
  return { ...dataFlow, flows, windowStart, change: { ...change, seenAt: at } };
}

function grownTo({ last }: Flow): Growth {
  return { passed: last?.passed ?? 0, failed: last?.failed ?? 0 };
}

/** Remembers when the first failure since the change was seen. */
export function noteFailures(dataFlow: DataFlow, at: Instant): DataFlow {
  if (dataFlow.change?.seenAt === undefined) return dataFlow;
  const flows = new Map(
    [...dataFlow.flows].map(([key, flow]) => {
      const first = flow.failingFrom === undefined && flow.since.failed > 0;
      return [key, first ? { ...flow, failingFrom: at } : flow];
    }),
  );
  return { ...dataFlow, flows };
}

/** Closes the window when it is over; one that was not looked at for long says nothing. */
export function closeWindow(dataFlow: DataFlow, at: Instant): DataFlow {
  const { windowMs, windowStart } = dataFlow;
  const lastedMs = at - windowStart;
  // Readings do not come to the millisecond; a clock that was set back starts the window anew.
  if (lastedMs >= 0 && lastedMs < 0.9 * windowMs) return dataFlow;
  const counts = lastedMs >= 0 && lastedMs <= (minWindows + 1) * windowMs;
  const flows = new Map(
    [...dataFlow.flows].map(([key, flow]) => {
      const done = { ...flow.open, lastedMs, fullness: fullnessOf(flow.last) };
      const closed = counts ? [...flow.closed, done].slice(-maxWindows) : flow.closed;
      const firstPassed = counts ? (flow.firstPassed ?? flow.open.passed) : flow.firstPassed;
      return [key, { ...flow, closed, firstPassed, open: nothing }];
    }),
  );
  return { ...dataFlow, flows, windowStart: at };
}

function fullnessOf(counts: FlowCounts | undefined): number {
  const { queued = 0, capacity = 0 } = counts ?? {};
  return capacity === 0 ? 0 : queued / capacity;
}
