import { type Inheritance, inherit } from "./inherited-environment.ts";
import type { LocalLayer } from "../../agent-config/config.ts";
import type { Settings } from "./settings.ts";

/** What the agent is run, validated and asked with: what it gets of our environment, and `agent.env` over it. */
export function agentEnvironment(
  { agent, credentialVariables }: Settings,
  own: ReadonlyMap<string, string>,
  layers: readonly LocalLayer[],
): Inheritance {
  const localTexts = layers.map(({ text }) => text);
  const inherited = inherit(own, agent.envInherit, { credentialVariables, localTexts });
  return {
    environment: new Map([...inherited.environment, ...agent.env]),
    withheld: inherited.withheld.filter((name) => !agent.env.has(name)),
  };
}
