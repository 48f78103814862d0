import { readFileSync, readdirSync } from "node:fs";
import { test, expect } from "vitest";
import { ConfigStatus, type ServerToAgent } from "../../../src/opamp-client/wire/messages.ts";
import { nopConfig } from "../../helpers/agent/agent-configs.ts";
import { lives } from "../../helpers/agent/processes.ts";
import { count, type Daemon, eventually, patienceMs, pidsOf } from "../../helpers/e2e/daemon.ts";
import { createHost, type Host } from "../../helpers/e2e/scene.ts";
import { type FakeServer, startFakeServer } from "../../helpers/opamp/fake-opamp-server.ts";

const floodMs = 10_000;
const perSecond = 200;

/** An offer of a whole configuration under a hash. */
function offer(hash: string, text: string): ServerToAgent {
  const body = new TextEncoder().encode(text);
  return {
    remoteConfig: {
      config: { configMap: new Map([["", { body, contentType: "text/yaml" }]]) },
      configHash: new TextEncoder().encode(hash),
    },
  };
}

/** Most memory that a process has had resident so far. */
function peakMb(pid: number): number {
  const [, kb] = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
  return Math.round(Number(kb) / 1024);
}

/** How many processes look at a configuration for this host now. */
function validationsOf({ folder }: Host): number {
  return readdirSync("/proc").filter((name) => {
    try {
      const words = readFileSync(`/proc/${name}/cmdline`, "utf8").split("\0");
      return words[1] === "validate" && words.some((word) => word.startsWith(folder));
    } catch {
      // It has ended since, or is none.
      return false;
    }
  }).length;
}

/** The statuses of configurations that were told, in their order. */
function statuses(server: FakeServer): readonly (readonly [hash: string, status: number])[] {
  return server.messages().flatMap(({ message: { remoteConfigStatus } }) => {
    if (remoteConfigStatus === undefined) return [];
    const hash = Buffer.from(remoteConfigStatus.lastRemoteConfigHash ?? []).toString();
    return [[hash, remoteConfigStatus.status ?? 0] as const];
  });
}

interface Flooded {
  readonly host: Host;
  readonly daemon: Daemon;
  readonly server: FakeServer;
}

async function upAndRunning(): Promise<Flooded> {
  const server = await startFakeServer();
  const host = createHost(server.wsUrl, {
    capabilities: [
      ...["accepts_remote_config", "reports_remote_config", "reports_effective_config"],
      ...["reports_health", "accepts_restart_command"],
    ],
  });
  const daemon = host.boot();
  await daemon.waitForLog("agent is healthy");
  await eventually(() => host.keepsGood());
  return { host, daemon, server };
}

/** Sends so many a second for a while, and looks at the machine meanwhile. */
async function flood(
  { host, server }: Flooded,
  message: (index: number) => ServerToAgent,
): Promise<number> {
  const connection = await server.connection(1);
  const begun = performance.now();
  let sent = 0;
  let most = 0;
  while (performance.now() - begun < floodMs) {
    const due = ((performance.now() - begun) * perSecond) / 1000;
    for (; sent < due; sent += 1) connection.send(message(sent));
    most = Math.max(most, validationsOf(host));
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return most;
}

test(
  "two hundred offers a second leave the agent up, and the last one is applied",
  async () => {
    const scene = await upAndRunning();
    const { daemon, server } = scene;
    const before = peakMb(daemon.pid);
    const most = await flood(scene, (index) => offer(`offer-${index}`, nopConfig(`n${index}`)));
    const last = `offer-last`;
    const connection = await server.connection(1);
    connection.send(offer(last, nopConfig("last")));
    const applied = (): boolean =>
      statuses(server).some(([hash, is]) => hash === last && is === ConfigStatus.Applied);
    // It may wait ten seconds for its turn, ten for an older look, and fifteen for a reload that shows no effect.
    const twice = eventually(applied).catch(() => eventually(applied));
    await twice.finally(() => {
      process.stdout.write(
        `validations at a time: ${most}, resident before ${before} MB and at most ${peakMb(daemon.pid)} MB, starts: ${pidsOf(daemon).length}, ill: ${count(daemon, "agent is unhealthy")}, messages: ${server.messages().length}\n`,
      );
    });
    const after = peakMb(daemon.pid);
    expect(most).toBeLessThanOrEqual(1);
    expect(after - before).toBeLessThan(100);
    expect(count(daemon, "agent is unhealthy")).toBe(0);
    expect(count(daemon, "agent process ended unexpectedly")).toBe(0);
    const told = server.messages().flatMap(({ message: { health } }) => health ?? []);
    expect(told.filter(({ healthy, status }) => healthy !== true && status !== "starting")).toEqual(
      [],
    );
    expect(lives(pidsOf(daemon).at(-1) ?? 0)).toBe(true);
  },
  4 * patienceMs,
);
