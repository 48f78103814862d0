import { setByMs, wallTime } from "../../../src/supervisor/core/state/wall-clock.ts";
import type { BinaryFacts } from "../../../src/agent-config/config.ts";
import type { Fact, ProbeOutcome, Event } from "../../../src/supervisor/core/state/event.ts";
import { plan } from "../../../src/supervisor/core/plan.ts";
import { reduce } from "../../../src/supervisor/core/reduce.ts";
import type { Exit } from "../../../src/supervisor/core/state/agent.ts";
import type { CoreSettings } from "../../../src/supervisor/core/state/core-settings.ts";
import { type State, initialState, withAgent } from "../../../src/supervisor/core/state/state.ts";
import { newWatch } from "../../../src/supervisor/core/data-flow/watch.ts";
import type { MetricsOutcome } from "../../../src/supervisor/core/state/data-flow.ts";
import type { LogLook } from "../../../src/supervisor/core/state/log-watch.ts";
import type { OfferedPackage } from "../../../src/supervisor/core/state/packages.ts";
import type { ServerSettingsInForce } from "../../../src/supervisor/core/state/offers.ts";
import type { Step } from "../../../src/supervisor/core/state/step.ts";
import { installedPackage } from "./packages.ts";
import { uid, policy as samplePolicy, binary } from "./core-samples.ts";
import { carryOutAll, createTimeline } from "./timeline.ts";

/** How the simulated agent and its surroundings behave; may be changed at any moment. */
export interface Manners {
  /** From the spawn to the first healthy answer; Infinity: never. */
  healthyAfterMs: (text: string, path: string) => number;
  /** From the spawn to an exit by itself; Infinity: never. */
  diesAfterMs: (text: string, path: string) => number;
  /** Why the binary refuses a text; undefined: it does not. */
  refuses: (text: string, path: string) => string | undefined;
  validationMs: number;
  /** The binary is ended before it has looked at everything. */
  neverFinishes: boolean;
  /** From SIGTERM to the exit; Infinity: it ignores the signal. */
  drainMs: number;
  /** From SIGHUP to the new configuration; Infinity: the signal has no effect. */
  reloadMs: number;
  /** A reload in part restarts what it is told to, and leaves the rest as it is; false: it restarts all. */
  reloadsInPart: boolean;
  /** Whether the health check names when it came up, or what it names instead. */
  tellsUpSince: boolean | ((text: string) => boolean | number);
  /** What a reading of its own metrics brings, given how long it has run the text. */
  metrics: (text: string, upMs: number, path: string) => MetricsOutcome;
  /** What a look at its log comes to; a text says why it failed. */
  log: () => LogLook | string;
  writeFails: boolean;
  /** From the order to the package on disk. */
  fetchMs: number;
  /** Why a package cannot be had; undefined: it can. A number: it may be had after so many ms. */
  refusesPackage: (offered: OfferedPackage) => string | number | undefined;
  /** Why a server with offered settings cannot be used; undefined: it can. */
  refutes: (settings: ServerSettingsInForce) => string | undefined;
  identifyFails: boolean;
  /** What it is identified as. */
  facts: BinaryFacts;
}

interface Child {
  readonly run: number;
  readonly path: string;
  text: string;
  /** When it took up this text: at its start, or by a reload. */
  upSince: number;
  /** The same, as the wall clock showed it. */
  shownUpSince: number;
}

/** The simulation as a test sees it. */
export interface World {
  readonly behave: Manners;
  readonly trace: string[];
  /** What must never happen and did. */
  readonly violations: readonly string[];
  readonly state: () => State;
  readonly now: () => number;
  readonly running: () => readonly Child[];
  /** Something happens now. */
  readonly post: (fact: Fact) => void;
  /** Somebody sets the wall clock, or the machine sleeps. */
  readonly setClock: (byMs: number) => void;
  /** Lets time pass until everything due within it has happened. */
  readonly pass: (durationMs: number) => void;
  /** The agent ends by itself. */
  readonly crash: (how?: Partial<Exit>) => void;
  /** Forgets the steps so far, so that a test names only what follows. */
  readonly forget: () => void;
}

/**
 * A simulated agent, disk and clock around the pure core: steps become facts after simulated time. `trace` lists what
 * was done, so that a test reads as: given these events, expect these steps.
 */
