import { readdirSync, statSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test, expect } from "vitest";
import { uidToText } from "../../../src/opamp-client/wire/instance-uid.ts";
import {
  type ConnectionSettingsOffers,
  type TelemetryConnectionSettings,
  ConfigStatus,
} from "../../../src/opamp-client/wire/messages.ts";
import { type Daemon, eventually } from "../../helpers/e2e/daemon.ts";
import {
  type FakeServer,
  type SeenMessage,
  settingsStatus,
  startFakeServer,
} from "../../helpers/opamp/fake-opamp-server.ts";
import { freePorts } from "../../helpers/net/free-ports.ts";
import { startOtlpClient } from "../../helpers/otlp/otlp-client.ts";
import { type OtlpCollector, startOtlpCollector } from "../../helpers/otlp/otlp-collector.ts";
import { type Host, createHost } from "../../helpers/e2e/scene.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

interface Scene extends Host {
  readonly server: FakeServer;
  readonly receiver: OtlpCollector;
  readonly daemon: Daemon;
  readonly otlpPort: number;
  /** Offers it with each reply, until the agent has answered. */
  readonly offer: (hash: string, offer: Omit<ConnectionSettingsOffers, "hash">) => void;
  readonly status: (hash: string, status: number) => Promise<SeenMessage>;
}

/** A real collector that traces itself, a second one as the receiver, and a server that offers. */
async function scene(): Promise<Scene> {
  const [port = 0, otlpPort = 0, health = 0, metrics = 0] = await freePorts(4);
  const server = await startFakeServer();
  const host = createHost(server.wsUrl, {
    local: `receivers: {otlp: {protocols: {http: {endpoint: "127.0.0.1:${otlpPort}"}}}}
exporters: {otlp_http/named: {endpoint: "http://127.0.0.1:1", encoding: json, compression: none}, debug: }
extensions: {health_check: {endpoint: "127.0.0.1:${health}"}}
service:
  extensions: [health_check]
  telemetry:
    logs: {encoding: json}
    metrics: {readers: [{pull: {exporter: {prometheus: {host: 127.0.0.1, port: ${metrics}}}}}]}
    traces: {level: basic}
  pipelines: {traces: {receivers: [otlp], exporters: [otlp_http/named, debug]}}
`,
    capabilities: [
      ...["reports_own_metrics", "reports_own_logs", "reports_own_traces"],
      "accepts_other_connection_settings",
    ],
  });
  const receiver = await startOtlpCollector(host.folder, port);
  server.script.reply = () => ({ capabilities: 0x27n });
  const daemon = host.boot();
  await daemon.waitForLog("agent is healthy");
  return {
    ...host,
    ...{ server, receiver, daemon, otlpPort },
    offer: (hash, offer) => {
      const connectionSettings = { hash: bytes(hash), ...offer };
      server.script.reply = () => ({ capabilities: 0x27n, connectionSettings });
      server.seen.all
        .flatMap((each) => (each.saw === "connection" ? [each.connection] : []))
        .at(-1)
        ?.send({ connectionSettings });
    },
    status: (hash, status) => settingsStatus(server, hash, status),
  };
}

function to(endpoint: string): TelemetryConnectionSettings {
  return {
    destinationEndpoint: endpoint,
    headers: { headers: [{ key: "X-Token", value: "planted-telemetry-token" }] },
  };
}

/** Everything that was reported, and every file that is not meant to hold secrets. */
function readable({ folder, server, daemon }: Scene): string {
  const storage = join(folder, "storage");
  const files = readdirSync(storage, { recursive: true, encoding: "utf8" })
    .filter((name) => !/^(secrets|journal)/.test(name) && statSync(join(storage, name)).isFile())
    .map((name) => readFileSync(join(storage, name), "utf8"));
  const sent = server.messages().map(({ raw }) => Buffer.from(raw).toString("latin1"));
  return [...files, ...sent, ...daemon.lines.map((line) => JSON.stringify(line))].join("\n");
}

