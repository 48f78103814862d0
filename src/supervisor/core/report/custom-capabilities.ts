import { layersCapability } from "../../../agent-config/told/layers-capability.ts";
import { AgentCapability, type CustomCapabilities } from "../../../opamp-client/wire/messages.ts";
import type { State } from "../state/state.ts";

/** Those of the extension, and ours to a server that may know the configuration; undefined while there never were any. */
export function customCapabilitiesOf(
  { extension: { capabilities: theirs } }: State,
  { capabilities }: { readonly capabilities: bigint },
): CustomCapabilities | undefined {
  const tellsLayers = (capabilities & AgentCapability.ReportsEffectiveConfig) !== 0n;
  if (theirs === undefined && !tellsLayers) return undefined;
  const others = (theirs ?? []).filter((each) => each !== layersCapability);
  return { capabilities: tellsLayers ? [...others, layersCapability] : others };
}
