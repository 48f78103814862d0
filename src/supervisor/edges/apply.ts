import { writeRegular } from "../../files/regular-file.ts";
import { writeFault } from "../../files/write-fault.ts";
import { basename } from "node:path";
import type { RuleCheck } from "./rule-check.ts";
import type { AgentProcess } from "../../agent/process/agent-process.ts";
import { type FindListener, createListeners } from "../../agent/ask/listener.ts";
import { readMetrics } from "../../agent/ask/read-metrics.ts";
import { probeHealth } from "../../agent/ask/health-probe.ts";
import type { Wall } from "../../agent/process/wall.ts";
import { missingVariables } from "../../agent/binary/distribution.ts";
import { validateConfig } from "../../agent/binary/validate.ts";
import { messageOf } from "../../errors.ts";
import type { RolloutOrder } from "../core/state/workload.ts";
import type { LogLook } from "../core/state/log-watch.ts";
import type { ServerToAgent } from "../../opamp-client/wire/messages.ts";
import { offersNothing } from "../../agent-config/connections.ts";
import type { Fact } from "../core/state/event.ts";
import { withHints } from "../core/agent/exit-text.ts";
import { parseMetrics } from "../core/data-flow/parse-metrics.ts";
import type { ServerSettingsInForce } from "../core/state/offers.ts";
import { redact } from "../../redact.ts";
import type { BinaryFacts } from "../../agent-config/config.ts";
import type { AgentBinary, Generation } from "../core/state/generation.ts";
import type { Run } from "../core/state/time.ts";
import type { Step } from "../core/state/step.ts";
import { makeRequest } from "./make-request.ts";
import type { PackageEdge } from "./package-edge.ts";
import { tellLayers } from "./tell-layers.ts";
import type { ServerLinks } from "../server/server-links.ts";
import type { Store } from "../store/store.ts";

/** Everything that steps are carried out with. */
export interface Edges {
  readonly post: (fact: Fact) => void;
  readonly process: AgentProcess;
  /** Set where the agent is the pods of a workload: has a generation rolled out to them. */
  readonly rollOut?: (generation: Generation, restart: boolean) => Promise<RolloutOrder>;
  readonly store: Store;
  readonly env: Readonly<Record<string, string>>;
  /** The variables that a run gets beside `env`; without a run, those for a look at a configuration. */
  readonly variables: (run: Run | undefined) => Readonly<Record<string, string>>;
  readonly sayToExtension: (run: Run, answer: ServerToAgent) => void;
  readonly server: ServerEdge;
  readonly packages: PackageEdge;
  /** Takes the settings into use again that were in use before the newest. */
  readonly restoreCommandLine: (why: string) => void;
  /**
   * What follows `--config FILE` for this binary; undefined while it is not known. With the path of the store's stamp it
   * may restart its receivers alone.
   */
  readonly argsFor: (facts: BinaryFacts | undefined, reloadStamp?: string) => readonly string[];
  readonly identify: () => Promise<BinaryFacts>;
  /** A file that shows the merged configuration to people. */
  readonly mirror: string | undefined;
  readonly mirrorFailed: (why: string) => void;
  /** The rules that a configuration breaks, in words; undefined when it keeps them all. */
  readonly brokenRules: RuleCheck;
  /** Sets the agent's log aside when it is too large. */
  readonly lookAtLog: () => Promise<LogLook>;
  readonly probeTimeoutMs: number;
  readonly scratchPath: (name: string) => string;
  /** What confines the agent, and a look at its configuration. Throws where it may not run without. */
  readonly wall: () => Wall;
}

/** What steps do with the connection to the server. */
export interface ServerEdge extends Pick<
  ServerLinks,
  "sendCustomMessage" | "requestCertificate" | "prove" | "stopProving" | "use"
> {
  /** False when what must outlive us could not be written the last time. */
  readonly isKept: () => boolean;
}

