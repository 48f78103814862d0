import { test, expect } from "vitest";
import { nopConfig, nopPart } from "../../helpers/agent/agent-configs.ts";
import { eventually, scratchFolder, startDaemon } from "../../helpers/e2e/daemon.ts";
import { collectorVersion } from "../../helpers/agent/collector-facts.ts";
import { startServer } from "../../helpers/e2e/dev-world.ts";
import { freePorts } from "../../helpers/net/free-ports.ts";
import { type OtlpCollector, startOtlpCollector } from "../../helpers/otlp/otlp-collector.ts";
import { type Host, createHost } from "../../helpers/e2e/scene.ts";
import { nobody } from "../../helpers/e2e/settings-text.ts";

interface Rig {
  readonly receiver: OtlpCollector;
  readonly page: string;
  readonly host: (endpoint: string, agent?: string) => Host;
}

/** A second collector as the receiver, and a host that sends everything there. */
async function rig(): Promise<Rig> {
  const [port = 0, pagePort = 0] = await freePorts(2);
  const receiver = await startOtlpCollector(scratchFolder(), port);
  const to = (signal: "logs" | "metrics" | "traces", more = ""): string =>
    `{otlp: {endpoint: "${receiver.url(signal)}"${more}}}`;
  const local = nopConfig(undefined, { telemetry: "logs: {encoding: json}" });
  const more = `telemetry:
  logs: {processors: [{batch: {schedule_delay: 100, exporter: ${to("logs")}}}]}
  agent_logs: ${to("logs", ", compression: gzip")}
  metrics:
    readers:
      - periodic: {interval: 300, exporter: ${to("metrics", ", protocol: http/json")}}
      - pull: {exporter: {prometheus: {host: 127.0.0.1, port: ${pagePort}}}}
  traces: {processors: [{simple: {exporter: ${to("traces")}}}]}
  resource: {deployment.environment: test}
`;
  return {
    receiver,
    page: `http://127.0.0.1:${pagePort}/metrics`,
    host: (endpoint, agent = "") => createHost(endpoint, { local, agent, more }),
  };
}

test("a real collector receives the logs of both, the metrics and the spans of a change", async () => {
  const { receiver, page, host } = await rig();
  const server = await startServer();
  const daemon = host(server.opampUrl).boot();
  await daemon.waitForLog("agent is healthy");
  const { uid } = await server.agent(({ health }) => health?.healthy === true);
  server.offerConfig(uid, nopPart("x"));
  await daemon.waitForLog("remote config applied");
  await eventually(() => receiver.text().includes("processRemoteConfigMessage"));

  const agentSaid = () =>
    receiver.records().find(({ body }) => body === "Str(Starting otelcol...)");
  await eventually(() => agentSaid() !== undefined);
  expect(agentSaid()).toMatchObject({
    severity: "Info(9)",
    resource: {
      "service.name": "Str(otelcol)",
      "service.version": `Str(${collectorVersion()})`,
      "service.instance.id": `Str(${uid})`,
    },
    attributes: { NumCPU: expect.stringMatching(/^Int\(\d+\)$/) as string },
  });
  await eventually(() => receiver.text().includes("Str(remote config applied)"));
  const ours = receiver.records().find(({ body }) => body === "Str(supervisor starting)");
  expect(ours).toMatchObject({
    severity: "Info(9)",
    resource: {
      "service.name": "Str(opamp-supervisor)",
      "deployment.environment": "Str(test)",
    },
    attributes: { instanceId: `Str(${uid})` },
  });
  expect(ours?.resource["service.instance.id"]).not.toBe(`Str(${uid})`);

  for (const span of ["GetBootstrapInfo", "onMessage", "validate", "write", "apply", "verdict"]) {
    expect(receiver.text()).toMatch(new RegExp(`Name +: ${span}\\n`));
  }
  await eventually(() =>
    /Name: supervisor\.config\.applies[\s\S]*?result: Str\(applied\)[\s\S]*?Value: 1\n/.test(
      receiver.text(),
    ),
  );
  const prometheus = await (await fetch(page)).text();
  expect(prometheus).toContain(
    'supervisor_agent_health_status{otel_scope_name="opamp-supervisor"} 1',
  );
  expect(prometheus).toMatch(/supervisor_config_applies_total\{result="applied",.*\} 1/);

  daemon.signal("SIGTERM");
  expect(await daemon.ended).toBe(0);
  await eventually(() => receiver.records().some(({ body }) => body === "Str(stopped)"));
  expect(receiver.records().some(({ body }) => body === "Str(Shutdown complete.)")).toBe(true);
});

test.each(["", ", passthrough_logs: true"])(
  "the last lines of a collector that crashes arrive%s",
  async (keys) => {
    const { receiver, host } = await rig();
    const { boot, read } = host(nobody, keys.replace(/^, (.*)/, "  $1\n"));
    const daemon = boot();
    await daemon.waitForLog("agent is healthy");
    const { pid } = JSON.parse(read("storage/agent.json")) as { pid: number };
    // A Go program answers it with its stacks and ends, as in a panic.
    process.kill(pid, "SIGQUIT");
    await daemon.waitForLog("agent process ended unexpectedly");
    const bodies = () => receiver.records().map(({ body }) => body);
    await eventually(() => bodies().includes("Str(SIGQUIT: quit)"));
    await eventually(() => bodies().some((body) => /^Str\(rip +0x/.test(body)));
    await eventually(() => bodies().filter((body) => body.includes("Starting otelcol")).length > 1);
  },
);

test("telemetry that cannot be sent does not keep the supervisor from its work or its end", async () => {
  const { folder, read, boot } = (await rig()).host(nobody);
  const daemon = boot();
  await daemon.waitForLog("agent is healthy");
  const [port = 0] = await freePorts(1);
  const settings = read("supervisor.yaml");
  daemon.signal("SIGTERM");
  await daemon.ended;
  const away = startDaemon(
    folder,
    settings.replaceAll(/127\.0\.0\.1:\d{2,}\/v1\/(?!opamp)/g, `127.0.0.1:${port}/v1/`),
  );
  await away.waitForLog("telemetry cannot be sent and waits");
  await away.waitForLog("agent is healthy");
  const told = away.lines.filter(({ msg }) => msg === "telemetry cannot be sent and waits");
  expect(told.length).toBeLessThanOrEqual(4);
  away.signal("SIGTERM");
  expect(await away.ended).toBe(0);
});
