import { plan } from "../../../src/supervisor/core/plan.ts";
import { reduce } from "../../../src/supervisor/core/reduce.ts";
import { type CoreSettings, fleetAgent } from "../../../src/supervisor/core/state/core-settings.ts";
import type { Fact } from "../../../src/supervisor/core/state/event.ts";
import type { FleetView, RolloutOrder } from "../../../src/supervisor/core/state/workload.ts";
import { type State, withAgent } from "../../../src/supervisor/core/state/state.ts";
import type { Step } from "../../../src/supervisor/core/state/step.ts";
import { policy } from "./core-samples.ts";
import { podOf } from "./fleet-view.ts";
import { carryOutAll, createTimeline } from "./timeline.ts";

/** How the cluster behaves; a test may change it at any time. */
export interface Cluster {
  wanted: number;
  /** Pods with such a text end at once. */
  crashes: (text: string) => boolean;
  /** Pods with such a text never become ready. */
  hangs: (text: string) => boolean;
  readyAfterMs: number;
  /** Why nobody reaches the API; undefined: it answers. */
  away: string | undefined;
  /** Why an order is refused. */
  refuses: string | undefined;
}

interface SimulatedPod {
  readonly name: string;
  readonly hash: string | undefined;
  readonly since: number;
}

/** The simulation as a test sees it. */
export interface FleetWorld {
  readonly cluster: Cluster;
  /** Orders to Kubernetes. */
  readonly trace: string[];
  readonly state: () => State;
  readonly post: (fact: Fact) => void;
  readonly pass: (durationMs: number) => void;
  /** What pods run, and whether they are ready. */
  readonly running: () => readonly { readonly text: string; readonly ready: boolean }[];
  /** Somebody else names another configuration in the template. */
  readonly overwrite: (hash: string) => void;
  /** A new supervisor, beside the same workload. */
  readonly restartSupervisor: (next: State) => void;
}

/** The core with a workload of three pods, of which one at a time is replaced, in simulated time. */
export function createFleetWorld(start: State, manners: Partial<Cluster> = {}): FleetWorld {
  const cluster: Cluster = {
    ...{ wanted: 3, crashes: () => false, hangs: () => false, readyAfterMs: 2_000 },
    ...{ away: undefined, refuses: undefined },
    ...manners,
  };
  const core: CoreSettings = {
    ...policy,
    startTimeoutMs: Infinity,
    settleMs: 10_000,
    kind: fleetAgent({
      ...{ progressMs: 600_000, strangeMs: 30_000, overwrittenMs: 30_000, refusedMs: 30_000 },
    }),
  };
  const timeline = createTimeline();
  const { now, after } = timeline;
  let state: State = withAgent(start, { begun: true });
  let run = 0;
  let names = 0;
  let template: { hash: string | undefined; revision: number } = { hash: undefined, revision: 1 };
  const texts = new Map<string, string>();
  let pods: SimulatedPod[] = [];
  const trace: string[] = [];

  const textOf = (pod: SimulatedPod): string => texts.get(pod.hash ?? "") ?? "";
  const fails = (pod: SimulatedPod): boolean => cluster.crashes(textOf(pod));
  const isReady = (pod: SimulatedPod): boolean =>
    !fails(pod) && !cluster.hangs(textOf(pod)) && now() - pod.since >= cluster.readyAfterMs;
  const newPod = (): SimulatedPod => {
    names += 1;
    return { name: `pod-${names}`, hash: template.hash, since: now() };
  };
  const view = (): FleetView => ({
    ...{ revision: template.revision, observed: true, hash: template.hash, mayLack: 1 },
    ...{ wanted: cluster.wanted, total: pods.length, stuck: undefined },
    updated: pods.filter(({ hash }) => hash === template.hash).length,
    available: pods.filter(isReady).length,
    pods: pods.map((pod) =>
      podOf(pod.name, {
        ...{ hash: pod.hash, ready: isReady(pod), failed: fails(pod) },
        ...(fails(pod)
          ? { trouble: "the collector ended with exit code 1", lastLines: ["cannot bind"] }
          : {}),
      }),
    ),
  });
  /** One pod is replaced at a time, those in trouble first. */
  const control = (): void => {
    while (pods.length < cluster.wanted) pods.push(newPod());
    pods = pods.slice(0, cluster.wanted);
    const old = pods.filter(({ hash }) => hash !== template.hash);
    const victim = old.find((pod) => !isReady(pod)) ?? old[0];
    const missing = pods.filter((pod) => !isReady(pod)).length;
    if (victim !== undefined && (missing === 0 || !isReady(victim))) {
      pods = pods.map((pod) => (pod === victim ? newPod() : pod));
    }
  };
  const look = (): void => {
    control();
    if (run === 0) return;
    const { away } = cluster;
    if (away === undefined) take({ on: "fleet-seen", run, view: view() });
    else take({ on: "fleet-unseen", run, why: away });
  };
  const beat = (): void => {
    look();
    after(1_000, beat);
  };
  const order = ({ generation: { config }, restart }: Extract<Step, { do: "reload-agent" }>) => {
    if (cluster.away !== undefined) return { is: "unreached", why: cluster.away } as const;
    if (cluster.refuses !== undefined) return { is: "refused", why: cluster.refuses } as const;
    texts.set(config.hash, config.text);
    const revision =
      template.revision + (template.hash === config.hash && restart !== true ? 0 : 1);
    template = { hash: config.hash, revision };
    if (restart === true) pods = pods.map((pod) => ({ ...pod, since: now() }));
    return { is: "told", revision } as const;
  };
  const carryOut = (step: Step): void => {
    switch (step.do) {
      case "validate-config": {
        const { number } = step.generation;
        return after(15, () => take({ on: "config-validated", number, tookMs: 15 }));
      }
      case "write-config":
        return after(1, () => take({ on: "config-written", number: step.generation.number }));
      case "start-agent":
        run = step.run;
        return after(50, look);
      case "reload-agent": {
        const { generation } = step;
        trace.push(`${step.restart === true ? "restart" : "roll out"} ${generation.number}`);
        const answer: RolloutOrder = order(step);
        return after(20, () =>
          take({ on: "rollout-answered", run: step.run, number: generation.number, order: answer }),
        );
      }
      case "signal-agent":
      case "probe-agent":
        throw new Error(`${step.do} is nothing for a fleet`);
      default:
        return;
    }
  };
  const take = (fact: Fact): void => {
    state = reduce(state, { ...fact, at: now() }, core);
    carryOutAll(
      () => plan(state, now(), core).step,
      (step) => {
        state = reduce(state, { on: "step-begun", step, at: now() }, core);
        carryOut(step);
      },
    );
  };
  const pass = (durationMs: number): void =>
    timeline.pass(durationMs, {
      wakeAt: () => plan(state, now(), core).wakeAt,
      wake: () => take({ on: "ticked" }),
    });
  control();
  for (const pod of pods) pods = pods.map((one) => (one === pod ? { ...one, since: 0 } : one));
  after(1_000, beat);
  take({ on: "supervisor-started" });
  return {
    cluster,
    trace,
    state: () => state,
    post: take,
    pass,
    running: () => pods.map((pod) => ({ text: textOf(pod), ready: isReady(pod) })),
    overwrite: (hash: string) => {
      template = { hash, revision: template.revision + 1 };
    },
    restartSupervisor: (next) => {
      state = withAgent(next, { begun: true });
      run = 0;
      timeline.forget();
      after(1_000, beat);
      take({ on: "supervisor-started" });
    },
  };
}