/** Turns a step into the call of one edge, asked for anew each time; its outcome comes back as a fact. */
export function createApply(edgesNow: () => Edges): (step: Step) => void {
  const listeners = createListeners();
  let looking = new AbortController();
  return (step) => {
    const edges = edgesNow();
    switch (step.do) {
      case "identify-agent":
        return answer(edges, step, identify(edges));
      case "validate-config":
        // The binary looks at one configuration at a time: what it looked at before is not wanted any more.
        looking.abort();
        looking = new AbortController();
        return answer(edges, step, validate(edges, step.generation, looking.signal));
      case "read-offer":
      case "read-connections":
      case "read-packages":
      case "take-id":
        return;
      case "write-config":
        return answer(edges, step, write(edges, step.generation));
      case "start-agent":
        return edges.process.start(
          step.run,
          ["--config", edges.store.effectivePath, ...startArguments(edges, step)],
          variablesOf(edges, step.run, step.generation.binary),
          step.generation.number,
          step.generation.binary.path,
        );
      case "reload-agent":
        if (edges.rollOut !== undefined) return answer(edges, step, ordered(edges.rollOut, step));
        edges.process.runs(step.run, step.generation.number);
        // Where it cannot be written the proof tells: a reload without one is followed by a restart.
        if (step.whole === true) written(edges.store.reloadStamp.change);
        else if (step.part !== undefined) written(edges.store.reloadStamp.keep);
        return signal(edges, step, "SIGHUP");
      case "signal-agent":
        return signal(edges, step, step.signal);
      case "probe-agent":
        return answer(
          edges,
          step,
          probe(edges, step, listeners(step.pid, edges.store.effectivePath)),
        );
      case "read-metrics":
        return answer(edges, step, read(edges, step, listeners(step.pid)));
      case "look-at-log":
        return answer(
          edges,
          step,
          edges.lookAtLog().then((look) => ({ on: "log-looked-at", look })),
        );
      case "answer-extension":
        return edges.sayToExtension(step.run, step.answer);
      case "send-to-server":
        return edges.server.sendCustomMessage(step.message);
      case "tell-layers":
        return answer(edges, step, tellLayers(step.question));
      case "prove-server":
        return prove(edges, step.settings);
      case "stop-proving":
        return edges.server.stopProving();
      case "use-server":
        return edges.server.use(step.settings);
      case "restore-command-line":
        return edges.restoreCommandLine(step.why);
      case "fetch-package":
        void edges.packages.fetch(step.offered).then(
          (fact) => (fact === undefined ? undefined : edges.post(fact)),
          (error: unknown) => failed(edges, step, error),
        );
        return;
      case "stop-fetching":
        return edges.packages.stop();
      case "sweep-packages":
        void edges.packages
          .sweep(step.keep, step.wanted)
          .catch((error: unknown) => failed(edges, step, error));
        return;
      case "make-certificate-request":
        return answer(edges, step, makeRequest(step.commonName));
      case "send-certificate-request":
        return edges.server.requestCertificate(step.csr);
    }
  };
}

function startArguments(
  { store, argsFor }: Edges,
  { inPart, generation }: Extract<Step, { do: "start-agent" }>,
): readonly string[] {
  const { facts } = generation.binary;
  return inPart === true && written(store.reloadStamp.change)
    ? argsFor(facts, store.reloadStamp.path)
    : argsFor(facts);
}

/** False where that cannot be done. */
function written(write: () => void): boolean {
  try {
    write();
    return true;
  } catch {
    return false;
  }
}

function variablesOf(
  { env, variables }: Edges,
  run: Run,
  { facts, path }: AgentBinary,
): Readonly<Record<string, string>> {
  return { ...missingVariables(facts?.name ?? basename(path), env), ...variables(run) };
}

function answer(edges: Edges, step: Step, outcome: Promise<Fact>): void {
  void outcome.then(edges.post, (error: unknown) => failed(edges, step, error));
}

function failed({ post }: Edges, step: Step, error: unknown): void {
  post({ on: "step-failed", step, why: redact(messageOf(error)) });
}

async function ordered(
  rollOut: NonNullable<Edges["rollOut"]>,
  { run, generation, restart }: Extract<Step, { do: "reload-agent" }>,
): Promise<Fact> {
  const order = await rollOut(generation, restart === true);
  return { on: "rollout-answered", run, number: generation.number, order };
}

