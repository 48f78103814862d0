import { writeFileSync, chmodSync } from "node:fs";
import { join } from "node:path";
import { test, expect } from "vitest";
import { dyingPart, nopConfig } from "../helpers/agent/agent-configs.ts";
import {
  collectorPath,
  eventually,
  firstPid,
  patienceMs,
  pidsOf,
  scratchFolder,
  startDaemon,
} from "../helpers/e2e/daemon.ts";
import { startServer } from "../helpers/e2e/dev-world.ts";
import { takenPort } from "../helpers/net/free-ports.ts";
import { lives } from "../helpers/agent/processes.ts";
import { type Running, createHost, runningScene } from "../helpers/e2e/scene.ts";
import { remoteConfig } from "../helpers/e2e/settings-text.ts";

/** The plain collector has no nop. */
const withoutNop = `receivers:
  otlp: {protocols: {http: {endpoint: "127.0.0.1:0"}}}
exporters:
  debug:
service:
  pipelines:
    traces: {receivers: [otlp], exporters: [debug]}
`;

const batch = "processors:\n  batch:\nservice:\n  pipelines:\n    traces: {processors: [batch]}\n";

const more = ["accepts_restart_command", "reports_available_components"];
const capabilities = [...remoteConfig, ...more];

const running = (kind: "full" | "plain" = "full"): Promise<Running> =>
  runningScene({
    capabilities,
    executable: collectorPath(kind),
    ...(kind === "plain" ? { local: withoutNop } : {}),
  });

const starts = ({ daemon }: Running): readonly number[] => pidsOf(daemon);

const lastPid = (scene: Running): number => Number(starts(scene).at(-1));

test(
  "a collector that is killed is back, and the server hears both",
  async () => {
    const scene = await running();
    const pid = lastPid(scene);
    process.kill(pid, "SIGKILL");
    await scene.daemon.waitForLog(
      (line) =>
        line.msg === "agent process ended unexpectedly" &&
        String(line["reason"]).includes("SIGKILL"),
    );
    await scene.daemon.waitForLog(
      (line) => line.msg === "agent process started" && line["pid"] !== pid,
    );
    expect(lastPid(scene)).not.toBe(pid);
    await scene.server.agent(
      (seen) => seen.up === "true" && JSON.stringify(seen.history).includes("SIGKILL"),
    );
  },
  2 * patienceMs,
);

test(
  "a collector with nothing else to run keeps its configuration when it is killed soon after APPLIED",
  async () => {
    const scene = await runningScene({ capabilities, local: false });
    const { server, uid } = scene;
    server.offerConfig(uid, nopConfig());
    await server.agent((agent) => agent.remoteConfigStatus?.status === "applied");
    const before = starts(scene).length;
    process.kill(lastPid(scene), "SIGKILL");
    await eventually(() => starts(scene).length > before);
    const agent = await server.agent((seen) => seen.up === "true" && seen.status === "running");
    expect(agent.remoteConfigStatus?.status).toBe("applied");
    expect(scene.effective()).toContain("traces");
  },
  2 * patienceMs,
);

test(
  "an invalid configuration is refused in the collector's own words and the agent is not touched",
  async () => {
    const scene = await running();
    scene.server.offerConfig(scene.uid, "receivers:\n  nonsense:\n");
    const agent = await scene.server.agent((seen) => seen.remoteConfigStatus?.status === "failed");
    expect(agent.remoteConfigStatus?.errorMessage).toContain('unknown type: "nonsense"');
    expect(agent.effectiveConfig[0]?.text).not.toContain("nonsense");
    expect(agent.up).toBe("true");
    expect(starts(scene)).toHaveLength(1);
    expect(lives(lastPid(scene))).toBe(true);
  },
  2 * patienceMs,
);

test(
  "a key of the AWS guide's sample that newer collectors refuse is answered with its successor",
  async () => {
    const scene = await running("plain");
    scene.server.offerConfig(
      scene.uid,
      "service:\n  telemetry:\n    metrics: {address: localhost:8888}\n",
    );
    const agent = await scene.server.agent((seen) => seen.remoteConfigStatus?.status === "failed");
    expect(agent.remoteConfigStatus?.errorMessage).toContain("service.telemetry.metrics.readers");
  },
  2 * patienceMs,
);

test(
  "a configuration whose port is taken is rolled back, and the message says what to do",
  async () => {
    const scene = await running();
    scene.server.offerConfig(scene.uid, dyingPart(await takenPort()));
    const failed = await scene.server.agent((seen) => seen.remoteConfigStatus?.status === "failed");
    const message = failed.remoteConfigStatus?.errorMessage ?? "";
    expect(message).toContain("exited with code 1");
    expect(message).toContain("address already in use");
    expect(message).toContain("stop it, or give this configuration another port");
    expect(message).toContain("stays in force");
    const agent = await scene.server.agent((seen) => seen.up === "true");
    expect(agent.effectiveConfig[0]?.text).not.toContain("otlp");
    await scene.daemon.waitForLog("rolled back to the last good configuration");
  },
  2 * patienceMs,
);

