import { expect } from "vitest";
import type { ComponentHealth } from "../../../src/opamp-client/wire/messages.ts";
import { type Profile, report } from "../../../src/supervisor/core/report/full-report.ts";
import { record, restore } from "../../../src/supervisor/core/report/journal.ts";
import { type State, initialState, withConfig } from "../../../src/supervisor/core/state/state.ts";
import type { Verdict } from "../../../src/supervisor/core/state/trials.ts";
import { baseLayer, binary, configText, remoteOf, uid } from "./core-samples.ts";
import { type FleetWorld, createFleetWorld } from "./fleet-world.ts";
import { resumption } from "./resumption.ts";

const profile: Profile = {
  ...{ capabilities: 0n, startsAgent: false, fallbackName: "otelcol" },
  ...{ host: new Map(), identifying: new Map(), nonIdentifying: new Map() },
};

/** The local configuration, and a binary that has everything. */
export function startState(): State {
  const state = initialState(uid);
  return {
    ...withConfig(state, { local: [baseLayer(configText("base"))] }),
    identity: { ...state.identity, binary },
  };
}

/** Every pod runs the local configuration. */
export function settled(...manners: [Parameters<typeof createFleetWorld>[1]?]): FleetWorld {
  const world = createFleetWorld(startState(), ...manners);
  world.pass(60_000);
  expect(world.state().config.good?.number).toBe(1);
  world.trace.splice(0);
  return world;
}

/** The server offers a configuration with this word in it. */
export function offer(world: FleetWorld, word: string): void {
  world.post({ on: "config-offered", remote: remoteOf(word) });
}
/** The health as the server is told it. */
export function health(world: FleetWorld): ComponentHealth | undefined {
  return report(world.state(), profile).health;
}
/** What the server is told of its offer. */
export function verdict(world: FleetWorld): Verdict {
  return world.state().config.verdict;
}
/** How many pods run a configuration with this word in it. */
export function running(world: FleetWorld, word: string): number {
  return world.running().filter(({ text }) => text.includes(`nop/${word}`)).length;
}

/** The state that a new supervisor finds on the disk. */
export function fromDisk(world: FleetWorld): State {
  const { identity } = world.state();
  const { good, target, local, onDisk } = world.state().config;
  const texts = new Map(
    [good, target].flatMap((one) => (one === undefined ? [] : [[one.number, one.config.text]])),
  );
  const restored = restore(record(world.state()), texts, resumption(2_000_000, 0));
  return { ...withConfig(restored, { local, onDisk }), identity };
}