/** What becomes of a signal shows in the agent; only one that could not be sent is a fact of its own. */
function signal(
  edges: Edges,
  step: Extract<Step, { do: "reload-agent" | "signal-agent" }>,
  name: "SIGHUP" | "SIGTERM" | "SIGKILL",
): void {
  const sent = edges.process.signal(step.run, name);
  void sent?.catch((error: unknown) => failed(edges, step, error));
}

/** A certificate that would be gone after a restart is not taken (specification.md#connection-settings-offer-flow). */
function prove({ post, server }: Edges, settings: ServerSettingsInForce): void {
  if (settings.certificate === undefined || server.isKept()) return server.prove(settings);
  const why = "the storage directory cannot be written, so the certificate could not be kept";
  post({ on: "server-refuted", settings, why });
}

async function identify(edges: Edges): Promise<Fact> {
  return { on: "agent-identified", facts: await edges.identify() };
}

async function validate(edges: Edges, generation: Generation, signal: AbortSignal): Promise<Fact> {
  const { number, config, remote, binary, connections } = generation;
  // The rules limit servers: what the operator wrote himself is not judged by them.
  const own = remote === undefined && offersNothing(connections);
  const broken = own ? undefined : edges.brokenRules(config, remote, connections);
  if (broken !== undefined) return { on: "config-refused", number, why: broken, byPolicy: true };
  edges.store.keepSecrets(generation);
  if (binary.facts?.validates === false) return { on: "config-validated", number, tookMs: 0 };
  const validation = await validateConfig(
    binary.path,
    edges.argsFor(binary.facts),
    { ...edges.env, ...edges.variables(undefined) },
    config.text,
    // The end of an earlier look may come after the beginning of this one.
    edges.scratchPath(`candidate-${number}.yaml`),
    { wall: edges.wall(), signal, mayTakeAll: own },
  );
  if (validation.is === "valid") {
    return { on: "config-validated", number, tookMs: validation.tookMs };
  }
  if (validation.is === "unfinished") {
    const { why, tookMs } = validation;
    // Of an offer nothing is known: the same one may be tried again.
    if (!own) throw new Error(why);
    return { on: "config-refused", number, why, unfinishedMs: tookMs };
  }
  const why = `the collector refuses this configuration: ${withHints(redact(validation.why))}`;
  return { on: "config-refused", number, why };
}

async function probe(
  { probeTimeoutMs, process }: Edges,
  { run, target }: Extract<Step, { do: "probe-agent" }>,
  findListener: FindListener,
): Promise<Fact> {
  const outcome = await probeHealth(target.url, probeTimeoutMs, findListener);
  if (outcome.is === "unasked") throw new Error(outcome.why);
  // Where a script starts the collector, this tells which process that is.
  if (outcome.listener?.is === "ours") process.answered?.(run, outcome.listener.pid);
  return { on: "agent-probed", run, outcome };
}

async function read(
  { probeTimeoutMs }: Edges,
  { run, url }: Extract<Step, { do: "read-metrics" }>,
  findListener: FindListener,
): Promise<Fact> {
  const answer = await readMetrics(url, probeTimeoutMs, findListener);
  const outcome =
    answer.is === "read"
      ? ({ is: "read", sample: parseMetrics(answer.text), listener: answer.listener } as const)
      : answer;
  return { on: "metrics-read", run, outcome };
}

async function write(edges: Edges, generation: Generation): Promise<Fact> {
  edges.store.keep(generation);
  edges.store.publish(generation);
  show(edges, generation.config.text);
  edges.packages.show(generation.binary);
  return Promise.resolve({ on: "config-written", number: generation.number });
}

/** The agent does not read it: what keeps it from being written keeps nothing else from going on. */
function show({ mirror, mirrorFailed }: Edges, text: string): void {
  if (mirror === undefined) return;
  try {
    writeRegular(mirror, text);
  } catch (error) {
    mirrorFailed(writeFault(mirror, error));
  }
}
