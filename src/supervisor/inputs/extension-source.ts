import { localPath } from "../../agent/extension/local-endpoint.ts";
import { tokenHeader } from "../../agent/extension/local-token.ts";
import { extensionText, withExtensionLayer } from "../../agent-config/extension-layer.ts";
import { withTelemetryPlace } from "../../agent-config/place-layer.ts";
import type { LocalLayer } from "../../agent-config/config.ts";
import type { AgentSettings } from "../settings/settings.ts";

const door = { path: localPath, header: tokenHeader };

/** What a binary is asked, to know whether its extension takes what it will be told. */
export const extensionProbe: string = extensionText({ ...door, resourceAttributes: false });

/**
 * The local layers with the place for own telemetry, and with the layer that makes the agent's extension talk to us
 * where its environment is ours to set.
 */
export function withExtensionSource(
  files: readonly LocalLayer[],
  { attach, configFiles, includeResourceAttributes }: AgentSettings,
): readonly LocalLayer[] {
  const layers = withTelemetryPlace(files, configFiles);
  if (attach !== undefined) return layers;
  const text = extensionText({ ...door, resourceAttributes: includeResourceAttributes });
  return withExtensionLayer(layers, configFiles, text);
}
