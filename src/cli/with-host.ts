import type { DetectorName } from "../sources/detector-name.ts";
import type { DetectedHost } from "../sources/detect-host.ts";
import type { Settings } from "../supervisor/settings/settings.ts";

/** A start waits so long for what surrounds the host; on the host itself it answers within milliseconds. */
const detectMs = 1_000;

/** Settings with what the host's surroundings say of it as attributes of the agent. */
export interface WithHost {
  readonly settings: Settings;
  readonly notes: readonly string[];
}

/**
 * Makes the function that asks the detectors which the settings name; what one has said once stays when it is silent later.
 * Later names win, and what the operator wrote wins over all.
 */
export function hostAsker(
  environment: ReadonlyMap<string, string>,
): (settings: Settings) => Promise<WithHost> {
  const known = new Map<DetectorName, ReadonlyMap<string, string>>();
  return async (settings) => {
    const { detectors, nonIdentifyingAttributes } = settings.agent;
    const found = detectors.length === 0 ? nothing : await detect(detectors, environment);
    for (const [name, said] of found) if (said.size > 0) known.set(name, said);
    const attributes = detectors.flatMap((name) => [...(known.get(name) ?? [])]);
    const merged = new Map([...attributes, ...nonIdentifyingAttributes]);
    const silent = detectors.filter((name) => found.get(name)?.size === 0);
    return {
      settings: { ...settings, agent: { ...settings.agent, nonIdentifyingAttributes: merged } },
      notes: silent.map(
        (name) => `agent.description.detectors: ${name} has told nothing: is this agent there?`,
      ),
    };
  };
}

const nothing: DetectedHost = new Map();

async function detect(
  detectors: readonly DetectorName[],
  environment: ReadonlyMap<string, string>,
): Promise<DetectedHost> {
  const { detectHost } = await import("../sources/detect-host.ts");
  return await detectHost(detectors, environment, detectMs);
}
