import type { ComponentHealth } from "../../../src/opamp-client/wire/messages.ts";
import type { ExtensionReport } from "../../../src/supervisor/core/state/extension-state.ts";
import { initialState, withConfig } from "../../../src/supervisor/core/state/state.ts";
import { newWatch } from "../../../src/supervisor/core/data-flow/watch.ts";
import { baseLayer, binary, policy, remoteOf, uid } from "./core-samples.ts";
import { nothing } from "./extension-world.ts";
import { createWorld, type World } from "./world.ts";

/** A world whose agent may restart its receivers alone. */
export interface PartWorld {
  readonly world: World;
  readonly offer: (word: string, text: string) => void;
  /** The agent's extension tells of its receivers in `traces`: each with the time of its last change. */
  readonly tell: (receivers: Readonly<Record<string, bigint>>, status?: string) => void;
  readonly said: (said: Partial<ExtensionReport>) => void;
}

/** A configuration whose pipeline has these receivers; settings are in flow style. */
export function partText(receivers: Readonly<Record<string, string>>, exporters = "nop"): string {
  const all = Object.entries(receivers).map(([id, settings]) => `  ${id}: ${settings}\n`);
  return `receivers:
${all.join("")}exporters: {nop: , nop/2: }
extensions: {opamp: {server: {ws: {endpoint: "ws://localhost/"}}}}
service:
  extensions: [opamp]
  pipelines: {traces: {receivers: [${Object.keys(receivers).join(", ")}], exporters: [${exporters}]}}
`;
}

/** What all these worlds begin with: one receiver that was told at the time 1. */
export const first: Readonly<Record<string, string>> = { "nop/one": "" };

/** An agent that is up, with its extension connected; its receivers are known unless `told` is false. */
export function partWorld(
  told = true,
  ...[manners = {}, changes = {}]: readonly [
    Parameters<typeof createWorld>[1]?,
    Parameters<typeof createWorld>[2]?,
  ]
): PartWorld {
  const start = withConfig(initialState(uid), { local: [baseLayer(partText(first))] });
  const world = createWorld(
    { ...start, dataFlow: newWatch(policy) },
    { facts: { ...binary, reloadsInPart: true }, ...manners },
    { reload: "auto", partTimeoutMs: 3_000, ...changes },
  );
  world.pass(2_000);
  world.forget();
  let sequenceNum = 0n;
  const run = (): number => world.running()[0]?.run ?? 0;
  world.post({ on: "extension-connected", run: run() });
  const said = (more: Partial<ExtensionReport>): void => {
    world.post({
      on: "extension-reported",
      run: run(),
      said: { ...nothing, sequenceNum, ...more },
    });
    sequenceNum += 1n;
  };
  const tell: PartWorld["tell"] = (receivers, status = "StatusOK") =>
    said({ health: healthOf(receivers, status) });
  if (told) tell({ "nop/one": 1n });
  world.forget();
  return {
    world,
    tell,
    said,
    offer: (word, text) => world.post({ on: "config-offered", remote: remoteOf(word, text) }),
  };
}

function healthOf(receivers: Readonly<Record<string, bigint>>, status: string): ComponentHealth {
  const parts = Object.entries(receivers).map(([id, statusTimeUnixNano]) => {
    const health: ComponentHealth = {
      healthy: status === "StatusOK",
      status,
      statusTimeUnixNano,
    };
    return [`receiver:${id}`, health] as const;
  });
  const traces = { healthy: true, componentHealthMap: new Map(parts) };
  return { healthy: true, componentHealthMap: new Map([["pipeline:traces", traces]]) };
}
