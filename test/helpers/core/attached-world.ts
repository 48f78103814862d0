import { setByMs, wallTime } from "../../../src/supervisor/core/state/wall-clock.ts";
import type { Fact, Event } from "../../../src/supervisor/core/state/event.ts";
import { plan } from "../../../src/supervisor/core/plan.ts";
import { reduce } from "../../../src/supervisor/core/reduce.ts";
import type { Exit } from "../../../src/supervisor/core/state/agent.ts";
import {
  type CoreSettings,
  attachedAgent,
} from "../../../src/supervisor/core/state/core-settings.ts";
import { type State, withAgent } from "../../../src/supervisor/core/state/state.ts";
import type { Step } from "../../../src/supervisor/core/state/step.ts";
import { policy as samplePolicy } from "./core-samples.ts";
import { told } from "./told.ts";
import { carryOutAll, createTimeline } from "./timeline.ts";

/** How a collector behaves that somebody else runs, and what runs it. */
export interface Surrounding {
  healthyAfterMs: (text: string) => number;
  diesAfterMs: (text: string) => number;
  refuses: (text: string) => string | undefined;
  /** From SIGHUP to the new configuration; Infinity: the signal has no effect. */
  reloadMs: number;
  tellsUpSince: boolean;
  /** From its end to its next start; Infinity: nobody starts it again. */
  startsAgainMs: number;
  /** Why no signal gets through; undefined: it does. */
  signalFails: string | undefined;
}

interface Process {
  readonly pid: number;
  readonly since: number;
  text: string;
  upSince: number;
  /** The same, as the wall clock showed it. */
  shownUpSince: number;
  wasHealthy: boolean;
}

/** The simulation as a test sees it. */
export interface AttachedWorld {
  readonly behave: Surrounding;
  /** Steps, and what became of the process. */
  readonly trace: string[];
  readonly log: string[];
  readonly state: () => State;
  readonly process: () => Process | undefined;
  readonly file: () => string | undefined;
  readonly post: (fact: Fact) => void;
  /** Somebody sets the wall clock, or the machine sleeps. */
  readonly setClock: (byMs: number) => void;
  /** The clocks as a new supervisor finds them. */
  readonly clocks: () => { readonly at: number; readonly aheadMs: number };
  readonly pass: (durationMs: number) => void;
  /** Somebody starts the collector: with what the file holds, or with a text of its own. */
  readonly launch: (text?: string) => void;
  readonly kill: () => void;
  /** A new supervisor on the same disk, beside the same process. */
  readonly restartSupervisor: (start: State) => void;
}

const nothingKnown: Exit = {
  code: undefined,
  signal: undefined,
  outOfMemory: false,
  spawnError: undefined,
  lastLines: [],
};