test("C-180 C-186 C-188 C-190 C-193 all three signals go where the server says, with the agent's id, and its words too", async () => {
  const one = await scene();
  const { receiver, offer, status, server, otlpPort } = one;
  offer("all", {
    ownMetrics: to(receiver.url("metrics")),
    ownLogs: to(receiver.url("logs")),
    ownTraces: to(receiver.url("traces")),
  });
  const { message } = await status("all", ConfigStatus.Applied);
  const uid = uidToText(message.instanceUid);
  const client = startOtlpClient(otlpPort, 200);
  const mine = new RegExp(`service\\.instance\\.id: Str\\(${uid}\\)`);
  // The collector's own metrics, every ten seconds; ours beside them.
  await eventually(() => /Name: otelcol_process_uptime/.test(receiver.text()));
  await eventually(() => /Name: otelcol_process_cpu_seconds/.test(receiver.text()));
  await eventually(() => /Name: supervisor\.agent\.health_status/.test(receiver.text()));
  expect(receiver.text()).toMatch(mine);
  // A span of the collector's own: it tells what it did with what the client sent.
  await eventually(() => {
    const spans = receiver.text().split(/^ResourceSpans #0$/m);
    return spans.some((block) => mine.test(block) && /Name +: receiver\/otlp/.test(block));
  });
  await client.stop();
  const said = (body: string) => receiver.records().find((record) => record.body === body);
  await eventually(() => said("Str(connection settings applied)") !== undefined);
  await eventually(() =>
    receiver.records().some(({ resource }) => resource["service.instance.id"] === `Str(${uid})`),
  );
  const lines = receiver
    .records()
    .filter(({ resource }) => resource["service.instance.id"] === `Str(${uid})`);
  expect(lines.every(({ severity }) => /^(Info|Warn|Error|Debug)/.test(severity))).toBe(true);
  // C-186: a message without settings leaves them.
  server.script.reply = () => ({ capabilities: 0x27n });
  expect(readable(one)).not.toContain("planted-telemetry-token");
});

test("C-133 a signal is ended by an empty address, and each one is for itself", async () => {
  const { receiver, offer, status, effective } = await scene();
  offer("two", { ownMetrics: to(receiver.url("metrics")), ownTraces: to(receiver.url("traces")) });
  await status("two", ConfigStatus.Applied);
  expect(effective()).toContain(receiver.url("metrics"));
  offer("one", { ownMetrics: { destinationEndpoint: "" } });
  await status("one", ConfigStatus.Applied);
  expect(effective()).not.toContain(receiver.url("metrics"));
  expect(effective()).toContain(receiver.url("traces"));
});

test("C-132 what cannot be done is FAILED with its reason, and the agent goes on untouched", async () => {
  const { receiver, offer, status, daemon } = await scene();
  offer("proxied", {
    ownMetrics: { ...to(receiver.url("metrics")), proxy: { url: "proxy:3128" } },
  });
  const { message } = await status("proxied", ConfigStatus.Failed);
  expect(message.connectionSettingsStatus?.errorMessage).toContain("own_metrics: proxy");
  expect(
    daemon.lines.filter(({ msg }) => /agent process started|reloaded|restarted/.test(msg)),
  ).toHaveLength(1);
});

test("C-194 C-197 an exporter gets the address that is offered under its name, an unknown name is FAILED", async () => {
  const one = await scene();
  const { receiver, offer, status, otlpPort } = one;
  const settings = to(receiver.url("traces").replace(/\/v1\/traces$/, ""));
  offer("named", { otherConnections: new Map([["otlp_http/named", settings]]) });
  await status("named", ConfigStatus.Applied);
  const client = startOtlpClient(otlpPort);
  await eventually(() => /ScopeSpans/.test(receiver.text()));
  await client.stop();
  expect(readable(one)).not.toContain("planted-telemetry-token");
  offer("unknown", { otherConnections: new Map([["nowhere", settings]]) });
  const { message } = await status("unknown", ConfigStatus.Failed);
  expect(message.connectionSettingsStatus?.errorMessage).toContain('"nowhere"');
});

test("a dead address for own telemetry costs the agent nothing but that", async () => {
  const { offer, status, daemon } = await scene();
  const [nobody = 0] = await freePorts(1);
  offer("dead", { ownMetrics: { destinationEndpoint: `http://127.0.0.1:${nobody}/v1/metrics` } });
  await status("dead", ConfigStatus.Applied);
  expect(daemon.lines.some(({ msg }) => msg === "agent process ended unexpectedly")).toBe(false);
});
