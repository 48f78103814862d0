import { createServer } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { onTestFinished, expect, test } from "vitest";
import { laboratory, nopConfig } from "../../helpers/agent/agent-configs.ts";
import { type AgentName, agentPath } from "../../helpers/agent/agents.ts";
import { commandLineOf } from "../../helpers/e2e/planted-secrets.ts";
import { collectorsOf } from "../../helpers/agent/processes.ts";
import { collectorPath, eventually, patienceMs } from "../../helpers/e2e/daemon.ts";
import { freePorts } from "../../helpers/net/free-ports.ts";
import { startOtlpClient } from "../../helpers/otlp/otlp-client.ts";
import { canMakeLauncher, launcherProgram } from "../../helpers/packages/launcher-program.ts";
import {
  type PackageScene,
  type Wanted,
  newer,
  newerCollector,
  packageScene,
  programOf,
} from "../../helpers/packages/package-scene.ts";

/** What the pretended collectors say that they are. */
const pretended = "0.149.0";
const note = canMakeLauncher ? "" : " (only on x64: the programs are made by hand)";

const programs = ({ folder }: PackageScene): readonly string[] =>
  collectorsOf(folder).map((pid) => commandLineOf(pid));

/** Each begins well and fails in its own way, with what the server is told. */
const bad: readonly (readonly [name: AgentName, word: string, words: RegExp])[] = [
  ["exits-at-once", "any", /exited with code 1: .* address already in use/],
  ["never-healthy", "any", /was not healthy 3 s after its start/],
  // In probation, on a machine that is not much too slow.
  ["dies-later", "dies_after_3000_ms", /exited with code 1: Error: worker pool exhausted/],
  ["falls-ill", "ill_after_3000_ms", /answered 503: Server not available/],
];

test.skipIf(!canMakeLauncher).each(bad)(
  `a version that %s makes way for the one before it, with the reason at the server${note}`,
  async (name, word, words) => {
    const [health = 0] = await freePorts(1);
    const scene = await packageScene({
      executable: agentPath("healthy"),
      local: nopConfig(word, { health: `127.0.0.1:${health}` }),
      agent: "  start_timeout: 3s\n",
    });
    const daemon = scene.boot();
    await daemon.waitForLog("agent is healthy");
    const wanted: Wanted = { version: pretended, file: launcherProgram(agentPath(name)) };
    scene.offer(wanted);
    const why = await scene.failure(wanted);
    expect(why).toMatch(words);
    await eventually(() => {
      const [one = "", ...others] = programs(scene);
      return one.includes("/healthy.mjs") && others.length === 0;
    });
    await eventually(() => scene.last("health")?.healthy === true);
  },
  4 * patienceMs,
);

/** Takes what collectors send, but for those of one version. */
async function sinkWithout(version: string): Promise<number> {
  const server = createServer((request, response) => {
    const refused = request.headers["user-agent"]?.includes(version) === true;
    request.resume().on("end", () => response.writeHead(refused ? 400 : 200).end("{}"));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

test(
  "a real collector that is healthy and whose data the other side refuses makes way for the one before it",
  async () => {
    const [otlpPort = 0] = await freePorts(1);
    const scene = await packageScene({
      local: laboratory("good"),
      agent: "  data_flow_interval: 1s\n",
      more: "telemetry: {logs: {level: debug}}\n",
      environment: { OTLP_PORT: String(otlpPort), SINK_PORT: String(await sinkWithout(newer)) },
    });
    const daemon = scene.boot();
    await daemon.waitForLog("agent is healthy");
    const client = startOtlpClient(otlpPort);
    onTestFinished(() => void client.stop());
    const readings = (): number =>
      daemon.lines.filter(({ event }) => event === "metrics-read").length;
    await eventually(() => client.tally().successes > 5);
    const before = readings();
    await eventually(() => readings() > before + 9);
    const wanted = { version: newer, file: newerCollector() };
    scene.offer(wanted);
    const why = await scene.failure(wanted);
    expect(why).toMatch(/exporter otlp_http sent \d+ spans in the [\d.]+ s before and none/);
    await eventually(() => collectorsOf(scene.folder).map(programOf).join() === collectorPath());
    await eventually(() => scene.last("health")?.healthy === true);
  },
  4 * patienceMs,
);
