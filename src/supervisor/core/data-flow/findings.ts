import type { DataFlow, Finding, Flow, FlowChange, Rule, Growth } from "../state/data-flow.ts";
import type { Instant } from "../state/time.ts";

/** A stop is judged only where every window before the change had at least so many items. */
const minPerWindow = 5;

/** How many windows before and after are needed to say anything. */
export const minWindows = 2;

/** What goes wrong later than this many windows after the change has another cause. */
const trialWindows = 3;

/** Fewer than a tenth of the items that fail are not reported. */
const minFailingShare = 0.1;

/**
 * What is worse than before the change, by component. A component without traffic, or one that was not known before, is
 * never reported.
 */
export function findingsOf(dataFlow: DataFlow): ReadonlyMap<string, Finding> {
  const { change, flows, findings, reading, windowMs } = dataFlow;
  const found = new Map<string, Finding>();
  if (change?.seenAt === undefined || reading === undefined) return found;
  const trialEndsAt = change.seenAt + trialWindows * windowMs;
  const trial = { endsAt: trialEndsAt, over: reading.at > trialEndsAt };
  const sinceMs = Math.max(0, reading.at - change.at);
  for (const [key, flow] of flows) {
    if (!comparable(key, flow, change)) continue;
    const earlier = findings.get(key);
    const rule = ruleOf(flow, trial, earlier);
    if (rule === undefined) continue;
    found.set(key, earlier?.rule === rule ? earlier : { rule, text: texts[rule](flow, sinceMs) });
  }
  return found;
}

/**
 * True of a component that can be compared: one that the new pipelines lack was taken out on purpose, and a new one has
 * no past.
 */
function comparable(key: string, flow: Flow, { expected }: FlowChange): boolean {
  if (flow.before.length === 0 || flow.closed.length < minWindows) return false;
  return expected === undefined ? flow.last !== undefined : expected.has(key);
}

/** The first windows after a change. */
interface FirstWindows {
  readonly endsAt: Instant;
  readonly over: boolean;
}

function ruleOf(flow: Flow, trial: FirstWindows, earlier: Finding | undefined): Rule | undefined {
  if (stopped(flow)) return "stopped";
  if (failing(flow, trial)) return "failing";
  const judged = !trial.over || earlier?.rule === "filling";
  return judged && filling(flow) ? "filling" : undefined;
}

/** True when nothing passes any more, but for what slipped through at the very beginning. */
function stopped({ before, closed, since, firstPassed }: Flow): boolean {
  const least = Math.min(...before.map(({ passed }) => passed));
  if (least < minPerWindow || firstPassed === undefined || since.passed > firstPassed) return false;
  if (firstPassed === 0) return true;
  return firstPassed < least / 2 && closed.length > minWindows;
}

/** True when none failed before the change, and since then more than a few have failed, again and again, until now. */
function failing(flow: Flow, { endsAt }: FirstWindows): boolean {
  const { before, since, closed, open, failingFrom } = flow;
  const past = total(before);
  if (past.failed > 0 || past.passed < minPerWindow) return false;
  if (failingFrom === undefined || failingFrom > endsAt || since.failed < minPerWindow)
    return false;
  const recent = [...closed.slice(-minWindows), open].slice(-minWindows - 1);
  if (recent.filter(({ failed }) => failed > 0).length < minWindows) return false;
  const { passed, failed } = total(recent);
  return failed >= minFailingShare * (passed + failed);
}

/** True when the queue was never half full before, and has been nearly full for two windows. */
function filling({ before, closed }: Flow): boolean {
  const latest = closed.slice(-minWindows);
  return (
    before.every(({ fullness }) => fullness < 0.5) && latest.every(({ fullness }) => fullness > 0.9)
  );
}

function total(windows: readonly Growth[]): Growth {
  let [passed, failed] = [0, 0];
  for (const window of windows) {
    passed += window.passed;
    failed += window.failed;
  }
  return { passed, failed };
}

const verbs = {
  receiver: { passed: "accepted", failed: "refused" },
  exporter: { passed: "sent", failed: "failed to send" },
} as const;

const texts: Readonly<Record<Rule, (flow: Flow, sinceMs: number) => string>> = {
  stopped: stoppedText,
  failing: failingText,
  filling: fillingText,
};

function stoppedText(flow: Flow, sinceMs: number): string {
  const { passed, failed } = verbs[flow.kind];
  const also = flow.since.failed > 0 ? `, and ${failed} ${flow.since.failed}` : "";
  const now = flow.since.passed === 0 ? "none" : `only ${flow.since.passed}`;
  return `${subject(flow)} ${passed} ${pastText(flow)} and ${now} in the ${seconds(sinceMs)} since${also}${queueText(flow)}`;
}

function failingText(flow: Flow, sinceMs: number): string {
  const { passed, failed } = flow.since;
  return `${subject(flow)} ${verbs[flow.kind].failed} ${failed} of ${passed + failed} ${flow.items} in the ${seconds(sinceMs)} since, and none of ${pastText(flow)}${queueText(flow)}`;
}

function fillingText(flow: Flow): string {
  return `the queue of ${subject(flow)} was less than half full before and holds ${flow.last?.queued ?? 0} of ${flow.last?.capacity ?? 0} now`;
}

function queueText({ last }: Flow): string {
  if (last?.queued === undefined || last.queued === 0) return "";
  const of = last.capacity === undefined ? "" : ` of ${last.capacity}`;
  return ` (its queue holds ${last.queued}${of})`;
}

function subject({ kind, id }: Flow): string {
  return `${kind} ${id}`;
}

/** `412 spans in the 20 s before`. */
function pastText({ before, items }: Flow): string {
  const lastedMs = before.reduce((sumMs, window) => sumMs + window.lastedMs, 0);
  return `${total(before).passed} ${items} in the ${seconds(lastedMs)} before`;
}

function seconds(durationMs: number): string {
  return `${Math.round(durationMs / 100) / 10} s`;
}
