import { onTestFinished } from "vitest";
import { type ClientEvent, createClient } from "../../src/opamp-client/client.ts";
import type { ClientOptions } from "../../src/opamp-client/transport/client-options.ts";
import { interpret } from "../../src/supervisor/core/interpret/server-message.ts";
import { type Profile, report } from "../../src/supervisor/core/report/full-report.ts";
import { withConfig, initialState } from "../../src/supervisor/core/state/state.ts";
import { uid, baseLayer, configText } from "../helpers/core/core-samples.ts";
import { type EventLog, createEventLog } from "../helpers/event-log.ts";
import type { FakeServer, Via, Script } from "../helpers/opamp/fake-opamp-server.ts";
import { type World, createWorld } from "../helpers/core/world.ts";
import { playing, addressOf } from "./fake-server.ts";

/** A real client and server with the real core between them; only agent, disk and clock are simulated. */
export interface Supervised {
  readonly server: FakeServer;
  readonly world: World;
  readonly events: EventLog<ClientEvent>;
  /** Lets simulated time pass and tells the server what came of it. */
  readonly pass: (durationMs: number) => void;
  readonly stop: () => Promise<void>;
}

/** Everything that the supervisor can do is declared. */
export const profile: Profile = {
  capabilities: 0x7c07n,
  startsAgent: true,
  fallbackName: "otelcol",
  host: new Map([["host.name", "here"]]),
  identifying: new Map(),
  nonIdentifying: new Map(),
};

/** A world with one local layer whose agent is up. */
export function settledWorld(manners: Parameters<typeof createWorld>[1] = {}): World {
  const start = withConfig(initialState(uid), { local: [baseLayer(configText("base"))] });
  const world = createWorld(start, manners);
  world.pass(1_000);
  world.forget();
  return world;
}

/** What the loop of the supervisor does with a message: interpret, reduce, report; then time passes until all is done. */
export async function supervised(
  over: Via,
  script: Partial<Script> = {},
  options: Partial<ClientOptions> = {},
  world: World = settledWorld(),
): Promise<Supervised> {
  const server = await playing(script);
  const events = createEventLog<ClientEvent>();
  const quick = { firstRetryDelayMs: 10, maxRetryDelayMs: 50, heartbeatIntervalMs: 3_600_000 };
  const endpoint = addressOf(server, over);
  const client = createClient({ ...quick, stopTimeoutMs: 500, endpoint, ...options }, (event) => {
    events.add(event);
    if (event.on !== "message-received") return;
    for (const fact of interpret(event.message, profile.capabilities)) world.post(fact);
    tell();
    // A message is answered within a moment of simulated time, so that a test needs no clock.
    pass(1_000);
  });
  const tell = (): void => client.report(report(world.state(), profile));
  const pass = (durationMs: number): void => {
    world.pass(durationMs);
    tell();
  };
  onTestFinished(() => client.stop());
  tell();
  client.start();
  return { server, world, events, pass, stop: () => client.stop() };
}

/** How often the agent was started or reloaded since the world was last made to forget. */
export function changesOfAgent(world: World): number {
  return world.trace.filter((done) => /^(start|reload) /.test(done)).length;
}
