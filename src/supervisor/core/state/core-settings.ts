/** Times of a fleet that Kubernetes runs; milliseconds. */
export interface FleetTimes {
  /** A rollout that does not get on for so long has failed. */
  readonly progressMs: number;
  /** A configuration of ours that we do not know is left for so long to a server that may want just that. */
  readonly strangeMs: number;
  /** What somebody else has written over ours stands for so long. */
  readonly overwrittenMs: number;
  /** What may not be done is tried again after so long. */
  readonly refusedMs: number;
}

/** What may be done to the agent; it depends on who starts the agent. */
export interface AgentKind {
  /** True: we start it, so it is known what it has read. False: we look out for its process. */
  readonly mayStart: boolean;
  /** It may be ended: it is ours, or what started it starts it again. */
  readonly mayEnd: boolean;
  /** It goes on when the supervisor ends. */
  readonly outlivesUs: boolean;
  /** The agent is many: the pods of a workload of Kubernetes, which rolls out what we write. */
  readonly fleet?: FleetTimes;
}

/** A child of ours. */
export const childAgent: AgentKind = { mayStart: true, mayEnd: true, outlivesUs: false };

/** A process that somebody else starts, in another container or unit. */
export function attachedAgent(mayEnd: boolean): AgentKind {
  return { mayStart: false, mayEnd, outlivesUs: true };
}

/** The pods of a workload. Kubernetes starts, restarts and replaces them. */
export function fleetAgent(fleet: FleetTimes): AgentKind {
  return { mayStart: false, mayEnd: true, outlivesUs: true, fleet };
}

/** Times and sizes that decide; milliseconds. Data, so that a test can choose small ones. */
export interface CoreSettings {
  readonly settleMs: number;
  readonly applyTimeoutMs: number;
  /** Undefined: the larger of 60 s and four times what validation took. */
  readonly startTimeoutMs: number | undefined;
  readonly drainMs: number;
  /** The first question comes so long after the start: no collector is up sooner. */
  readonly probeFirstMs: number;
  readonly probeFastMs: number;
  readonly probeSlowMs: number;
  /** An agent that cannot be probed counts as healthy when it has lived so long. */
  readonly aliveMs: number;
  /** The wait before the start that follows the second crash in a row; the first is followed at once. */
  readonly firstBackoffMs: number;
  readonly maxBackoffMs: number;
  /** Restarts that are commanded are at least so far apart. */
  readonly restartGapMs: number;
  /** After so many crashes in a row a configuration loses its place, where there is one to go back to. */
  readonly crashBudget: number;
  /** An agent that was up for so long is forgiven its earlier crashes. */
  readonly stableMs: number;
  /** `restart`: a new configuration always takes a restart; `auto`: SIGHUP where it can be proved to have worked. */
  readonly reload: "auto" | "restart";
  readonly kind: AgentKind;
  /** The binary that supervisor.yaml names; empty where somebody else starts an agent whose binary is out of reach. */
  readonly executable: string;
  /**
   * A reload of receivers alone that is not proved by then is followed by one of the whole agent. Undefined: no agent is
   * allowed to reload in part.
   */
  readonly partTimeoutMs?: number | undefined;
  /** A reload that is not proved by then is followed by a restart, or has failed where there may be none. */
  readonly reloadTimeoutMs: number;
  /** For how long after APPLIED an exit or lasting ill health still reverts. */
  readonly probationMs: number;
  /** Ill health that lasts so long in probation reverts. */
  readonly illMs: number;
  /** What failed at run time is not tried again for so long, doubling up to `maxQuarantineMs`. */
  readonly quarantineMs: number;
  readonly maxQuarantineMs: number;
  /** The wait before a failed step is tried again. */
  readonly retryMs: number;
  /** The agent's own metrics are read so often, and more often in the time of probation. */
  readonly metricsSlowMs: number;
  readonly metricsFastMs: number;
  /** The size of the agent's log is looked at so often. */
  readonly logLookMs: number;
  /** A start that takes longer than this is reported as unhealthy. */
  readonly quietStartMs: number;
  readonly probeOverride: string | undefined;
  /** What becomes of two remote parts that set the same leaf differently. */
  readonly onCollision: "warn" | "fail";
  /** What a server may change of the connection to it. */
  readonly offerLimits: OfferLimits;
  /** For how long a new server may cost itself its place by being gone for `offerLostMs`. */
  readonly offerTrialMs: number;
  readonly offerLostMs: number;
  /** Times of packages; the agent's binary is never changed where we do not start it. */
  readonly packages: PackageTimes;
  /** Undefined: no client certificate is asked for. */
  readonly certificate: CertificateWishes | undefined;
  /** The directory of the files that a configuration refers to, as the agent sees it; absolute. */
  readonly filesDirectory: string;
  /** What the operator says of who the agent is; its own telemetry says so too. */
  readonly identifying: ReadonlyMap<string, string>;
  /** The agent's environment, only to find the address of its health check. */
  readonly environment: ReadonlyMap<string, string>;
}

/** How long a binary that a server has delivered is watched; milliseconds. */
export interface PackageTimes {
  /** After it was taken up, crashes and lasting ill health still cost it its place for so long. */
  readonly probationMs: number;
  /** So many crashes in that time do. */
  readonly crashBudget: number;
  /** A person can go back by hand for so long. */
  readonly earlierMs: number;
}

/** When a client certificate is asked for; data, from the settings. */
export interface CertificateWishes {
  /** The name in it; undefined: the instance id. */
  readonly commonName: string | undefined;
  /** How long before its end a certificate is renewed, but never before half of its life. */
  readonly renewBeforeMs: number;
  /** A server that names no capabilities is asked so long after it was reached. */
  readonly unnamedAfterMs: number;
  /** After a refusal it is not asked for again for so long. */
  readonly retryMs: number;
}

/** What supervisor.yaml lets a server change of the connection to it. */
export interface OfferLimits {
  /** Patterns of hosts; undefined: any. */
  readonly allowedHosts: readonly string[] | undefined;
  /** False: no encryption is given up, no check turned off, no older version of TLS taken. */
  readonly allowWeakerTls: boolean;
  /** As written in supervisor.yaml. */
  readonly endpoint: string;
  readonly minVersion: string;
  readonly skipVerify: boolean;
}
