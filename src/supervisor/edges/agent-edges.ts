import { join } from "node:path";
import { type AttachedFact, createAttachedProcess } from "../../agent/process/attached-process.ts";
import { findSetpriv } from "../../agent/process/death-signal.ts";
import { tailBytes } from "../../agent/process/launch.ts";
import { endLeftover } from "../../agent/process/leftover.ts";
import { takenPorts, withHolders } from "../../agent/ask/port-holder.ts";
import type { OutputSink } from "../../agent/output/line-reader.ts";
import { createAgentLog } from "../../agent/output/agent-log.ts";
import { type LogFollower, createFileOutput } from "../../agent/output/output.ts";
import { createPipedOutput } from "../../agent/output/piped-output.ts";
import type { ChildAgent, AgentProgram, ProcessFact } from "../../agent/process/agent-process.ts";
import { createAgentProcess } from "../../agent/process/child-agent.ts";
import { messageOf } from "../../errors.ts";
import { type ServerEdge, createApply } from "./apply.ts";
import { agentArguments } from "../inputs/agent-arguments.ts";
import { askForFacts } from "../inputs/binary-cache.ts";
import type { Fact } from "../core/state/event.ts";
import { redact } from "../../redact.ts";
import { checkRules, violationText } from "../../policy/check-policy.ts";
import type { Rules } from "../../policy/policy.ts";
import type { RenderedConfig } from "../../agent-config/config.ts";
import type { Run } from "../core/state/time.ts";
import type { Step } from "../core/state/step.ts";
import type { ExtensionLink } from "./extension-link.ts";
import type { InUse } from "../inputs/in-use.ts";
import type { Logger } from "../log/log.ts";
import { createRealPath } from "./real-path.ts";
import type { Store } from "../store/store.ts";

/** What the edges need of the loop that drives them. */
interface LoopView {
  readonly post: (fact: Fact) => void;
  readonly server: ServerEdge;
}

/** Everything that touches the agent, its binary and its files. */
interface AgentEdges {
  readonly apply: (step: Step) => void;
  /** At once, for a second signal. */
  readonly kill: (run: Run) => void;
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
  /** The environment of commands that are not the agent's. */
  readonly commandEnv: Readonly<Record<string, string>>;
}

/** Builds the agent's edges; the settings are asked for whenever they are needed. */
export function createAgentEdges(
  now: () => Pick<InUse, "settings" | "environment">,
  store: Store,
  { mirror, workingDirectory, searchPath, agentLines, logFollower, commandEnv }: Places,
  extension: ExtensionLink,
  { post, server }: LoopView,
): AgentEdges {
  const inStore = (name: string): string => join(store.directory, name);
  const { attach, passthroughLogs, crashLogSnippetBytes, logRotation } = now().settings.agent;
  const output = passthroughLogs
    ? createPipedOutput(agentLines, tailBytes(crashLogSnippetBytes))
    : createFileOutput(inStore("agent.log"), logRotation, logFollower);
  if (attach === undefined && !passthroughLogs) createAgentLog(inStore("agent.log"));
  const program = (): AgentProgram => {
    const { settings, environment } = now();
    return {
      executable: settings.agent.executable,
      env: Object.fromEntries(environment),
      output,
      notePath: inStore("agent.json"),
      setpriv: findSetpriv(searchPath),
      outlives: settings.agent.leftover === "adopt",
      endpoint: extension.endpoint,
      drainMs: settings.agent.stopTimeoutMs,
      snippetBytes: settings.agent.crashLogSnippetBytes,
    };
  };
  const tell = (fact: ProcessFact | AttachedFact): void =>
    post(cleaned(fact, crashLogSnippetBytes > 0));
  const child = createAgentProcess(program, tell);
  const process =
    attach === undefined
      ? child
      : createAttachedProcess(
          { ...attach, ...paces, configPath: store.effectivePath, env: commandEnv },
          tell,
        );
  const apply = createApply(() => {
    const { settings, environment } = now();
    const { executable, rules } = settings.agent;
    const env = Object.fromEntries(environment);
    return {
      post,
      process,
      store,
      env,
      variables: extension.variables,
      sayToExtension: extension.say,
      server,
      argsFor: (known, mark) => agentArguments(settings.agent, known, mark),
      identify: () =>
        askForFacts(executable, env, inStore("binary.json"), inStore("resource-form.yaml")),
      mirror,
      brokenRules: ruleCheck(rules, workingDirectory, store),
      lookAtLog: output.look,
      probeTimeoutMs,
      scratchPath: inStore,
    };
  });
  return {
    apply,
    // What is not ours lives on.
    kill: (run) => (attach === undefined ? void process.signal(run, "SIGKILL") : undefined),
    adopt: child.adopt,
    clearLeftover: (log) =>
      clearLeftover(inStore("agent.json"), now().settings.agent.stopTimeoutMs, log),
  };
}

function ruleCheck(
  rules: Rules | undefined,
  workingDirectory: string,
  { directory, secretsDirectory }: Store,
): (config: RenderedConfig) => string | undefined {
  if (rules === undefined) return () => undefined;
  const realPath = createRealPath(workingDirectory);
  const secret = [join(secretsDirectory, "**"), join(directory, "journal*.json")];
  const all = { ...rules, ownFiles: [...rules.ownFiles, ...secret] };
  return ({ text, offered, ownHealthCheck, ownMetrics }) => {
    // What we add ourselves may listen at another port than the usual one.
    const ownHealthChecks = [...all.ownHealthChecks, ...listOf(ownHealthCheck)];
    const ours = { ...all, ownHealthChecks, ownReaders: listOf(ownMetrics) };
    const violations = checkRules(ours, text, realPath, offered);
    return violations.length === 0 ? undefined : violationText(violations);
  };
}

function listOf(address: string | undefined): readonly string[] {
  return address === undefined ? [] : [address];
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
