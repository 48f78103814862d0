import type { LocalLayer, RemoteConfig, RenderedConfig } from "../../../src/agent-config/config.ts";
import { renderConfig } from "../../../src/agent-config/render-config.ts";
import { binary, uid, policy } from "./core-samples.ts";

interface Given {
  readonly local?: readonly LocalLayer[];
  readonly remote?: RemoteConfig;
  readonly facts?: Partial<typeof binary>;
  readonly probeOverride?: string;
  readonly kind?: { readonly mayStart: boolean };
  readonly environment?: ReadonlyMap<string, string>;
}

/** The configuration that these layers give; throws where they give none. */
export function render(given: Given): RenderedConfig {
  const { local = [], remote, facts = {}, environment, ...options } = given;
  const rendering = renderConfig(
    { local, remote, uid, binary: { ...binary, ...facts } },
    { probeOverride: undefined, ...options, environment: environment ?? policy.environment },
  );
  if ("problem" in rendering) throw new Error(rendering.problem);
  return rendering.config;
}

/** Why these layers give no configuration; throws where they give one. */
export function problemOf(local: readonly LocalLayer[]): string {
  const rendering = renderConfig({ local, remote: undefined, uid, binary }, policy);
  if ("config" in rendering) throw new Error("expected a problem");
  return rendering.problem;
}

/** A pipeline that moves nothing. */
export const pipelines =
  "service:\n  pipelines:\n    traces: {receivers: [nop], exporters: [nop]}\n";