test(
  "a collector without the opamp extension is supervised just as well",
  async () => {
    const scene = await running("plain");
    scene.server.offerConfig(scene.uid, batch);
    const agent = await scene.server.agent(
      (seen) => seen.remoteConfigStatus?.status === "applied" && seen.components.length > 0,
    );
    expect(agent).toMatchObject({ name: "aws-otel-collector", up: "true" });
    expect(agent.effectiveConfig[0]?.text).toContain("batch");
    const extensions = agent.components.find(({ kind }) => kind === "extensions");
    expect(extensions?.types).toContain("health_check");
    expect(extensions?.types).not.toContain("opamp");
    // Taken up by SIGHUP: no process was stopped for it.
    expect(starts(scene)).toHaveLength(1);
  },
  2 * patienceMs,
);

test(
  "a restart command from the server starts the collector anew",
  async () => {
    const scene = await running();
    const pid = lastPid(scene);
    scene.server.restartAgent(scene.uid);
    await scene.daemon.waitForLog(
      (line) => line.msg === "agent process started" && line["pid"] !== pid,
    );
    expect(lives(pid)).toBe(false);
  },
  2 * patienceMs,
);

test(
  "the agent runs without a server, and reports as soon as there is one",
  async () => {
    const reserved = await startServer();
    const port = Number(new URL(reserved.opampUrl).port);
    await reserved.close();
    const daemon = createHost(`ws://127.0.0.1:${port}/v1/opamp`, { capabilities }).boot();
    await daemon.waitForLog("agent is healthy");
    const refused = await daemon.waitForLog("not connected");
    expect(String(refused["reason"])).toMatch(/refused|nothing listens/i);
    const server = await startServer({ port });
    expect(await server.agent((seen) => seen.up === "true")).toMatchObject({ name: "otelcol" });
  },
  2 * patienceMs,
);

test(
  "plain HTTP works as WebSocket does",
  async () => {
    const server = await startServer();
    const daemon = createHost(server.opampUrl.replace(/^ws/, "http"), { capabilities }).boot();
    const { uid } = await server.agent((agent) => agent.up === "true");
    server.offerConfig(uid, batch);
    // Over HTTP an offer waits for the next poll; a change of our own brings that about at once.
    server.restartAgent(uid);
    process.kill(await firstPid(daemon), "SIGKILL");
    await server.agent((agent) => agent.remoteConfigStatus?.status === "applied");
  },
  2 * patienceMs,
);

test(
  "after a restart of the supervisor a refused configuration is not run and the id stays",
  async () => {
    const scene = await running();
    scene.server.offerConfig(scene.uid, "receivers:\n  nonsense:\n");
    await scene.server.agent((seen) => seen.remoteConfigStatus?.status === "failed");
    scene.daemon.signal("SIGTERM");
    expect(await scene.daemon.ended).toBe(0);
    const again = scene.boot();
    await again.waitForLog("agent is healthy");
    expect(again.lines[0]?.["instanceId"]).toBe(scene.uid);
    const agent = await scene.server.agent((seen) => seen.connected && seen.up === "true");
    expect(agent.remoteConfigStatus?.status).toBe("failed");
    const effective = scene.effective();
    expect(effective).not.toContain("nonsense");
  },
  2 * patienceMs,
);

test(
  "a second supervisor on the same state refuses to start and names the first",
  async () => {
    const scene = await running();
    const second = scene.boot();
    expect(await second.ended).toBe(1);
    expect(second.stderr()).toContain(`pid ${scene.daemon.pid}`);
    expect(lives(lastPid(scene))).toBe(true);
  },
  2 * patienceMs,
);

test(
  "a collector that cannot be executed is a mistake in supervisor.yaml with its line",
  async () => {
    const folder = scratchFolder();
    writeFileSync(join(folder, "no-program"), "text");
    chmodSync(join(folder, "no-program"), 0o644);
    const daemon = startDaemon(
      folder,
      "server:\n  endpoint: ws://127.0.0.1:1/v1/opamp\nagent:\n  executable: ./no-program\n",
    );
    expect(await daemon.ended).toBe(2);
    expect(daemon.stderr()).toContain("supervisor.yaml:4:");
    expect(daemon.stderr()).toContain("executable: ./no-program");
  },
  patienceMs,
);
