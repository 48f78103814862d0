import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { test, expect } from "vitest";
import { ConfigStatus, type ServerToAgent } from "../../../src/opamp-client/wire/messages.ts";
import { nopConfig } from "../../helpers/agent/agent-configs.ts";
import { lives } from "../../helpers/agent/processes.ts";
import { count, type Daemon, eventually, patienceMs, pidsOf } from "../../helpers/e2e/daemon.ts";
import { createHost } from "../../helpers/e2e/scene.ts";
import { type FakeServer, startFakeServer } from "../../helpers/opamp/fake-opamp-server.ts";

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

/** An offer of a whole configuration under a hash. */
function offer(hash: string, text: string): ServerToAgent {
  const body = bytesOf(text);
  return {
    remoteConfig: {
      config: { configMap: new Map([["", { body, contentType: "text/yaml" }]]) },
      configHash: bytesOf(hash),
    },
  };
}

/** Settings for the connection to the server under a hash. */
function beat(hash: string, seconds: number): ServerToAgent {
  return {
    connectionSettings: {
      hash: bytesOf(hash),
      opamp: { heartbeatIntervalSeconds: BigInt(seconds) },
    },
  };
}

function newId(index: number): ServerToAgent {
  const newInstanceUid = new Uint8Array(16).fill(1);
  new DataView(newInstanceUid.buffer).setUint32(12, index + 1);
  return { agentIdentification: { newInstanceUid } };
}

function statusMb(pid: number, field: "VmHWM" | "VmRSS"): number {
  const text = readFileSync(`/proc/${pid}/status`, "utf8");
  return Math.round(Number(new RegExp(`${field}:\\s+(\\d+) kB`).exec(text)?.[1]) / 1024);
}

/** Time on a processor so far. */
function cpuMs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

/** True once this was told of the configuration with this hash. */
function told(server: FakeServer, hash: string, wanted: number): boolean {
  return server.messages().some(({ message: { remoteConfigStatus: status } }) => {
    const about = Buffer.from(status?.lastRemoteConfigHash ?? []).toString();
    return about === hash && status?.status === wanted;
  });
}

/** Nothing that has happened so far has touched the agent in a way that somebody would notice. */
function expectUntouched(daemon: Daemon): void {
  expect(count(daemon, "agent is unhealthy")).toBe(0);
  expect(count(daemon, "agent process ended unexpectedly")).toBe(0);
  expect(count(daemon, "internal error, the agent goes on")).toBe(0);
  expect(lives(pidsOf(daemon).at(-1) ?? 0)).toBe(true);
}

async function upAndRunning(): Promise<{ readonly daemon: Daemon; readonly server: FakeServer }> {
  const server = await startFakeServer();
  const host = createHost(server.wsUrl, {
    capabilities: [
      ...["accepts_remote_config", "reports_remote_config", "reports_effective_config"],
      ...["reports_health", "accepts_opamp_connection_settings"],
    ],
  });
  const daemon = host.boot();
  await daemon.waitForLog("agent is healthy");
  await eventually(() => host.keepsGood());
  return { daemon, server };
}

test(
  "an offer of 60 MiB is refused for what its message costs, and the agent runs on",
  async () => {
    const { daemon, server } = await upAndRunning();
    const before = statusMb(daemon.pid, "VmHWM");
    const connection = await server.connection(1);
    connection.send(offer("huge", `receivers:\n${"  nop/x:\n".repeat(6_990_000)}`));
    await eventually(() => told(server, "huge", ConfigStatus.Failed));
    const grown = statusMb(daemon.pid, "VmHWM") - before;
    process.stdout.write(`60 MiB: at most ${grown} MB more resident\n`);
    expect(grown).toBeLessThan(5 * 60);
    expect(pidsOf(daemon)).toHaveLength(1);
    expectUntouched(daemon);
  },
  4 * patienceMs,
);

test(
  "floods of every kind cost little, and the server is heard afterwards",
  async () => {
    const { daemon, server } = await upAndRunning();
    const connection = await server.connection(1);
    const two = [offer("one", nopConfig("one")), offer("two", nopConfig("two"))] as const;
    const garbage = Array.from({ length: 16 }, () => randomBytes(64 * 1024));
    const kinds: readonly (readonly [string, number, (index: number) => void])[] = [
      ["garbage", 1_024, (index) => connection.sendRaw(garbage[index % 16] ?? new Uint8Array())],
      ["the same offer", 1_000, () => connection.send(two[0])],
      ["two in turns", 1_000, (index) => connection.send(two[index % 2 === 0 ? 0 : 1])],
      ["ReportFullState", 10_000, () => connection.send({ flags: 1n })],
      ["settings", 1_000, (index) => connection.send(beat(`s${index}`, 30 + index))],
      ["ids", 1_000, (index) => connection.send(newId(index))],
    ];
    const before = statusMb(daemon.pid, "VmHWM");
    for (const [name, times, send] of kinds) {
      const begun = {
        cpu: cpuMs(daemon.pid),
        at: performance.now(),
        said: server.messages().length,
      };
      for (let index = 0; index < times; index += 1) send(index);
      // What is told of this one comes behind all that was sent before it.
      const hash = `after ${name}`;
      connection.send(offer(hash, "receivers: [1, 2]"));
      await eventually(() => told(server, hash, ConfigStatus.Failed));
      process.stdout.write(
        `${name}: ${Math.round(performance.now() - begun.at)} ms, processor ${cpuMs(daemon.pid) - begun.cpu} ms, resident ${statusMb(daemon.pid, "VmRSS")} MB, told ${server.messages().length - begun.said}\n`,
      );
    }
    const grown = statusMb(daemon.pid, "VmHWM") - before;
    process.stdout.write(`at most ${grown} MB more resident, starts ${pidsOf(daemon).length}\n`);
    expect(grown).toBeLessThan(250);
    expect(count(daemon, "message discarded")).toBeLessThan(60);
    expectUntouched(daemon);
  },
  6 * patienceMs,
);

test(
  "a server with a new offer in each answer to a status does not keep the supervisor busy",
  async () => {
    const { daemon, server } = await upAndRunning();
    const connection = await server.connection(1);
    const from = server.messages().length;
    const cpu = cpuMs(daemon.pid);
    const begun = performance.now();
    let answered = from;
    let offers = 0;
    connection.send(offer("first", nopConfig("first")));
    while (performance.now() - begun < 10_000) {
      for (const all = server.messages(); answered < all.length; answered += 1) {
        if (all[answered]?.message.remoteConfigStatus === undefined) continue;
        offers += 1;
        connection.send(offer(`o${offers}`, nopConfig(`o${offers}`)));
      }
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    const said = server.messages().length - from;
    process.stdout.write(`said ${said}, processor ${cpuMs(daemon.pid) - cpu} ms\n`);
    // Forty at once and ten in a second, and a second or two on top for a slow machine.
    expect(said).toBeLessThan(40 + 130);
    expectUntouched(daemon);
  },
  4 * patienceMs,
);
