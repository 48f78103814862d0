import type { DetectedHost } from "../sources/detect-host.ts";
import type { Settings } from "../supervisor/settings/settings.ts";

/** A start waits so long for what surrounds the host; on the host itself it answers within milliseconds. */
const detectMs = 1_000;

const nothing: DetectedHost = { attributes: new Map(), silent: [] };

/** Settings with what the host's surroundings say of it as attributes of the agent. */
export interface WithHost {
  readonly settings: Settings;
  readonly notes: readonly string[];
}

/**
 * Makes the function that asks the detectors which the settings name; what they have said once stays when they are silent
 * later. What the operator wrote wins.
 */
export function hostAsker(
  environment: ReadonlyMap<string, string>,
): (settings: Settings) => Promise<WithHost> {
  let known: DetectedHost["attributes"] = new Map();
  return async (settings) => {
    const { detectors, nonIdentifyingAttributes } = settings.agent;
    const { attributes, silent } = detectors.length === 0 ? nothing : await detect(settings);
    known = silent.length === 0 ? attributes : new Map([...known, ...attributes]);
    const merged = new Map([...known, ...nonIdentifyingAttributes]);
    return {
      settings: { ...settings, agent: { ...settings.agent, nonIdentifyingAttributes: merged } },
      notes: silent.map(
        (name) => `agent.description.detectors: ${name} has told nothing: is this agent there?`,
      ),
    };
  };
  async function detect({ agent }: Settings): Promise<DetectedHost> {
    const { detectHost } = await import("../sources/detect-host.ts");
    return await detectHost(agent.detectors, environment, detectMs);
  }
}
