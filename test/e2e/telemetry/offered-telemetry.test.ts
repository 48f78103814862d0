import { putInForceIn } from "../../helpers/core/put-in-force.ts";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { onTestFinished, test, expect } from "vitest";
import { probeHealth } from "../../../src/agent/ask/health-probe.ts";
import { validateConfig } from "../../../src/agent/binary/validate.ts";
import { makeCertificate } from "../../../src/dev-server/connections/self-signed.ts";
import {
  type Connection,
  type Connections,
  noConnections,
  type OtherConnection,
} from "../../../src/agent-config/connections.ts";
import { renderConfig } from "../../../src/agent-config/render-config.ts";
import {
  type CoreSettings,
  childAgent,
  attachedAgent,
} from "../../../src/supervisor/core/state/core-settings.ts";
import { unknownBinary, type Generation } from "../../../src/supervisor/core/state/generation.ts";
import { openStore } from "../../../src/supervisor/store/store.ts";
import { makeClientCertificate } from "../../helpers/net/client-certificate.ts";
import { baseLayer, uid, binary, policy } from "../../helpers/core/core-samples.ts";
import { scratchFolder, patienceMs, eventually, collectorPath } from "../../helpers/e2e/daemon.ts";
import { freePorts } from "../../helpers/net/free-ports.ts";
import { startOtlpClient } from "../../helpers/otlp/otlp-client.ts";
import { type OtlpSink, startOtlpSink } from "../../helpers/otlp/otlp-sink.ts";
import { type RealCollector, startRealCollector } from "../../helpers/agent/real-collector.ts";

const plain: Connection = {
  endpoint: "",
  headers: [],
  certificate: undefined,
  tls: undefined,
  proxy: undefined,
};
const noTls = {
  ...{ ca: "", includeSystemCa: false, skipVerify: false, minVersion: "", maxVersion: "" },
  cipherSuites: [],
};

/** Puts a configuration with these connections into a state directory, as the supervisor does. */
function putInForce(
  local: string,
  connections: Partial<Connections>,
  kind: CoreSettings["kind"] = childAgent,
): { readonly path: string; readonly generation: Generation } {
  const store = openStore(join(scratchFolder(), "storage"));
  const all = { ...noConnections, ...connections };
  const rendering = renderConfig(
    { local: [baseLayer(local)], remote: undefined, uid, binary, connections: all },
    { ...policy, kind, filesDirectory: store.secretsDirectory },
  );
  if ("problem" in rendering) throw new Error(rendering.problem);
  const { config } = rendering;
  const generation = {
    ...{ number: 1, config, remote: undefined, connections: all },
    ...{ binary: unknownBinary, sources: undefined, stopsData: false },
  };
  putInForceIn(store, generation);
  return { path: store.effectivePath, generation };
}

/** An agent that passes spans on from a client to a sink. */
interface Agent {
  readonly collector: RealCollector;
  readonly sink: OtlpSink;
  readonly healthy: () => Promise<boolean>;
  readonly flushes: boolean;
}

async function startAgent(
  connections: Partial<Connections>,
  kind: CoreSettings["kind"] = childAgent,
): Promise<Agent> {
  const [health = 0, otlp = 0] = await freePorts(2);
  const sink = await startOtlpSink();
  const local = `extensions: {health_check: {endpoint: "127.0.0.1:${health}"}}
receivers: {otlp: {protocols: {http: {endpoint: "127.0.0.1:${otlp}"}}}}
exporters: {otlp_http: {endpoint: "http://127.0.0.1:${sink.port}", encoding: json, compression: none}}
service:
  extensions: [health_check]
  pipelines: {traces: {receivers: [otlp], exporters: [otlp_http]}}
`;
  const { path, generation } = putInForce(local, connections, kind);
  const collector = startRealCollector(path);
  const url = generation.config.probe?.url ?? "";
  const healthy = async (): Promise<boolean> =>
    (await probeHealth(url, patienceMs)).is === "healthy";
  await eventually(healthy);
  const client = startOtlpClient(otlp);
  onTestFinished(async () => {
    await client.stop();
  });
  return { collector, sink, healthy, flushes: generation.config.flushes };
}