/** A simulated pod around the pure core: a shared file, a collector, and what starts it again when it ends. */
export function createAttachedWorld(
  start: State,
  manners: Partial<Surrounding> = {},
  policyChanges: Partial<CoreSettings> = {},
): AttachedWorld {
  const base: CoreSettings = { ...samplePolicy, reload: "auto", kind: attachedAgent(false) };
  const policy: CoreSettings = { ...base, ...policyChanges };
  const behave: Surrounding = {
    healthyAfterMs: () => 40,
    diesAfterMs: () => Infinity,
    refuses: () => undefined,
    reloadMs: 9,
    tellsUpSince: true,
    startsAgainMs: 1_000,
    signalFails: undefined,
    ...manners,
  };
  const timeline = createTimeline();
  const { now, after } = timeline;
  let state: State = withAgent(start, { begun: true });
  let aheadMs = 0;
  let file: { text: string; writtenAt: number } | undefined;
  let process: Process | undefined;
  let pids = 40;
  /** The run that is looked out for or watched. */
  let sought: number | undefined;
  let watched: { run: number; pid: number } | undefined;
  const trace: string[] = [];
  const log: string[] = [];

  const take = (fact: Fact): void => {
    const reduceOne = (one: Fact): void => {
      const event: Event = { ...one, at: now() };
      const before = state;
      state = reduce(before, event, policy);
      log.push(...told(before, state, event).map(({ message }) => message));
    };
    if (setByMs(state.clock, aheadMs) !== 0) reduceOne({ on: "clock-set", aheadMs });
    reduceOne(fact);
    carryOutAll(
      () => plan(state, now(), policy).step,
      (step) => {
        reduceOne({ on: "step-begun", step });
        carryOut(step);
      },
    );
  };
  const look = (): void => {
    if (watched !== undefined && process?.pid !== watched.pid) {
      const { run } = watched;
      watched = undefined;
      return take({ on: "agent-exited", run, exit: nothingKnown, random: 0.5 });
    }
    if (sought === undefined) return;
    if (process === undefined)
      return take({ on: "agent-missing", run: sought, why: "none is there" });
    const run = sought;
    sought = undefined;
    watched = { run, pid: process.pid };
    const writtenAt = file === undefined ? undefined : wallTime(file.writtenAt);
    const found = { ageMs: now() - process.since, writtenAt };
    take({ on: "agent-started", run, pid: process.pid, found });
  };
  const end = (pid: number, how: string): void => {
    if (process?.pid !== pid) return;
    trace.push(`ends: ${how}`);
    process = undefined;
    after(20, look);
    after(behave.startsAgainMs, () => world.launch());
  };
  const run = (one: Process, text: string): void => {
    one.text = text;
    one.upSince = now() + behave.healthyAfterMs(text);
    one.shownUpSince = one.upSince + aheadMs;
    after(behave.diesAfterMs(text), () => {
      if (one.text === text) end(one.pid, "by itself");
    });
  };
  const hup = (step: Step): void => {
    if (behave.signalFails !== undefined) {
      const why = behave.signalFails;
      after(1, () => take({ on: "step-failed", step, why }));
      return;
    }
    const one = process;
    if (one === undefined) return;
    if (!one.wasHealthy) return end(one.pid, "SIGHUP before it was healthy");
    after(behave.reloadMs, () => {
      if (process === one) run(one, file?.text ?? "");
    });
  };
  const carryOut = (step: Step): void => {
    switch (step.do) {
      case "identify-agent":
      case "read-metrics":
      case "look-at-log":
      case "answer-extension":
      case "send-to-server":
      case "prove-server":
      case "stop-proving":
      case "use-server":
      case "restore-command-line":
      case "fetch-package":
      case "stop-fetching":
      case "sweep-packages":
      case "make-certificate-request":
      case "send-certificate-request":
        return;
      case "validate-config": {
        const { number, config } = step.generation;
        const why = behave.refuses(config.text);
        return after(15, () =>
          take(
            why === undefined
              ? { on: "config-validated", number, tookMs: 15 }
              : { on: "config-refused", number, why },
          ),
        );
      }
      case "read-offer":
      case "read-connections":
      case "read-packages":
      case "take-id":
      case "tell-layers":
        return;
      case "write-config":
        trace.push(`write ${step.generation.number}`);
        file = { text: step.generation.config.text, writtenAt: now() + aheadMs };
        return after(1, () => take({ on: "config-written", number: step.generation.number }));
      case "start-agent":
        trace.push("look out");
        sought = step.run;
        return after(0, look);
      case "reload-agent":
        trace.push(`reload ${step.generation.number}`);
        return hup(step);
      case "signal-agent": {
        trace.push(step.signal === "SIGKILL" ? "kill" : "stop");
        const why = behave.signalFails;
        if (why !== undefined) return after(1, () => take({ on: "step-failed", step, why }));
        const pid = process?.pid ?? 0;
        return after(5, () => end(pid, step.signal));
      }
      case "probe-agent": {
        const healthy = process !== undefined && now() >= process.upSince;
        if (process !== undefined && healthy) process.wasHealthy = true;
        const upSince =
          behave.tellsUpSince && process !== undefined ? wallTime(process.shownUpSince) : undefined;
        const outcome = healthy
          ? ({ is: "healthy", upSince } as const)
          : ({ is: "unhealthy", why: "nothing listens" } as const);
        return after(1, () => take({ on: "agent-probed", run: step.run, outcome }));
      }
    }
  };
  const world: AttachedWorld = {
    behave,
    trace,
    log,
    state: () => state,
    process: () => process,
    file: () => file?.text,
    post: take,
    clocks: () => ({ at: now(), aheadMs }),
    setClock: (byMs) => {
      aheadMs += byMs;
    },
    pass: (durationMs) =>
      timeline.pass(durationMs, {
        wakeAt: () => plan(state, now(), policy).wakeAt,
        wake: () => take({ on: "ticked" }),
      }),
    launch: (text) => {
      if (process !== undefined) return;
      pids += 1;
      trace.push(`runs as ${pids}`);
      process = {
        pid: pids,
        since: now(),
        text: "",
        upSince: Infinity,
        shownUpSince: 0,
        wasHealthy: false,
      };
      run(process, text ?? file?.text ?? "");
      after(10, look);
    },
    kill: () => end(process?.pid ?? 0, "killed"),
    restartSupervisor: (next) => {
      state = next;
      sought = watched = undefined;
      timeline.forget();
      take({ on: "supervisor-started" });
    },
  };
  take({ on: "supervisor-started" });
  return world;
}
