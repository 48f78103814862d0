import { onTestFinished, test, expect } from "vitest";
import type { AgentView } from "../../../src/dev-server/fleet/view.ts";
import { type Laboratory, laboratory } from "../../helpers/agent/agent-configs.ts";
import { type Daemon, eventually, patienceMs } from "../../helpers/e2e/daemon.ts";
import { freePorts, takenPort } from "../../helpers/net/free-ports.ts";
import { type OtlpClient, startOtlpClient } from "../../helpers/otlp/otlp-client.ts";
import { type OtlpSink, startOtlpSink } from "../../helpers/otlp/otlp-sink.ts";
import { type Running, runningScene } from "../../helpers/e2e/scene.ts";

interface Flowing extends Running {
  readonly client: OtlpClient;
  readonly sink: OtlpSink;
  readonly takenPort: number;
  readonly offer: (name: Laboratory) => void;
}

const applied = ({ remoteConfigStatus }: AgentView): boolean =>
  remoteConfigStatus?.status === "applied";

/** Readings that the supervisor has made so far. */
const readings = ({ lines }: Daemon): number =>
  lines.filter(({ event }) => event === "metrics-read").length;

/** A supervised collector through which data flows, and enough readings of it to compare with. */
async function flowingScene(more = ""): Promise<Flowing> {
  const sink = await startOtlpSink();
  const [otlpPort = 0, closedPort = 0] = await freePorts(2);
  const taken = await takenPort();
  const scene = await runningScene({
    local: false,
    agent: `  data_flow_interval: 1s\n${more}`,
    more: "telemetry: {logs: {level: debug}}\n",
    environment: {
      OTLP_PORT: String(otlpPort),
      SINK_PORT: String(sink.port),
      CLOSED_PORT: String(closedPort),
      TAKEN_PORT: String(taken),
    },
  });
  const { server, daemon, uid } = scene;
  const client = startOtlpClient(otlpPort);
  onTestFinished(() => void client.stop());
  const offer = (name: Laboratory): void => void server.offerConfig(uid, laboratory(name));
  offer("good");
  await server.agent((agent) => agent.remoteConfigStatus?.status === "applied");
  await eventually(() => sink.spans() > 0);
  const before = readings(daemon);
  // Half a second apart: four windows of one second, whatever slips in between.
  if (more === "") await eventually(() => readings(daemon) > before + 9);
  return { ...scene, client, sink, takenPort: taken, offer };
}

test(
  "an exporter that cannot send is APPLIED and degraded with the numbers, and well again after the next change",
  async () => {
    const { server, sink, offer } = await flowingScene();
    offer("exporter-fails");
    const ill = await server.agent((agent) => agent.status === "degraded" && applied(agent));
    expect(ill.up).toBe("false");
    expect(ill.lastError).toMatch(
      /exporter otlp_http sent \d+ spans in the [\d.]+ s before and none in the [\d.]+ s since/,
    );
    const arrived = sink.spans();
    offer("good");
    await server.agent((agent) => agent.up === "true" && applied(agent));
    await eventually(() => sink.spans() > arrived);
  },
  4 * patienceMs,
);

test(
  "a configuration that drops everything is degraded with the numbers",
  async () => {
    const { server, offer } = await flowingScene();
    offer("drops-everything");
    const ill = await server.agent((agent) => agent.status === "degraded" && applied(agent));
    expect(ill.lastError).toMatch(
      /receiver otlp (accepted \d+ spans in the [\d.]+ s before|refused \d+ of \d+ spans)/,
    );
  },
  3 * patienceMs,
);

test(
  "a configuration that does not start is FAILED with the collector's words, and the data flows on",
  async () => {
    const { server, sink, takenPort, offer } = await flowingScene();
    offer("does-not-start");
    const seen = await server.agent((agent) => agent.remoteConfigStatus?.status === "failed");
    expect(seen.remoteConfigStatus?.errorMessage).toContain(`127.0.0.1:${takenPort}`);
    const arrived = sink.spans();
    await eventually(() => sink.spans() > arrived + 10);
    await server.agent((agent) => agent.up === "true" && agent.status === "running");
  },
  3 * patienceMs,
);

test(
  "a configuration of nop pipelines in the place of real ones is APPLIED and degraded, and stays",
  async () => {
    const { server, offer } = await flowingScene();
    offer("only-nop");
    const seen = await server.agent((agent) => agent.status === "degraded" && applied(agent));
    expect(seen.lastError).toContain("every pipeline of this configuration is nop");
  },
  3 * patienceMs,
);

test(
  "data_flow: off reads nothing",
  async () => {
    const { daemon, client } = await flowingScene("  data_flow: off\n");
    const { successes } = client.tally();
    await eventually(() => client.tally().successes > successes + 100);
    expect(readings(daemon)).toBe(0);
  },
  3 * patienceMs,
);
