import { join } from "node:path";
import { expect } from "vitest";
import { nopConfig } from "../agent/agent-configs.ts";
import { type Daemon, scratchFolder } from "../e2e/daemon.ts";
import { startServer, type TestServer } from "../e2e/dev-world.ts";
import { createHost, type Host, type HostParts } from "../e2e/scene.ts";
import { freePorts } from "../net/free-ports.ts";
import { type FakeServer, startFakeServer } from "../opamp/fake-opamp-server.ts";
import { tellingInto } from "./figures.ts";
import { expectNothingGrown, type Held, type Holdings, holdingsOf, shown } from "./growth.ts";
import { expectWell, type Place } from "./invariants.ts";
import { hexOf } from "./raw-offers.ts";
import { heardBy, type Told, toldTo } from "./told.ts";

/** All that is reported where a test asks for nothing else. */
const capabilities = [
  ...["accepts_remote_config", "reports_remote_config", "reports_effective_config"],
  ...["reports_health", "accepts_restart_command", "accepts_opamp_connection_settings"],
];

/**
 * When a connection that is dead has to be seen as such: a ping after 30 s without a word, and 10 s for its answer; 30 s for an
 * answer over HTTP. Then the next attempt comes, at most 60 s later, and a poll over HTTP within 30 s.
 */
export const backWithinMs: number = 40_000 + 60_000 + 30_000;

/** A supervisor that runs well, with all that the invariants are looked up by. */
export interface Stand extends Place {
  /** Starts the supervisor anew on the same host; the one before has ended. */
  readonly again: (environment?: Readonly<Record<string, string>>) => Stand;
  readonly before: Holdings;
  /** Everything is as it must be again, and nothing has grown since the beginning. */
  readonly stillStands: (withinMs?: number) => Promise<void>;
}

/** How a stand is made. */
export interface StandParts extends HostParts {
  /** What the supervisor gets of variables and what is put before it, where that depends on its host. */
  readonly launch?: (host: Host) => Promise<Launch> | Launch;
}

interface Launch {
  readonly environment?: Readonly<Record<string, string>>;
  readonly launcher?: readonly string[];
  readonly storage?: (name: string) => string;
}

/** One at an endpoint whose server is asked by `told` what it knows. Resolves when all is well. */
export async function standAt(
  endpoint: string,
  told: () => Told | undefined,
  parts: StandParts = {},
): Promise<Stand> {
  const [health = 0] = await freePorts(1);
  const local = nopConfig(undefined, { health: `127.0.0.1:${health}` });
  const host = createHost(endpoint, { local, capabilities, ...parts });
  const figuresFile = join(scratchFolder(), "figures.json");
  const launch = (await parts.launch?.(host)) ?? {};
  const telling = tellingInto(figuresFile);
  const boot = (more: Readonly<Record<string, string>> = {}): Daemon =>
    host.boot({ ...telling, ...launch.environment, ...more }, launch.launcher);
  const where = launch.storage === undefined ? {} : { storage: launch.storage };
  const of = (daemon: Daemon, before: Holdings): Stand => {
    const place: Place = { host, daemon, told, health, ...where };
    return {
      ...{ ...place, before },
      again: (more) => of(boot(more), before),
      stillStands: async (withinMs) => {
        await expectWell(place, withinMs);
        const now = await expectNothingGrown(heldBy(place), before);
        process.stdout.write(`  before: ${shown(before)}\n  after:  ${shown(now)}\n`);
      },
    };
  };
  const heldBy = ({ daemon }: Place): Held => ({
    pid: daemon.pid,
    figuresFile,
    storage: launch.storage?.("") ?? host.path("storage"),
  });
  const daemon = boot();
  const place = { host, daemon, told, health, ...where };
  await daemon.waitForLog("agent is healthy");
  await expectWell(place);
  return of(daemon, await holdingsOf(heldBy(place)));
}

/** One with our own server. */
export async function standWithServer(
  parts: StandParts = {},
): Promise<Stand & { readonly server: TestServer }> {
  const server = await startServer();
  const stand = await standAt(server.opampUrl, () => toldTo(server), parts);
  return { ...stand, server };
}

/** One with a server that does what a test says, and keeps what it hears. */
export async function standWithFake(
  parts: StandParts = {},
): Promise<Stand & { readonly server: FakeServer }> {
  const server = await startFakeServer();
  const stand = await standAt(server.wsUrl, () => heardBy(server), parts);
  return { ...stand, server };
}

/**
 * Offers something again and again, as a server does that gets no word of it, until it is known to be in force; within the
 * longest time that the connection may take to be back.
 */
export async function eventuallyApplied(
  { told }: Pick<Place, "told">,
  hash: string,
  offer: () => void,
): Promise<void> {
  const end = performance.now() + backWithinMs;
  const isSo = (): boolean => told()?.hash === hexOf(hash) && told()?.verdict === "applied";
  for (let round = 0; !isSo() && performance.now() < end; round += 1) {
    if (round % 20 === 0) offer();
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  expect([told()?.hash, told()?.verdict, told()?.why]).toEqual([hexOf(hash), "applied", ""]);
}
