import type { FlowKind, Items } from "../../../agent-config/flow-key.ts";
import type { Listener } from "./who-answers.ts";
import type { Instant, Run } from "./time.ts";

/** How much passed and failed in a stretch of time. */
export interface Growth {
  readonly passed: number;
  readonly failed: number;
}

/** One window that is over. */
export interface FlowWindow extends Growth {
  readonly lastedMs: number;
  /** How full the queue was at its end, 0 to 1. */
  readonly fullness: number;
}

/** What is remembered of one component for one sort of items. */
export interface Flow {
  readonly kind: FlowKind;
  readonly id: string;
  readonly items: Items;
  /** The counters as they were last read; undefined when this life of the agent has not shown them. */
  readonly last: FlowCounts | undefined;
  readonly open: Growth;
  /** The last windows since the last change, oldest first. */
  readonly closed: readonly FlowWindow[];
  /** The windows before the last change, frozen; empty when nothing is known. */
  readonly before: readonly FlowWindow[];
  /** What passed and failed since the new configuration runs. */
  readonly since: Growth;
  /** What passed in the first window since then; undefined while that one is open. */
  readonly firstPassed: number | undefined;
  /** When the first failure since then was seen. */
  readonly failingFrom: Instant | undefined;
}

/** The last change of configuration. */
export interface FlowChange {
  readonly at: Instant;
  /** First reading of the service that the change started; undefined while the former one still answers. */
  readonly seenAt: Instant | undefined;
  /** Components of the new pipelines (`expectedFlows`); undefined: those that show themselves. */
  readonly expected: ReadonlySet<string> | undefined;
  /** True where receivers alone were restarted: no service starts, and no counter starts anew. */
  readonly inPart?: boolean;
}

/** When the metrics were read, of which run, and how long its service had been up. */
export interface Reading {
  readonly at: Instant;
  readonly run: Run;
  readonly upSeconds: number | undefined;
}

/** What is remembered of the agent's own metrics, to compare the time after a change with the time before. */
export interface DataFlow {
  readonly windowMs: number;
  readonly windowStart: Instant;
  /** The last reading; undefined before the first. */
  readonly reading: Reading | undefined;
  readonly flows: ReadonlyMap<string, Flow>;
  readonly change: FlowChange | undefined;
  /** What is worse than before the change; a sentence stays as it was when it was first found. */
  readonly findings: ReadonlyMap<string, Finding>;
}

/** How something is worse than before the change. */
export type Rule = "stopped" | "failing" | "filling";

/** Something that is worse than before the change. */
export interface Finding {
  readonly rule: Rule;
  readonly text: string;
}

/** The agent's own metrics, or why there are none in words. */
export type MetricsOutcome =
  | {
      readonly is: "read";
      readonly sample: MetricsSample;
      readonly listener?: Listener | undefined;
    }
  | { readonly is: "unreadable"; readonly why: string };

/** The agent's own metrics as they are watched, to see what a change of configuration does to the flow of data. */
export interface FlowWatch {
  readonly flow: DataFlow;
  /** Number of the generation that the last change led to; undefined before the first start. */
  readonly generation: number | undefined;
  /** True while an answer is awaited. */
  readonly asked: boolean;
  readonly dueAt: Instant;
  /** What is worse than before the last change, and since when that is known. */
  readonly degraded: { readonly why: string; readonly since: Instant } | undefined;
  /** Why the last reading failed; undefined when it did not. */
  readonly problem: string | undefined;
}

/** The counters of one component for one sort of items, since its service started. */
export interface FlowCounts {
  readonly kind: FlowKind;
  /** As written in the configuration, `otlp/2`. */
  readonly id: string;
  readonly items: Items;
  /** Accepted by a receiver, sent by an exporter. */
  readonly passed: number;
  /** Refused or failed in a receiver; failed to be sent or to be queued in an exporter. */
  readonly failed: number;
  /** Waiting in the queue of an exporter and what the queue can hold; undefined where there is none. */
  readonly queued: number | undefined;
  readonly capacity: number | undefined;
}

/** What is wanted of the agent's own metrics at one moment. */
export interface MetricsSample {
  /** How long the collector's service runs; starts anew with a process and with a reload, as the counters do. */
  readonly upSeconds: number | undefined;
  readonly flows: ReadonlyMap<string, FlowCounts>;
}