export function createWorld(
  start: State = { ...initialState(uid), dataFlow: newWatch(samplePolicy) },
  manners: Partial<Manners> = {},
  policyChanges: Partial<CoreSettings> = {},
): World {
  const policy: CoreSettings = { ...samplePolicy, ...policyChanges };
  const behave: Manners = {
    healthyAfterMs: () => 40,
    diesAfterMs: () => Infinity,
    refuses: () => undefined,
    validationMs: 15,
    neverFinishes: false,
    drainMs: 5,
    reloadMs: 9,
    reloadsInPart: true,
    tellsUpSince: true,
    metrics: () => ({ is: "unreadable", why: "nothing listens" }),
    log: () => ({ is: "small" }),
    writeFails: false,
    fetchMs: 50,
    refusesPackage: () => undefined,
    refutes: () => undefined,
    identifyFails: false,
    facts: binary,
    ...manners,
  };
  const timeline = createTimeline();
  const { now } = timeline;
  let state: State = withAgent(start, { begun: true });
  let aheadMs = 0;
  let validating: { readonly number: number; readonly since: number } | undefined;
  let fetching = 0;
  const onDisk = new Set<string>();
  const children = new Map<number, Child>();
  const trace: string[] = [];
  const violations: string[] = [];

  const after = (waitMs: number, fact: () => Fact | undefined): void => {
    timeline.after(waitMs, () => {
      const happened = fact();
      if (happened !== undefined) take(happened);
    });
  };
  const exit = (run: number, how: Partial<Exit>): Fact | undefined => {
    if (!children.delete(run)) return undefined;
    const nothing: Exit = {
      code: undefined,
      signal: undefined,
      outOfMemory: false,
      spawnError: undefined,
      lastLines: [],
    };
    return { on: "agent-exited", run, exit: { ...nothing, ...how }, random: 0.5 };
  };
  const healthy = ({ text, shownUpSince }: Child): ProbeOutcome => {
    const { tellsUpSince: tells } = behave;
    const told = typeof tells === "boolean" ? tells : tells(text);
    // It is seen who answers with what no clock shows.
    if (typeof told === "number") {
      return { is: "healthy", upSince: wallTime(told), listener: { is: "ours" } };
    }
    return { is: "healthy", upSince: told ? wallTime(shownUpSince) : undefined };
  };
  const answer = (child: Child): ProbeOutcome =>
    now() - child.upSince >= behave.healthyAfterMs(child.text, child.path)
      ? healthy(child)
      : { is: "unhealthy", why: "nothing listens" };

  const carryOut = (step: Step): void => {
    switch (step.do) {
      case "identify-agent":
        trace.push("identify");
        return after(5, () =>
          behave.identifyFails
            ? { on: "step-failed", step, why: "no such file" }
            : { on: "agent-identified", facts: behave.facts },
        );
      case "validate-config": {
        const { number, config, binary } = step.generation;
        trace.push(`validate ${number}`);
        // A look that has taken long is ended for a newer one; no two are under way.
        if (validating !== undefined && now() - validating.since < 10_000) {
          violations.push(`two validations at ${now()}`);
        }
        const asked = { number, since: now() };
        validating = asked;
        return after(behave.validationMs, () => {
          if (validating !== asked) return undefined;
          validating = undefined;
          if (behave.neverFinishes) {
            const unfinishedMs = behave.validationMs;
            return { on: "config-refused", number, why: "it did not finish", unfinishedMs };
          }
          const why = behave.refuses(config.text, binary.path);
          return why === undefined
            ? { on: "config-validated", number, tookMs: behave.validationMs }
            : { on: "config-refused", number, why };
        });
      }
      case "read-offer":
      case "read-connections":
      case "read-packages":
      case "take-id":
      case "tell-layers":
        return;
      case "write-config":
        trace.push(`write ${step.generation.number}`);
        return after(1, () =>
          behave.writeFails
            ? { on: "step-failed", step, why: "ENOSPC: no space left on device" }
            : { on: "config-written", number: step.generation.number },
        );
      case "start-agent": {
        const { run, generation } = step;
        trace.push(`start ${generation.number}`);
        if (children.size > 0) violations.push(`two agents at ${now()}`);
        const child: Child = {
          run,
          path: generation.binary.path,
          text: generation.config.text,
          upSince: now(),
          shownUpSince: now() + aheadMs,
        };
        children.set(run, child);
        after(0, () => ({ on: "agent-started", run, pid: 100 + run }));
        return after(behave.diesAfterMs(child.text, child.path), () =>
          exit(run, { code: 1, lastLines: ["Error: boom"] }),
        );
      }
      case "reload-agent": {
        const how = step.part !== undefined ? " in part" : step.whole === true ? " whole" : "";
        trace.push(`reload ${step.generation.number}${how}`);
        const child = children.get(step.run);
        return after(behave.reloadMs, () => {
          if (child === undefined || !children.has(step.run)) return undefined;
          child.text = step.generation.config.text;
          if (step.part === undefined || !behave.reloadsInPart) {
            child.upSince = now();
            child.shownUpSince = now() + aheadMs;
          }
          const livesMs = behave.diesAfterMs(child.text, child.path);
          after(livesMs, () => exit(step.run, { code: 1, lastLines: ["Error: boom"] }));
          return undefined;
        });
      }
      case "signal-agent":
        trace.push(step.signal === "SIGKILL" ? "kill" : "stop");
        return after(step.signal === "SIGKILL" ? 1 : behave.drainMs, () =>
          exit(step.run, { signal: step.signal }),
        );
      case "answer-extension":
        trace.push("answer");
        return;
      case "send-to-server":
        trace.push(`pass on ${step.message.type ?? ""}`);
        return after(1, () => ({ on: "message-settled" }));
      case "prove-server": {
        const { settings } = step;
        trace.push(`prove ${settings.endpoint ?? "the same"}`);
        return after(20, () => {
          const why = behave.refutes(settings);
          return why === undefined
            ? { on: "server-proved", settings }
            : { on: "server-refuted", settings, why };
        });
      }
      case "stop-proving":
        trace.push("stop proving");
        return;
      case "use-server":
        trace.push(`use ${step.settings?.endpoint ?? "the written"}`);
        return;
      case "restore-command-line":
        trace.push("restore the command line");
        return;
      case "fetch-package": {
        const { offered } = step;
        trace.push(`fetch ${offered.version}`);
        fetching += 1;
        const mine = fetching;
        return after(behave.fetchMs, () => {
          if (mine !== fetching) return undefined;
          const why = behave.refusesPackage(offered);
          if (typeof why === "number") {
            return { on: "package-refused", offered, why: "503", retryAfterMs: why };
          }
          if (why !== undefined) {
            return { on: "package-refused", offered, why, retryAfterMs: undefined };
          }
          const installed = installedPackage(offered);
          const facts = { ...behave.facts, version: offered.version };
          onDisk.add(installed.directory);
          return { on: "package-fetched", offered, installed, facts };
        });
      }
      case "stop-fetching":
        trace.push("stop fetching");
        fetching += 1;
        return;
      case "sweep-packages":
        for (const one of onDisk) if (!step.keep.includes(one)) onDisk.delete(one);
        for (const { path } of children.values()) {
          const isThere =
            path.startsWith("/usr") || [...onDisk].some((one) => path.startsWith(one));
          if (!isThere) violations.push(`${path} runs and was removed at ${now()}`);
        }
        return;
      case "make-certificate-request":
        trace.push(`make a request for ${step.commonName}`);
        return after(5, () => ({
          on: "certificate-request-made",
          commonName: step.commonName,
          csr: "request",
          key: "key",
        }));
      case "send-certificate-request":
        trace.push("send the request");
        return;
      case "probe-agent": {
        const child = children.get(step.run);
        return after(1, () => ({
          on: "agent-probed",
          run: step.run,
          outcome: child === undefined ? { is: "unhealthy", why: "gone" } : answer(child),
        }));
      }
      case "read-metrics": {
        const child = children.get(step.run);
        return after(1, () => ({
          on: "metrics-read",
          run: step.run,
          outcome:
            child === undefined
              ? { is: "unreadable", why: "gone" }
              : behave.metrics(child.text, now() - child.upSince, child.path),
        }));
      }
      case "look-at-log":
        trace.push("look");
        return after(1, () => {
          const look = behave.log();
          return typeof look === "string"
            ? { on: "step-failed", step, why: look }
            : { on: "log-looked-at", look };
        });
    }
  };
  const take = (fact: Fact): void => {
    const reduceOne = (one: Fact): void => {
      const event: Event = { ...one, at: now() };
      state = reduce(state, event, policy);
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
  const world: World = {
    behave,
    trace,
    violations,
    state: () => state,
    now,
    running: () => [...children.values()],
    post: take,
    setClock: (byMs) => {
      aheadMs += byMs;
    },
    pass: (durationMs) =>
      timeline.pass(durationMs, {
        wakeAt: () => plan(state, now(), policy).wakeAt,
        wake: () => take({ on: "ticked" }),
      }),
    crash: (how = { code: 2, lastLines: ["Error: crashed"] }): void => {
      const [child] = children.values();
      const fact = child === undefined ? undefined : exit(child.run, how);
      if (fact !== undefined) take(fact);
    },
    forget: (): void => void trace.splice(0),
  };
  take({ on: "ticked" });
  return world;
}
