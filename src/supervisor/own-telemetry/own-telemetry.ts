import type { OutputSink } from "../../agent/output/line-reader.ts";
import type { LogFollower } from "../../agent/output/output.ts";
import { messageOf } from "../../errors.ts";
import type { KeyValue } from "../../opamp-client/wire/messages.ts";
import type { OfferedDestination } from "../../telemetry/destination.ts";
import type { Signal, Telemetry } from "../../telemetry/telemetry.ts";
import { createAgentLogLines } from "../log/agent-log-lines.ts";
import type { Transition } from "../core/report/transition.ts";
import type { Instant } from "../core/state/time.ts";
import { type WallClock, shownAt, shownNow } from "../core/state/wall-clock.ts";
import type { Metric } from "../../telemetry/metric.ts";
import type { Span } from "../../telemetry/span.ts";
import { metricsOf } from "./metrics.ts";
import { noSpans, followSpans } from "./spans.ts";
import { noTotals, countTransitions } from "./totals.ts";
import type { State } from "../core/state/state.ts";
import type { Logger } from "../log/log.ts";
import { type Destination, openDestination } from "../log/log-destination.ts";
import type { Settings } from "../settings/settings.ts";
import { telemetryStopMs } from "../settings/telemetry-stop.ts";

/** The telemetry of the supervisor itself, and the agent's log lines on their way to where they are wanted. */
interface OwnTelemetry {
  /** Told what has happened in each change of state. */
  readonly changed: (transitions: readonly Transition[], at: Instant) => void;
  /** Lets the agent's output that goes through the log be read along. */
  readonly passing: (open: () => OutputSink) => () => OutputSink;
  /** Reads along in the agent's own log. */
  readonly follower: LogFollower;
  /** Sends a signal to what the server offers too; undefined: no longer. */
  readonly setOffered: (signal: Signal, destination: OfferedDestination | undefined) => void;
  /** The metrics as they are now. */
  readonly metrics: () => readonly Metric[];
  /** Sends what waits; takes two seconds at most. */
  readonly stop: () => Promise<void>;
}

/** What it needs of its surroundings. */
interface OwnTelemetrySurroundings {
  readonly log: Logger;
  /** Has each line of our log, without secrets, given to a function too. */
  readonly tap: (take: (line: string) => void) => void;
  readonly version: string;
  /** When counting began. */
  readonly begun: Instant;
  readonly state: () => State;
  /** Attributes of the agent, as the server gets them. */
  readonly agentResource: () => readonly KeyValue[];
  /** Until the client certificate expires; undefined where there is none. */
  readonly certificateDaysLeft?: () => number | undefined;
  /** Where HTTPS_PROXY and its like may stand. */
  readonly environment: ReadonlyMap<string, string>;
}

/** How many lines and spans are kept of the time before there is a place to send them to. */
const maxEarly = 1_000;
const loadAfterMs = 150;
/** Marks our own lines about telemetry, which are not sent: to send them would make more of them. */
const mark = { from: "telemetry" };
const markedLine = '"from":"telemetry"';

