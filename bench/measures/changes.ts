import { createServer, type Server } from "node:net";
import { once } from "node:events";
import { dyingPart } from "../../test/helpers/agent/agent-configs.ts";
import { type Measure, type Running, withRunning } from "../measure.ts";
import {
  isHealthy,
  listens,
  openWorld,
  pause,
  sinceUntil,
  sinceYes,
  type World,
} from "../world.ts";
import { smallConfig } from "./starts.ts";

/** A supervisor that does not mend it by itself is given up after this time. */
const outageLimitMs = 15_000;

/** What a supervisor does with changes: a good offer, a bad one, a crash, a server that comes back. */
export const changes: Measure = {
  name: "changes",
  rounds: 5,
  run: async (collector, contender) => {
    const world = await openWorld(collector, smallConfig);
    try {
      return await withRunning(world, contender, async (running) => {
        // Both have a moment after a start in which they have other things to do.
        await pause(1_000);
        const good = await goodOffer(world, 14_318);
        const crash = await crashed(running);
        await pause(1_000);
        const reconnect = await reconnected(world);
        await pause(1_000);
        const bad = await badOffer(world);
        return { ...good, ...crash, ...reconnect, ...bad };
      });
    } finally {
      await world.close();
    }
  },
};

/** A part that is seen to run from outside: something listens at a port. */
export function listeningPart(port: number): string {
  return `receivers: {otlp/mark: {protocols: {http: {endpoint: "127.0.0.1:${port}"}}}}
exporters: {nop: }
service: {pipelines: {traces/mark: {receivers: [otlp/mark], exporters: [nop]}}}
`;
}

async function goodOffer(world: World, port: number): Promise<Record<string, number>> {
  const { uid = "" } = world.server().agents()[0] ?? {};
  const begin = performance.now();
  world.server().offerConfig(uid, listeningPart(port));
  const [run, applied] = await Promise.all([
    sinceYes(begin, () => listens(port)),
    sinceUntil(world, begin, ({ offer }) => offer?.state === "applied"),
  ]);
  return { "offer -> agent runs it": run, "offer -> APPLIED": applied };
}

async function crashed({ agents }: Running): Promise<Record<string, number>> {
  const [pid = 0] = agents();
  const begin = performance.now();
  process.kill(pid, "SIGKILL");
  const another = async (): Promise<boolean> =>
    agents().some((one) => one !== pid) && (await isHealthy());
  return { "crash -> healthy again": await sinceYes(begin, another) };
}

async function reconnected(world: World): Promise<Record<string, number>> {
  await world.replaceServer(1_000);
  const begin = performance.now();
  const ms = await sinceUntil(world, begin, ({ connected }) => connected);
  return { "server back -> connected": ms };
}

/** The collector accepts it and then dies of it. */
async function badOffer(world: World): Promise<Record<string, number>> {
  const taken = await takePort();
  try {
    const { port } = taken.address() as { port: number };
    const { uid = "" } = world.server().agents()[0] ?? {};
    world.server().offerConfig(uid, dyingPart(port));
    return { "outage by a bad configuration": await outage() };
  } finally {
    taken.close();
  }
}

async function takePort(): Promise<Server> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return server;
}

/** How long nobody answered at the health check, until it has answered for two seconds or the limit is reached. */
async function outage(): Promise<number> {
  const begin = performance.now();
  let [wellSince, awayMs, before] = [begin, 0, begin];
  let [seenAway, was] = [false, true];
  for (;;) {
    const well = await isHealthy();
    const now = performance.now();
    if (!was) awayMs += now - before;
    if (well && !was) wellSince = now;
    seenAway ||= !well;
    [was, before] = [well, now];
    // Some refuse it without touching the agent: then there is no outage to wait for.
    if (well && now - wellSince > (seenAway ? 2_000 : 6_000)) return awayMs;
    if (now - begin > outageLimitMs) return awayMs;
    await pause(5);
  }
}
