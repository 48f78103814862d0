import { resumption } from "./resumption.ts";
import { record, type Journal, restore } from "../../../src/supervisor/core/report/journal.ts";
import { retryAnswer } from "../../../src/supervisor/core/report/retry-answer.ts";
import type { CoreSettings } from "../../../src/supervisor/core/state/core-settings.ts";
import type { OpampOffer } from "../../../src/supervisor/core/state/offers.ts";
import { type State, withConfig, initialState } from "../../../src/supervisor/core/state/state.ts";
import { baseLayer, configText, remoteOf, uid } from "./core-samples.ts";
import { opampOffer, settingsOffer } from "./offers.ts";
import { type World, createWorld } from "./world.ts";

/** A world whose agent runs the local configuration, which is good. */
export function runningWorld(policyChanges: Partial<CoreSettings> = {}): World {
  const local = [baseLayer(configText("base"))];
  const world = createWorld(withConfig(initialState(uid), { local }), {}, policyChanges);
  world.pass(1_000);
  world.forget();
  return world;
}

/** A world in which the offer "bad" was tried, killed the agent and was taken back. */
export function quarantinedWorld(): World {
  const world = runningWorld();
  world.behave.diesAfterMs = (text) => (text.includes("nop/bad") ? 30 : Infinity);
  world.post({ on: "config-offered", remote: remoteOf("bad") });
  world.pass(1_000);
  world.forget();
  return world;
}

/** An operator asks for a retry; what he is told. */
export function retry(world: World): string {
  const before = world.state();
  world.post({ on: "retry-asked" });
  return retryAnswer(before, world.state());
}

/** The server offers connection settings. */
export function offer(
  world: World,
  word: string,
  parts: Parameters<typeof settingsOffer>[1],
): void {
  world.post({ on: "settings-offered", offer: settingsOffer(word, parts) });
}

/** What the server is told of its last offer of connection settings. */
export function status(world: World): State["connections"]["status"] {
  return world.state().connections.status;
}

/** Where the offer `move` leads to. */
export const second = "wss://second.example.com/v1/opamp";

/** An offer of another server. */
export const move: { readonly opamp: OpampOffer } = { opamp: opampOffer({ endpoint: second }) };

/** What the next supervisor reads from the disk. */
export function restarted(state: State): State {
  const journal = JSON.parse(JSON.stringify(record(state))) as Journal;
  const { identity } = state;
  const { target, good, local } = state.config;
  const texts = new Map(
    [target, good].flatMap((one) => (one ? [[one.number, one.config.text]] : [])),
  );
  return { ...withConfig(restore(journal, texts, resumption(1_000_000)), { local }), identity };
}