/** Loads what sends telemetry when the settings or a server want some; until then this costs next to nothing. */
export function startOwnTelemetry(
  { telemetry: settings, capabilities }: Settings,
  surroundings: OwnTelemetrySurroundings,
): OwnTelemetry {
  const { log, tap, state, environment, begun } = surroundings;
  const offers = new Map<Signal, OfferedDestination | undefined>();
  /** Counting began no later than what was counted: the clock may have been set back since. */
  const since = (): number => {
    const { clock } = state();
    return Math.min(shownAt(clock, begun).unixMs, shownNow(clock, begun).unixMs);
  };
  let totals = noTotals;
  let spans = noSpans;
  let live: Telemetry | undefined;
  let loading: Promise<void> | undefined;
  let early: ((telemetry: Telemetry) => void)[] = [];

  const use = (action: (telemetry: Telemetry) => void): void => {
    if (live !== undefined) return action(live);
    // What is said before the server can offer anything is worth sending too.
    if (loading === undefined && !capabilities.reportsOwnLogs) return;
    if (early.length === maxEarly) early.shift();
    early.push(action);
  };
  const agentLines = createAgentLogLines(settings.maxLinesPerSecond, (line) =>
    use((telemetry) => telemetry.log({ about: "agent", line })),
  );
  const metrics = (): readonly Metric[] => {
    const { user, system } = process.cpuUsage();
    return metricsOf(totals, state(), {
      connected: state().connections.link.connected,
      certificateDaysLeft: surroundings.certificateDaysLeft?.(),
      cpuUserSeconds: user / 1e6,
      cpuSystemSeconds: system / 1e6,
      residentBytes: residentBytes(),
    });
  };
  const wantAgentLines = (): void => {
    const wanted = settings.agentLogs !== undefined || offers.get("logs") !== undefined;
    agentLines.want(wanted ? live?.tail : undefined);
  };
  const load = async (): Promise<void> => {
    // Behind all that the agent and the server wait for: to load it takes some 20 ms.
    await new Promise((resolve) => setTimeout(resolve, loadAfterMs));
    try {
      const { createTelemetry } = await import("../../telemetry/telemetry.ts");
      const { version, agentResource } = surroundings;
      const telemetry = createTelemetry(settings, {
        ...{ version, environment, since, agentResource, metrics, print: printer() },
        log: log.child(mark),
      });
      for (const [signal, offer] of offers) telemetry.setOffered(signal, offer);
      for (const action of early) action(telemetry);
      live = telemetry;
      wantAgentLines();
    } catch (error) {
      log.error({ reason: messageOf(error) }, "the supervisor's own telemetry cannot be sent");
    }
    early = [];
  };

  tap((line) => {
    if (line.includes(markedLine)) return;
    use((telemetry) => telemetry.log({ about: "supervisor", line }));
  });
  const { logs, traces, readers, agentLogs } = settings;
  if (agentLogs !== undefined) agentLines.expect();
  if (agentLogs !== undefined || [logs, traces, readers].some(({ length }) => length > 0)) {
    loading = load();
  }
  return {
    passing: agentLines.passing,
    follower: agentLines.follower,
    changed: (transitions, at) => {
      totals = countTransitions(totals, transitions);
      const { watch, ended } = followSpans(spans, transitions, at);
      spans = watch;
      for (const span of ended) {
        const dated = datedSpan(span, state().clock);
        use((telemetry) => telemetry.span(dated));
      }
    },
    metrics,
    setOffered: (signal, destination) => {
      offers.set(signal, destination);
      loading ??= load();
      if (live === undefined) return;
      live.setOffered(signal, destination);
      if (signal === "logs") wantAgentLines();
    },
    stop: async () => {
      const deadline = performance.now() + telemetryStopMs;
      await loading;
      await Promise.race([
        agentLines.stop(),
        new Promise((done) => setTimeout(done, telemetryStopMs / 4)),
      ]);
      await live?.stop(Math.max(0, deadline - performance.now()));
    },
  };
}

/** Undefined where that cannot be read, as where no file can be opened. */
function residentBytes(): number | undefined {
  try {
    return process.memoryUsage.rss();
  } catch {
    // The other metrics can be told all the same.
    return undefined;
  }
}

/** A span with its dates; it has lasted as long as it has, whatever the clock was set to in between. */
function datedSpan(span: Span, clock: WallClock): Span {
  const startAt = shownAt(clock, span.startAt).unixMs;
  return { ...span, startAt, endAt: startAt + span.endAt - span.startAt };
}

/** Somebody may have stopped reading our output: that must not hold us up. */
function printer(): (line: string) => void {
  let stdout: Destination | undefined;
  return (line) => {
    stdout ??= openDestination(1, () => undefined);
    stdout.write(line);
  };
}
