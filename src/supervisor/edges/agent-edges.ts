import { isSource } from "../../sources/source.ts";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { type AttachedFact, createAttachedProcess } from "../../agent/process/attached-process.ts";
import { findSetpriv } from "../../agent/process/death-signal.ts";
import { tailBytes, unknownEnd } from "../../agent/process/launch.ts";
import { endLeftover } from "../../agent/process/leftover.ts";
import { takenPorts, withHolders } from "../../agent/ask/port-holder.ts";
import type { OutputSink } from "../../agent/output/line-reader.ts";
import { createAgentLog } from "../../agent/output/agent-log.ts";
import { type LogFollower, createFileOutput, noOutput } from "../../agent/output/output.ts";
import { createPipedOutput } from "../../agent/output/piped-output.ts";
import type {
  AgentProcess,
  AgentProgram,
  ChildAgent,
  ProcessFact,
} from "../../agent/process/agent-process.ts";
import { createAgentProcess } from "../../agent/process/child-agent.ts";
import type { Wall } from "../../agent/process/wall.ts";
import { messageOf } from "../../errors.ts";
import { type ServerEdge, createApply } from "./apply.ts";
import { type FleetAgent, fleetLater } from "./fleet-later.ts";
import type { AttachSettings } from "../settings/settings.ts";
import { createBinaryWatch } from "./binary-watch.ts";
import { agentArguments } from "../inputs/agent-arguments.ts";
import { askForFacts, factsPath } from "../inputs/binary-cache.ts";
import { createPackageEdge } from "./package-edge.ts";
import { packageWay } from "../server/package-way.ts";
import type { KillPoint } from "../../files/kill-point.ts";
import type { Fact } from "../core/state/event.ts";
import { redact } from "../../redact.ts";
import type { Run } from "../core/state/time.ts";
import type { Step } from "../core/state/step.ts";
import type { ExtensionLink } from "./extension-link.ts";
import type { InUse } from "../inputs/in-use.ts";
import { unconfined, wallOrNone } from "../inputs/raise-wall.ts";
import type { Logger } from "../log/log.ts";
import { createRuleCheck } from "./rule-check.ts";
import type { Store } from "../store/store.ts";

/** What the edges need of the loop that drives them. */
interface LoopView {
  readonly post: (fact: Fact) => void;
  readonly server: ServerEdge;
  readonly passing: KillPoint;
  readonly restoreCommandLine: (why: string) => void;
  /** Has the agent's file hold what it is to run; says why it cannot. */
  readonly mend: () => string | undefined;
  readonly log: Logger;
}

/** Everything that touches the agent, its binary and its files. */
interface AgentEdges {
  readonly apply: (step: Step) => void;
  /** At once, for a second signal. */
  readonly kill: (run: Run) => void;
  /** Notes again which process is the agent, where somebody has removed the note. */
  readonly noteAgain: () => void;
  /** Notices that somebody has put another file in the place of agent.executable. */
  readonly lookAtBinary: () => void;
  /** Goes on with the agent of a supervisor that was killed. */
  readonly adopt: ChildAgent["adopt"];
  /** The agent of a supervisor that was killed must not stand in the way of ours. */
  readonly clearLeftover: (log: Logger) => Promise<void>;
}

const probeTimeoutMs = 3_000;
/**
 * How often an agent that somebody else starts is looked at, and how long the commands that reach it may take. Its end
 * has to be seen before it is started again, so that it finds the old text. A search looks at every process of the
 * machine.
 */
const paces = { quickMs: 25, seekMs: 250, slowMs: 2_000, commandTimeoutMs: 10_000 } as const;

/** Takes what an agent without a log says: only its last words are of use, and these are kept apart. */
const nowhere: OutputSink = { lines: () => undefined, cutLine: () => undefined };

/** Where things lie beside the storage directory. */
interface Places {
  /** A file that shows the merged configuration to people. */
  readonly mirror: string | undefined;
  /** The agent runs in it too. */
  readonly workingDirectory: string;
  /** Directories of programs, as in PATH. */
  readonly searchPath: string;
  /** Takes one output of the agent's that goes through the log. */
  readonly agentLines: () => OutputSink;
  /** Reads along in agent.log. */
  readonly logFollower: LogFollower;
  /** Our own environment, for commands that are not the agent's. */
  readonly ownEnvironment: ReadonlyMap<string, string>;
}

