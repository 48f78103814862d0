import type { Generation } from "../state/generation.ts";
import type { State } from "../state/state.ts";

/**
 * The generation that runs, not the one that was offered; before the first start the one that is about to run. Undefined
 * while that is not known.
 */
export function generationInEffect({
  agent: { process: agent },
  config: { target },
}: State): Generation | undefined {
  if ("doubt" in agent && agent.doubt !== undefined) return undefined;
  return agent.at === "down" || agent.at === "awaited" ? target : agent.generation;
}
