import type { Step } from "../state/step.ts";
import type { Run } from "../state/time.ts";

/** A process and what it runs. */
export interface Process {
  pid: number | undefined;
  run: Run;
  generation: number;
  /** Where its health is asked. */
  probe: string | undefined;
}

/** A generation that has come into force. */
interface InForce {
  generation: number;
  hash: string;
  parked: boolean;
  warnings: readonly string[] | undefined;
}

/** Everything that can have happened; fields are named as the log tells them, and hold no secret. */
interface Kinds {
  "supervisor-stopping": unknown;
  /** Or the machine has slept: the clock that only goes on stands still then. */
  "clock-set": { byMs: number };
  "step-begun": { step: Step["do"] };
  "step-failed": { step: Step["do"]; reason: string };
  "agent-identified": { name: string; version: string };
  /** A binary that does not answer as most do. */
  "odd-agent-identified": { name: string; version: string; warning: string };
  "agent-not-identified": { reason: string };
  /** For the same reason as the last time. */
  "agent-still-not-identified": { reason: string };
  "uid-assigned": { uid: string };

  /** `superseded`: so many before it were never read, because it took their place. */
  "config-offered": { hash: string; files: readonly string[]; superseded?: number };
  /** `failed`: hash of the offer that had failed; `again`: it is on its way to a verdict once more. */
  "retry-asked": { failed: string | undefined; quarantined: number; again: boolean };
  "config-validated": unknown;
  "config-refused": { reason: string };
  /** The binary takes too long to look at what is there beside nothing: it is tried all the same. */
  "config-unfinished": { reason: string };
  "config-written": unknown;
  "config-changed": InForce;
  "own-metrics-enabled": { endpoint: string };
  /** A port that the supervisor had added by itself is taken, and it takes another one. */
  "own-port-moved": { of: "health check" | "metrics"; from: number; to: number; heldBy: string };
  /** The agent is healthy on what was offered; whether it stays so is awaited. */
  "proof-begun": unknown;
  "config-applied": { hash: string };
  "config-failed": { hash: string; reason: string };
  "layers-failed": { reason: string };
  /** `generation` is in force again. */
  "rolled-back": { from: number; generation: number; why: string };

  "agent-started": Process & { notNoted: string | undefined };
  /** Somebody else had started it. */
  "agent-found": Process;
  /** The same, but before its configuration file was written. */
  "older-agent-found": Process;
  "agent-adopted": Process;
  "agent-awaited": { reason: string | undefined };
  /** `gapMs`: for so long it could not be reached; undefined when it had never answered before. */
  "agent-healthy": Process & { afterMs: number; gapMs: number | undefined };
  "agent-not-healthy-yet": { reason: string };
  "agent-ill": { reason: string };
  "agent-doubted": { reason: string };
  "restart-commanded": { inMs: number };
  "restart-refused": { reason: string };
  "stop-begun": Process;
  "restart-begun": Process & { why: string };
  "kill-begun": Process & { forcedKills: number };
  "agent-stopped": { run: Run };
  /** `reason` has all that is known, `shortReason` stands in what follows from the end. */
  "agent-crashed": { run: Run; reason: string; shortReason: string; restartInMs: number };
  /** `receivers`: only these are to be restarted; undefined where the whole agent is reloaded. */
  "reload-begun": Process & { receivers: readonly string[] | undefined };
  "reload-ended": Process & { gapMs: number | undefined };

  "data-flow-degraded": { why: string };
  "data-flow-restored": unknown;
  "data-flow-unwatched": { why: string };
  "log-too-large": { reason: string };
  /** What the agent says is in no log. */
  "log-missing": { reason: string };
  "log-back": unknown;
  /** What must outlive the supervisor cannot be written. */
  "storage-failed": { reason: string };
  "storage-works": unknown;
  "log-set-aside": { keptBytes: number };
  "log-cut": { keptBytes: number; skippedBytes: number; lostBytes: number };

  "packages-offered": { packages: readonly string[]; reason: string | undefined };
  "package-fetch-begun": { name: string; version: string };
  "package-fetched": { name: string; version: string };
  /** `again`: it is fetched once more by itself. */
  "package-failed": { name: string; version: string; reason: string; again: boolean };
  "binary-tried": { version: string; executable: string };
  "binary-in-force": { version: string; executable: string };
  "binary-pinned": unknown;
  "binary-unpinned": unknown;
  /** Somebody has put another file in the place of the one that supervisor.yaml names. */
  "package-lost": { readonly executable: string };
  "binary-replaced": unknown;

  "connections-offered": { hash: string; parts: readonly string[] };
  "connections-applied": { hash: string };
  "connections-failed": { hash: string; reason: string };
  "server-changed": { endpoint: string; offeredByServer: boolean };
  "certificate-asked": unknown;
  "certificate-refused": { reason: string };
  "messages-dropped": { dropped: number };
}

/** Something of one kind that has happened. */
export type TransitionOf<Is extends keyof Kinds> = Readonly<{ is: Is } & Kinds[Is]>;

/** What has happened, as data: log lines, metrics and spans are made of this and of nothing else. */
export type Transition = { [Is in keyof Kinds]: TransitionOf<Is> }[keyof Kinds];

/** What a look for one finds. */
export type Found = Transition | undefined;