/** Builds the agent's edges; the settings are asked for whenever they are needed. */
export function createAgentEdges(
  now: () => Pick<InUse, "settings" | "environment">,
  store: Store,
  { mirror, workingDirectory, searchPath, agentLines, logFollower, ownEnvironment }: Places,
  extension: ExtensionLink,
  { post, server, mend, passing, restoreCommandLine, log }: LoopView,
): AgentEdges {
  const inStore = (name: string): string => join(store.directory, name);
  const { attach, passthroughLogs, crashLogSnippetBytes, logRotation, leftover } =
    now().settings.agent;
  const output = passthroughLogs
    ? createPipedOutput(agentLines, tailBytes(crashLogSnippetBytes))
    : createFileOutput(
        inStore("agent.log"),
        logRotation,
        logFollower,
        // Pipes would end an agent that goes on when we have ended.
        leftover === "adopt"
          ? noOutput
          : createPipedOutput(() => nowhere, tailBytes(crashLogSnippetBytes)),
      );
  if (attach === undefined && !passthroughLogs) createAgentLog(inStore("agent.log"));
  const wall = (): Wall => {
    const raised = wallOrNone(now().settings, searchPath);
    if (raised.problem !== undefined) log.warn({ reason: raised.problem }, unconfined);
    return raised;
  };
  const program = (): AgentProgram => {
    const { settings, environment } = now();
    return {
      executable: settings.agent.executable,
      env: Object.fromEntries(environment),
      output,
      notePath: inStore("agent.json"),
      setpriv: findSetpriv(searchPath),
      wall,
      outlives: settings.agent.leftover === "adopt",
      endpoint: extension.endpoint,
      drainMs: settings.agent.stopTimeoutMs,
      snippetBytes: settings.agent.crashLogSnippetBytes,
    };
  };
  const tell = (fact: ProcessFact | AttachedFact): void =>
    post(cleaned(fact, crashLogSnippetBytes > 0));
  const child = createAgentProcess(program, tell);
  const fleet = fleetOf(attach, ownEnvironment, post, log);
  const attached = {
    ...paces,
    configPath: store.effectivePath,
    env: Object.fromEntries(ownEnvironment),
  };
  const process =
    attach === undefined
      ? mended(child, mend, tell, post)
      : (fleet?.process ?? createAttachedProcess({ ...attach, ...attached }, tell));
  const packages = createPackageEdge({
    ...{ directory: inStore("packages"), post, passing },
    rules: () => now().settings.packages,
    way: () => packageWay(now().settings.server, ownEnvironment),
    factsOf: (executable, directory) => {
      const env = Object.fromEntries(now().environment);
      return askForFacts(executable, env, factsPath(directory), inStore("package-form.yaml"));
    },
  });
  const lookAtBinary = createBinaryWatch(
    () => now().settings.agent.executable,
    () => post({ on: "binary-replaced" }),
  );
  const apply = createApply(() => {
    const { settings, environment } = now();
    const { executable, rules, configFiles, protectedConfigFiles } = settings.agent;
    const written = [...configFiles, ...protectedConfigFiles];
    const localFiles = written.filter((path) => !path.startsWith("$") && !isSource(path));
    const env = Object.fromEntries(environment);
    return {
      post,
      process,
      ...(fleet === undefined ? {} : { rollOut: fleet.rollOut }),
      store,
      env,
      variables: extension.variables,
      sayToExtension: extension.say,
      server,
      packages,
      restoreCommandLine,
      argsFor: (known, stamp) => agentArguments(settings.agent, known, stamp),
      identify: () =>
        askForFacts(executable, env, inStore("binary.json"), inStore("resource-form.yaml")),
      mirror,
      mirrorFailed: (reason) =>
        log.warn({ file: mirror, reason }, "the merged configuration cannot be shown in this file"),
      brokenRules: createRuleCheck(rules, localFiles, workingDirectory, store),
      lookAtLog: output.look,
      probeTimeoutMs,
      scratchPath: inStore,
      wall: () => wallOrNone(settings, searchPath),
    };
  });
  return {
    apply,
    // What is not ours lives on.
    kill: (run) => (attach === undefined ? void process.signal(run, "SIGKILL") : undefined),
    adopt: child.adopt,
    noteAgain: child.noteAgain,
    lookAtBinary,
    clearLeftover: (log) =>
      clearLeftover(inStore("agent.json"), now().settings.agent.stopTimeoutMs, log),
  };
}

function fleetOf(
  attach: AttachSettings | undefined,
  environment: ReadonlyMap<string, string>,
  post: (fact: Fact) => void,
  log: Logger,
): FleetAgent | undefined {
  if (attach?.kubernetes === undefined) return undefined;
  return fleetLater(attach.kubernetes, environment, post, (error) =>
    log.error({ reason: messageOf(error) }, "internal error: nothing talks to Kubernetes"),
  );
}

/** Before the agent reads its file, that is made what we say it runs. */
function mended(
  child: ChildAgent,
  mend: () => string | undefined,
  tell: (fact: ProcessFact) => void,
  post: (fact: Fact) => void,
): AgentProcess {
  return {
    ...child,
    start: (run, ...how) => {
      const why = mend();
      if (why === undefined) {
        const [, , , executable] = how;
        if (executable !== undefined && !existsSync(executable)) {
          post({ on: "package-lost", executable });
        }
        child.start(run, ...how);
        return;
      }
      const spawnError = `its configuration file is not what it is to run: ${why}`;
      const exit = { ...unknownEnd, spawnError, scarce: true, lastLines: [] };
      tell({ on: "agent-exited", run, exit });
    },
    signal: (run, signal) => {
      const why = signal === "SIGHUP" ? mend() : undefined;
      if (why !== undefined) return Promise.reject(new Error(why));
      child.signal(run, signal);
      return undefined;
    },
  };
}

async function clearLeftover(path: string, drainMs: number, log: Logger): Promise<void> {
  try {
    const pid = await endLeftover(path, drainMs);
    if (pid === undefined) return;
    log.warn({ pid }, "ended the agent that an earlier supervisor left behind");
  } catch (error) {
    log.error({ reason: messageOf(error) }, "an agent that was left behind could not be ended");
  }
}

/**
 * The agent's last words may hold a secret: they are cleaned before anything else sees them. Who has a port that it
 * wanted can only be seen now.
 */
function cleaned(fact: ProcessFact | AttachedFact, verbatim: boolean): Fact {
  if (fact.on !== "agent-exited") return fact;
  const lastLines = withHolders(fact.exit.lastLines).map(redact);
  const taken = takenPorts(fact.exit.lastLines);
  const exit = {
    ...fact.exit,
    lastLines,
    verbatim,
    ...(taken.length === 0 ? {} : { takenPorts: taken }),
  };
  return { ...fact, exit, random: Math.random() };
}