/** A second collector that takes what was offered, over TLS and from this client only. */
async function startReceiver(client: string): Promise<{
  readonly port: number;
  readonly ca: string;
  readonly collector: RealCollector;
}> {
  const [port = 0, health = 0] = await freePorts(2);
  const folder = scratchFolder();
  const { cert, key } = makeCertificate(Date.now());
  const files = { "cert.pem": cert, "key.pem": key, "client.pem": client };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const path = join(folder, "receiver.yaml");
  writeFileSync(
    path,
    `extensions: {health_check: {endpoint: "127.0.0.1:${health}"}}
receivers:
  otlp:
    protocols:
      http:
        endpoint: 127.0.0.1:${port}
        tls: {cert_file: ${folder}/cert.pem, key_file: ${folder}/key.pem, client_ca_file: ${folder}/client.pem}
exporters: {debug: {verbosity: detailed, use_internal_logger: false}}
service:
  extensions: [health_check]
  telemetry: {metrics: {level: none}}
  pipelines:
    metrics: {receivers: [otlp], exporters: [debug]}
    traces: {receivers: [otlp], exporters: [debug]}
    logs: {receivers: [otlp], exporters: [debug]}
`,
  );
  const collector = startRealCollector(path);
  await eventually(
    async () => (await probeHealth(`http://127.0.0.1:${health}/`, patienceMs)).is === "healthy",
  );
  return { port, ca: cert, collector };
}

