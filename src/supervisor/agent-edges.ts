import { join } from "node:path";
import { findSetpriv } from "../agent/death-signal.ts";
import { endLeftover } from "../agent/leftover.ts";
import { createAgentProcess, type ProcessFact } from "../agent/process.ts";
import { messageOf } from "../errors.ts";
import type { CustomMessage } from "../opamp-client/messages.ts";
import { createApply } from "./apply.ts";
import { askForFacts } from "./binary-cache.ts";
import type { Fact } from "./core/event.ts";
import { redact } from "./core/redact.ts";
import { checkRules, type Rules, violationText } from "./core/rules.ts";
import type { BinaryFacts, RenderedConfig, Run } from "./core/state.ts";
import type { Step } from "./core/step.ts";
import type { ExtensionLink } from "./extension-link.ts";
import type { Logger } from "./log.ts";
import { createRealPath } from "./real-path.ts";
import type { Settings } from "./settings.ts";
import type { Store } from "./store.ts";

/** What the edges need of the loop that drives them. */
export interface LoopView {
  readonly post: (fact: Fact) => void;
  readonly facts: () => BinaryFacts | undefined;
  readonly sayToServer: (message: CustomMessage) => void;
}

/** Everything that touches the agent, its binary and its files. */
export interface AgentEdges {
  readonly apply: (step: Step) => void;
  /** At once, for a second signal. */
  readonly kill: (run: Run) => void;
  /** The agent of a supervisor that was killed must not stand in the way of ours. */
  readonly clearLeftover: (log: Logger) => Promise<void>;
}

const probeTimeoutMs = 3_000;

/** Where things lie beside the storage directory. */
export interface Places {
  /** A file that shows the merged configuration to people. */
  readonly mirror: string | undefined;
  /** The agent runs in it too. */
  readonly workingDirectory: string;
  /** Directories of programs, as in PATH. */
  readonly searchPath: string;
}

/** Builds the agent's edges from the settings; the environment is the one that the agent is run with. */
export function createAgentEdges(
  { agent }: Settings,
  environment: ReadonlyMap<string, string>,
  store: Store,
  { mirror, workingDirectory, searchPath }: Places,
  extension: ExtensionLink,
  { post, facts, sayToServer }: LoopView,
): AgentEdges {
  const inStore = (name: string): string => join(store.directory, name);
  const env = Object.fromEntries(environment);
  const process = createAgentProcess(
    {
      executable: agent.executable,
      env,
      logPath: inStore("agent.log"),
      notePath: inStore("agent.json"),
      setpriv: findSetpriv(searchPath),
      snippetBytes: agent.crashLogSnippetBytes,
    },
    (fact) => post(cleaned(fact)),
  );
  const apply = createApply({
    post,
    process,
    store,
    executable: agent.executable,
    env,
    variables: extension.variables,
    sayToExtension: extension.say,
    sayToServer,
    argsFor: (known) => [...gateArgs(known), ...agent.args],
    facts,
    identify: () =>
      askForFacts(agent.executable, env, inStore("binary.json"), inStore("resource-form.yaml")),
    mirror,
    brokenRules: ruleCheck(agent.rules, workingDirectory),
    probeTimeoutMs,
    scratchPath: inStore,
  });
  return {
    apply,
    kill: (run) => process.signal(run, "SIGKILL"),
    clearLeftover: (log) => clearLeftover(inStore("agent.json"), agent.stopTimeoutMs, log),
  };
}

function ruleCheck(
  rules: Rules | undefined,
  workingDirectory: string,
): (config: RenderedConfig) => string | undefined {
  if (rules === undefined) return () => undefined;
  const realPath = createRealPath(workingDirectory);
  return ({ text }) => {
    const violations = checkRules(rules, text, realPath);
    return violations.length === 0 ? undefined : violationText(violations);
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

/** The agent's last words may hold a secret: they are cleaned before anything else sees them. */
function cleaned(fact: ProcessFact): Fact {
  if (fact.on !== "agent-exited") return fact;
  const lastLines = fact.exit.lastLines.map(redact);
  return { ...fact, exit: { ...fact.exit, lastLines }, random: Math.random() };
}

/** Lets a configuration without pipelines run, where the binary knows how. */
function gateArgs(facts: BinaryFacts | undefined): readonly string[] {
  return facts?.allowsNoPipelines === true ? ["--feature-gates", "service.AllowNoPipelines"] : [];
}
