import type { Generation } from "./generation.ts";
import type { Instant, Run, WallTime } from "./time.ts";

/** How a run ended. */
export interface Exit {
  readonly code: number | undefined;
  readonly signal: string | undefined;
  /** True when the kernel killed it for want of memory. */
  readonly outOfMemory: boolean;
  /** Set when the process could not be started at all. */
  readonly spawnError: string | undefined;
  /** True when it could not be started because the system lacked something at that moment, whatever was to be started. */
  readonly scarce?: boolean;
  /** The agent's own last words about an error, redacted, oldest first. */
  readonly lastLines: readonly string[];
  /** True where the operator wants those lines in reports as they stand. */
  readonly verbatim?: boolean;
  /** Ports that it could not have because they are taken. */
  readonly takenPorts?: readonly TakenPort[];
}

/** A port that somebody has. */
export interface TakenPort {
  readonly port: number;
  /** Who has it, in words; undefined when that is not seen. */
  readonly by: string | undefined;
  /** The next port above that nobody listens at. */
  readonly free: number;
}

/** What is known of the health of a running agent. */
export interface Probe {
  /** True while an answer is awaited. */
  readonly asked: boolean;
  readonly dueAt: Instant;
  /** The last answer in words when it was not a healthy one. */
  readonly complaint: string | undefined;
}

/** Why it is not known which configuration a process runs that somebody else has started. */
export interface Doubt {
  /** When its file was written: an answer with a later `upSince` speaks for it. Undefined: no answer does. */
  readonly writtenAt: WallTime | undefined;
  /** The `upSince` with which it was known to run its generation. */
  readonly known: WallTime | undefined;
  /** Why a reload did not end the doubt; undefined before one was tried. */
  readonly why: string | undefined;
  /** No reload before this. */
  readonly notBefore: Instant;
}

/** A receiver in a pipeline that a reload restarts while all others go on. */
export interface RestartedReceiver {
  readonly pipeline: string;
  readonly receiver: string;
  /** The time of the last change of its health before the signal, by the agent's clock; undefined when it was not there. */
  readonly toldAt: bigint | undefined;
}

/** A process that runs, whatever its health. */
export interface Running {
  readonly run: Run;
  readonly pid: number | undefined;
  /** What it runs. */
  readonly generation: Generation;
  /** `desired.restarts` at its start: another number there means that it is to be started anew. */
  readonly restarts: number;
  readonly startedAt: Instant;
}

/** The agent process, written by facts about the child only. */
export type AgentState =
  /** No process. Entered at the start of the supervisor and by an exit; ended by a start. */
  | { readonly at: "down"; readonly since: Instant }
  /** Somebody else starts the agent and its process is looked out for; `slow` when that takes long. Ended by its start. */
  | {
      readonly at: "awaited";
      readonly since: Instant;
      readonly run: Run;
      readonly generation: Generation;
      readonly slow: boolean;
      /** Why it is not found, as the edge says it. */
      readonly why: string | undefined;
    }
  /** A process that has never been healthy; `slow` when that takes long. Ended by a healthy answer or an exit. */
  | (Running & {
      readonly at: "starting";
      readonly slow: boolean;
      readonly probe: Probe;
      readonly doubt: Doubt | undefined;
    })
  /** A process that has been healthy once; of `healthySince` and `illSince` one is set. */
  | (Running & {
      readonly at: "up";
      readonly healthySince: Instant | undefined;
      readonly illSince: Instant | undefined;
      readonly probe: Probe;
      /** What the last healthy answer named as the beginning of its configuration. */
      readonly upSince: WallTime | undefined;
      readonly doubt: Doubt | undefined;
    })
  /**
   * A process that was told by SIGHUP to take up `to`. Ended by an answer with a new `upSince`, by what is told of the
   * receivers that were restarted, by an exit, or by time.
   */
  | (Running & {
      readonly at: "reloading";
      readonly since: Instant;
      readonly to: Generation;
      /**
       * True when it has stopped answering since the signal: the signal has its effect, however long the new
       * configuration takes.
       */
      readonly underWay: boolean;
      /** True when it has answered without a beginning, where it had named one before: only a restart helps. */
      readonly unprovable: boolean;
      /** The receivers that alone are to be restarted, all else goes on; undefined: the whole agent is reloaded. */
      readonly part?: readonly RestartedReceiver[] | undefined;
      readonly probe: Probe;
      /** The beginning that was named before; undefined only where somebody else runs the agent. */
      readonly upSince: WallTime | undefined;
      /** The one with which it was known to run `generation`. */
      readonly known: WallTime | undefined;
    })
  /** A process that was told to end. Ended by its exit; `killed` after SIGKILL. */
  | (Running & {
      readonly at: "stopping";
      readonly since: Instant;
      readonly killed: boolean;
    });

