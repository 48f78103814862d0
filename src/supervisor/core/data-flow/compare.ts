import type { DataFlow, MetricsSample, Flow, FlowWindow } from "../state/data-flow.ts";
import { findingsOf, minWindows } from "./findings.ts";
import {
  startedAnew,
  grow,
  awaited,
  enterNewLife,
  closeWindow,
  noteFailures,
  unchanged,
  newFlow,
} from "./windows.ts";
import type { Instant, Run } from "../state/time.ts";

/** Nothing is known yet. A window is to be no shorter than the time between two readings. */
export function startDataFlow(windowMs = 10_000): DataFlow {
  return {
    windowMs,
    windowStart: 0,
    reading: undefined,
    flows: new Map(),
    change: undefined,
    findings: new Map(),
  };
}

/** A reading of the run's metrics; one of an earlier run is passed over. */
export function observe(before: DataFlow, sample: MetricsSample, at: Instant, run: Run): DataFlow {
  const { reading } = before;
  const next = { at, run, upSeconds: sample.upSeconds };
  if (reading === undefined) return { ...firstReading(before, sample, at), reading: next };
  if (run < reading.run) return before;
  const fresh = startedAnew(before, sample, at, run);
  const grown = { ...before, reading: next, flows: grow(before, sample, fresh) };
  const first = awaited(before.change) && (fresh || before.change.inPart === true);
  const living = first ? enterNewLife(grown, before.change, next, fresh) : grown;
  const windowed = closeWindow(noteFailures(living, at), at);
  return { ...windowed, findings: findingsOf(windowed) };
}

/**
 * A change is about to be applied: what was seen until now is what the time after it is compared with. To be called
 * before the agent is reloaded or stopped. `expected` names the components of the new pipelines; `inPart`: the
 * counters go on.
 */
export function begin(
  dataFlow: DataFlow,
  at: Instant,
  expected?: ReadonlySet<string>,
  inPart = false,
): DataFlow {
  const { change, findings, windowMs } = dataFlow;
  const again = awaited(change) && at - change.at < minWindows * windowMs;
  const flows = new Map<string, Flow>();
  for (const [key, flow] of dataFlow.flows) {
    const known = again || findings.has(key) ? flow.before : pastOf(flow);
    // What was gone the whole time has no past any more, and so nothing grows without bound.
    if (flow.last === undefined && known.every(({ passed }) => passed === 0)) continue;
    flows.set(key, { ...flow, before: known, ...unchanged });
  }
  return {
    ...dataFlow,
    flows,
    findings: new Map(),
    change: { at, seenAt: undefined, expected, inPart },
  };
}

/** What is too young to tell is compared with the time before the change before. */
function pastOf({ closed, before }: Flow): readonly FlowWindow[] {
  return closed.length < minWindows ? before : closed;
}

/** What is worse than before the last change, in one sentence with the numbers; nothing when that is not known. */
export function compareFlows(
  { findings, reading, windowMs }: DataFlow,
  at: Instant,
): { readonly degraded: string | undefined } {
  const stale = reading === undefined || at - reading.at > (minWindows + 1) * windowMs;
  if (stale || findings.size === 0) return { degraded: undefined };
  const texts = [...findings.values()].map(({ text }) => text);
  const more = texts.length > 3 ? [`${texts.length - 3} more`] : [];
  const all = [...texts.slice(0, 3), ...more].join("; ");
  return { degraded: `less data flows than before the last change: ${all}` };
}

/** What was counted before the first reading belongs to no window. */
function firstReading(dataFlow: DataFlow, sample: MetricsSample, at: Instant): DataFlow {
  const flows = new Map([...sample.flows].map(([key, counts]) => [key, newFlow(counts)]));
  const change = dataFlow.change === undefined ? undefined : { ...dataFlow.change, seenAt: at };
  return { ...dataFlow, flows, windowStart: at, change };
}
