import { type Inheritance, inherit } from "./inherited-environment.ts";
import type { LocalLayer } from "../../agent-config/config.ts";
import type { Settings } from "./settings.ts";

/**
 * The distribution of AWS runs the text of this variable instead of what `--config` names: with it the agent would
 * never run what is reported of it, so it never gets it.
 */
const overridingVariable = "AOT_CONFIG_CONTENT";

/** By these a service manager says how it wants to be told how it goes: a collector that knew them would speak for us. */
const managerVariables: ReadonlySet<string> = new Set([
  "NOTIFY_SOCKET",
  "WATCHDOG_USEC",
  "WATCHDOG_PID",
]);

/** What the agent is run, validated and asked with: what it gets of our environment, and `agent.env` over it. */
export function agentEnvironment(
  { agent, credentialVariables }: Settings,
  own: ReadonlyMap<string, string>,
  layers: readonly LocalLayer[],
): Inheritance {
  const localTexts = layers.map(({ text }) => text);
  const passed = new Map([...own].filter(([name]) => !managerVariables.has(name)));
  const inherited = inherit(passed, agent.envInherit, { credentialVariables, localTexts });
  const environment = new Map([...inherited.environment, ...agent.env]);
  const overrides = environment.delete(overridingVariable);
  return {
    environment,
    withheld: [
      ...inherited.withheld.filter((name) => !agent.env.has(name)),
      ...(overrides ? [overridingVariable] : []),
    ],
  };
}

/** What to say to who set a variable that would put another configuration in the place of ours; undefined: nobody did. */
export function overridingWarning(
  { agent }: Pick<Settings, "agent">,
  own: ReadonlyMap<string, string>,
): string | undefined {
  if (!own.has(overridingVariable) && !agent.env.has(overridingVariable)) return undefined;
  return `${overridingVariable} is set, which the AWS distribution runs instead of the configuration that it is given: the agent does not get it; put its text into a file and name that in agent.config_files`;
}