/** One that was told to take up another generation. */
export type ReloadingAgent = Extract<AgentState, { at: "reloading" }>;

/** One that has been healthy once. */
export type UpAgent = Extract<AgentState, { at: "up" }>;

/** One that is well. */
export type HealthyAgent = UpAgent & { readonly healthySince: Instant };

/** True of an agent that has said that it is well. */
export function answers(agent: AgentState): agent is HealthyAgent {
  return agent.at === "up" && agent.healthySince !== undefined;
}

/** What is wanted of the process, whatever it runs. */
export interface Desired {
  readonly run: "up" | "down";
  /** Counts the restarts that were commanded. */
  readonly restarts: number;
  readonly restartedAt: Instant | undefined;
  /** When the next one is to begin; undefined when none was commanded. */
  readonly restartDueAt: Instant | undefined;
}

/** A process that was just started, or just found; it is asked for its health at `dueAt`. */
export function startingAgent(
  { run, pid, generation, restarts, startedAt }: Running,
  dueAt: Instant,
  doubt?: Doubt,
): AgentState {
  const probe = { asked: false, dueAt, complaint: undefined };
  const running = { run, pid, generation, restarts, startedAt };
  return { at: "starting", ...running, slow: false, probe, doubt };
}

/** A process that has been healthy since `healthySince`; `upSince` is what its answer named. */
export function healthyAgent(
  { run, pid, generation, restarts, startedAt }: Running,
  healthySince: Instant,
  { dueAt, upSince, doubt }: Pick<UpAgent, "upSince" | "doubt"> & Pick<Probe, "dueAt">,
): UpAgent {
  const probe = { asked: false, dueAt, complaint: undefined };
  const running = { run, pid, generation, restarts, startedAt };
  return { at: "up", ...running, healthySince, illSince: undefined, probe, upSince, doubt };
}

/** A process that has been healthy once and is ill from now on; it is asked again at once. */
export function illAgent(
  { run, pid, generation, restarts, startedAt }: Running,
  illSince: Instant,
  { complaint, upSince, doubt }: Pick<UpAgent, "upSince" | "doubt"> & Pick<Probe, "complaint">,
): UpAgent {
  const probe = { asked: false, dueAt: illSince, complaint };
  const running = { run, pid, generation, restarts, startedAt };
  return { at: "up", ...running, healthySince: undefined, illSince, probe, upSince, doubt };
}

/** A process that is told to take up another generation; it is asked for the proof at `dueAt`. */
export function reloadingAgent(
  { run, pid, generation, restarts, startedAt, upSince, doubt, probe }: UpAgent,
  to: Generation,
  since: Instant,
  dueAt: Instant,
  part?: readonly RestartedReceiver[],
): AgentState {
  const running = { run, pid, generation, restarts, startedAt };
  const known = doubt === undefined ? upSince : doubt.known;
  const asked = { ...probe, dueAt };
  const unproved = { underWay: false, unprovable: false, probe: asked };
  return { at: "reloading", ...running, since, to, part, ...unproved, upSince, known };
}

/** A process that is told to end. */
export function stoppingAgent(
  { run, pid, generation, restarts, startedAt }: Running,
  since: Instant,
  killed: boolean,
): AgentState {
  return { at: "stopping", run, pid, generation, restarts, startedAt, since, killed };
}