test(
  "C-183 C-184 C-185 C-190 own metrics, traces and logs arrive at another collector over mutual TLS, with the instance id",
  async () => {
    const certificate = makeClientCertificate("agent");
    const receiver = await startReceiver(certificate.cert);
    const to = (signal: string): Connection => ({
      ...plain,
      endpoint: `https://127.0.0.1:${receiver.port}/v1/${signal}`,
      certificate,
      tls: { ...noTls, ca: receiver.ca },
    });
    const telemetry = { metrics: to("metrics"), traces: to("traces"), logs: to("logs") };
    // The logs of a child of ours are shipped by the supervisor.
    await startAgent({ telemetry }, attachedAgent(false));
    const received = (): string => receiver.collector.output();
    for (const kind of ["Spans", "Metrics", "Log"]) {
      await eventually(() => received().includes(`Resource${kind} #`));
    }
    const resources = received().split(/^Resource(?:Spans|Metrics|Log) #/m);
    for (const resource of resources.slice(1)) {
      expect(resource).toContain(`-> service.instance.id: Str(${uid})`);
      expect(resource).toContain("-> service.name: Str(otelcol)");
    }
    expect(received()).toContain("otelcol_process_memory_rss");
    const people = await fetch("http://localhost:8888/metrics");
    expect(await people.text()).toContain(`service_instance_id="${uid}"`);
  },
  4 * patienceMs,
);

test(
  "with a place that nobody is at, the agent is healthy and its data flows",
  async () => {
    const [dead = 0] = await freePorts(1);
    const endpoint = `http://127.0.0.1:${dead}/v1/x`;
    const offered = { ...plain, endpoint };
    const agent = await startAgent({ telemetry: { metrics: offered, traces: offered } });
    await eventually(() =>
      /traces export|failed to upload|connection refused/.test(agent.collector.output()),
    );
    const before = agent.sink.spans();
    await eventually(() => agent.sink.spans() > before + 50);
    expect(await agent.healthy()).toBe(true);
  },
  4 * patienceMs,
);

test("a place that never answers does not keep the agent from ending within its drain time", async () => {
  const silent = createServer(() => undefined).listen(0, "127.0.0.1");
  await once(silent, "listening");
  onTestFinished(() => {
    silent.closeAllConnections();
    silent.close();
  });
  const { port } = silent.address() as AddressInfo;
  const offered = { ...plain, endpoint: `http://127.0.0.1:${port}/v1/x` };
  const telemetry = { metrics: offered, traces: offered, logs: offered };
  const { collector } = await startAgent({ telemetry }, attachedAgent(false));
  const begun = performance.now();
  await collector.stop();
  expect(performance.now() - begun).toBeLessThan(policy.drainMs);
});

test("an agent whose last metrics cannot be sent ends in a reload: such a configuration is known", async () => {
  const [dead = 0] = await freePorts(1);
  const metrics = { ...plain, endpoint: `http://127.0.0.1:${dead}/v1/metrics` };
  const { collector, flushes } = await startAgent({ telemetry: { metrics } });
  expect(flushes).toBe(true);
  const exited = once(collector.child, "exit");
  collector.child.kill("SIGHUP");
  expect(await exited).toEqual([1, null]);
  expect(collector.output()).toContain("failed to shutdown the retiring config");
});

const values: Readonly<Record<string, string>> = {
  dollar: "a$b ${env:HOME} $$ $",
  reference: "${env:HOME}",
  quotes: `q"x'y "`,
  quoted: '"quoted"',
  hash: "#no # yes",
  colon: "k: v",
  zeros: "0777",
  grouped: "1_000",
  exponent: "1e3",
  large: "18446744073709551615",
  word: "true",
  nothing: "null",
  tilde: "~",
  braces: "{a}",
  brackets: "[a, b]",
  backslash: "a\\nb",
  date: "2024-01-01",
  tag: "!!binary aGFsbG8=",
  anchor: "&a x",
  alias: "*a",
  percent: "%x",
  open: "a}b${c",
  unicode: "grüße ✓",
  bearer: "Bearer abc.def==",
};

test(
  "C-183 the headers arrive as they were offered, whatever is in them",
  async () => {
    const seen: string[][] = [];
    const server = createServer((request, response) => {
      seen.push(request.rawHeaders);
      request.resume().on("end", () => response.writeHead(200).end());
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    const { port } = server.address() as AddressInfo;
    const traces = {
      ...plain,
      endpoint: `http://127.0.0.1:${port}/own/traces`,
      headers: Object.entries(values).map(([name, value]) => [`x-${name}`, value] as const),
    };
    await startAgent({ telemetry: { traces } });
    await eventually(() => seen.length > 0);
    const raw = seen[0] ?? [];
    const received = Object.fromEntries(
      Object.keys(values).map((name) => {
        const at = raw.findIndex((each) => each.toLowerCase() === `x-${name}`);
        return [name, Buffer.from(raw[at + 1] ?? "", "latin1").toString("utf8")];
      }),
    );
    expect(received).toEqual(values);
  },
  4 * patienceMs,
);

const nothing: OtherConnection = { ...plain, settings: [] };

test(
  "C-194 C-195 an exporter sends to where its connection was offered, with the certificate that was offered",
  async () => {
    const certificate = makeClientCertificate("agent");
    const receiver = await startReceiver(certificate.cert);
    const offered = {
      ...nothing,
      endpoint: `https://127.0.0.1:${receiver.port}`,
      certificate,
      tls: { ...noTls, ca: receiver.ca },
      headers: [["x-key", "s3cret"]] as const,
    };
    const agent = await startAgent({ others: [["otlp_http", offered]] });
    await eventually(() => receiver.collector.output().includes("ResourceSpans #"));
    expect(agent.sink.requests()).toBe(0);
  },
  4 * patienceMs,
);

test.each<[string, OtherConnection]>([
  [
    "otlp_http",
    {
      endpoint: "https://new.example/?token=x",
      headers: [["Authorization", "Bearer abc"]],
      certificate: makeClientCertificate("agent"),
      tls: {
        ...noTls,
        ca: makeCertificate(Date.now()).cert,
        includeSystemCa: true,
        minVersion: "1.2",
      },
      proxy: { url: "http://me:word@proxy.example:3128", headers: [] },
      settings: [
        ["timeout", "5s"],
        ["compression", "gzip"],
        ["sending_queue.queue_size", "100"],
        ["retry_on_failure::enabled", "false"],
      ],
    },
  ],
  [
    "otlp",
    {
      ...nothing,
      endpoint: "new.example:4317",
      headers: [["authorization", "0777"]],
      tls: { ...noTls, skipVerify: true, cipherSuites: ["TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"] },
      settings: [["balancer_name", "round_robin"]],
    },
  ],
])("C-194 C-196 the real collector takes what is offered for %s", async (name, connection) => {
  const local = `receivers: {nop: }
exporters:
  ${name}: {endpoint: "old.example:4317", tls: {insecure: true}, headers: {x: y}}
service: {pipelines: {traces: {receivers: [nop], exporters: [${name}]}}}
`;
  const { generation, path } = putInForce(local, { others: [[name, connection]] });
  const { text } = generation.config;
  const validation = await validateConfig(collectorPath(), [], {}, text, `${path}.candidate`);
  expect(validation).toMatchObject({ is: "valid" });
});
