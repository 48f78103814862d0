import type {
  AgentPage,
  AgentRow,
  OfferRecord,
} from "../../../src/dev-server/shapes/api-shapes.ts";
import type { HealthView } from "../../../src/dev-server/fleet/view.ts";

const minuteMs = 60_000;
const versions = ["0.158.0", "0.158.0", "0.158.0", "0.157.1", "0.150.0"];
const roles = ["web", "db", "queue", "edge"];

/** What the collector of a failing agent says. */
export const madeUpError =
  'cannot start pipelines: failed to start "otlp" receiver: listen tcp 0.0.0.0:4317: bind: address already in use';

export const madeUpConfig = `receivers:
  hostmetrics:
    collection_interval: 10s
    scrapers: {cpu: , memory: , disk: }
  otlp:
    protocols: {grpc: , http: }
processors:
  batch: {timeout: 5s}
exporters:
  otlphttp:
    endpoint: https://otlp.example.com
service:
  pipelines:
    metrics: {receivers: [hostmetrics, otlp], processors: [batch], exporters: [otlphttp]}
    logs: {receivers: [otlp], processors: [batch], exporters: [otlphttp]}
`;

/** One row of many, always the same for a number. */
export function madeUpRow(index: number, now: number): AgentRow {
  const role = roles[index % roles.length]!;
  const hostName = `${role}-${index + 1}`;
  const condition =
    index % 97 === 3
      ? "failing"
      : index % 53 === 7
        ? "degraded"
        : index % 41 === 11
          ? "away"
          : index % 83 === 21
            ? "unknown"
            : "healthy";
  const configState =
    index % 97 === 3
      ? "failed"
      : index % 61 === 13
        ? "applying"
        : index % 71 === 17
          ? "drifted"
          : index % 5 === 4
            ? "none"
            : "in-sync";
  const isAway = condition === "away";
  const version = versions[index % versions.length]!;
  return {
    uid: uidOf(index),
    name: "otelcol-contrib",
    version,
    connected: !isAway,
    transport: isAway ? undefined : "websocket",
    disconnectedWhy: isAway ? "the connection was closed (1006)" : undefined,
    up: isAway || condition === "unknown" ? "unknown" : condition === "failing" ? "false" : "true",
    firstSeenAt: now - 3 * 86_400_000,
    lastSeenAt: isAway ? now - (index % 50) * minuteMs : now - (index % 20) * 1_000,
    status: condition === "failing" ? "StatusFatalError" : "StatusOK",
    lastError: condition === "failing" || condition === "degraded" ? madeUpError : "",
    remoteConfigStatus: { status: "applied", hash: "ab".repeat(16), errorMessage: "" },
    hostName,
    condition,
    guest: undefined,
    configState,
    attributes: {
      "service.name": "otelcol-contrib",
      "host.name": hostName,
      "os.type": "linux",
      "deployment.environment.name": index % 3 === 0 ? "staging" : "production",
    },
    configuration: configState === "none" ? undefined : { name: `${role}-hosts`, version: 3 },
  };
}

export function uidOf(index: number): string {
  return `01930000-0000-7000-8000-${index.toString(16).padStart(12, "0")}`;
}

/** All about one of them. */
export function madeUpPage(row: AgentRow, now: number): AgentPage {
  const fails = row.condition === "failing";
  const no = (why: string | undefined): { readonly why: string | undefined } => ({ why });
  const away = row.connected ? undefined : "the agent is away";
  return {
    ...row,
    sequenceNum: "42",
    customCapabilities: [],
    tooMuch: undefined,
    capabilities: ["ReportsStatus", "AcceptsRemoteConfig", "ReportsEffectiveConfig"],
    identifyingAttributes: [
      { key: "service.name", value: row.name },
      { key: "service.version", value: row.version },
      { key: "service.instance.id", value: row.uid },
    ],
    otherAttributes: [
      { key: "host.name", value: row.hostName },
      { key: "os.type", value: "linux" },
      { key: "os.description", value: "Debian GNU/Linux 13 (trixie)" },
      { key: "deployment.environment.name", value: "production" },
    ],
    health: madeUpHealth(fails, now),
    effectiveConfig: [
      {
        name: "effective.yaml",
        contentType: "text/yaml",
        text: madeUpConfig.replace("timeout: 5s", "timeout: 1s"),
      },
    ],
    offer: undefined,
    connections: {
      status: { status: "applied", hash: "cd".repeat(16), errorMessage: "" },
      certificate: {
        subject: `CN=${row.uid}`,
        fingerprint: "AB:CD:EF:01:23:45:67:89",
        expiresAt: now + 24 * 86_400_000,
        issuedHere: true,
        revoked: false,
      },
      offer: {
        hash: "cd".repeat(16),
        at: now - 20 * minuteMs,
        state: "applied",
        errorMessage: "",
        connections: [
          { name: "server", taken: true, facts: ["endpoint as it is", "heartbeat every 30 s"] },
        ],
      },
    },
    packages: {
      accepts: true,
      offer: { hash: "ef".repeat(16), at: now - minuteMs, taken: true },
      errorMessage: "",
      packages: [
        {
          name: "",
          kind: "program",
          had: "0.157.1",
          offered: "0.158.0",
          sha256: "12".repeat(32),
          state: "downloading",
          errorMessage: "",
          percent: 62,
          bytesPerSecond: 8_400_000,
        },
      ],
    },
    components: [
      { kind: "receivers", types: ["filelog", "hostmetrics", "otlp", "prometheus"] },
      { kind: "processors", types: ["attributes", "batch", "memory_limiter", "resource"] },
      { kind: "exporters", types: ["debug", "otlp", "otlphttp"] },
      { kind: "extensions", types: ["health_check", "opamp"] },
    ],
    history: [
      { at: now - 30 * minuteMs, kind: "connected", text: "Connected over WebSocket" },
      { at: now - 30 * minuteMs, kind: "health", text: "Up: true, StatusOK" },
      { at: now - 20 * minuteMs, kind: "offer", text: "Configuration 9f2c saved" },
      { at: now - 20 * minuteMs + 800, kind: "config-status", text: "Configuration 9f2c applying" },
      {
        at: now - 20 * minuteMs + 4_300,
        kind: "config-status",
        text: fails ? `Configuration 9f2c failed: ${madeUpError}` : "Configuration 9f2c applied",
      },
      { at: now - 5 * minuteMs, kind: "restart", text: "Restart ordered" },
      { at: now - 4 * minuteMs, kind: "health", text: "Up: true, StatusOK" },
    ],
    offers: madeUpOffers(fails, now),
    actions: {
      config: no(away),
      restart: no(away),
      "full-state": no(away),
      connections: no(undefined),
      certificate: no("the agent does not accept connection settings"),
      packages: no(away),
      message: no("the agent names no custom capabilities"),
      withdraw: no(undefined),
      forget: no(row.connected ? "the agent is connected" : undefined),
    },
  };
}

function madeUpHealth(fails: boolean, now: number): HealthView {
  const part = (name: string, error = ""): HealthView["components"][number] => ({
    name,
    health: {
      healthy: error === "",
      status: error === "" ? "StatusOK" : "StatusPermanentError",
      lastError: error,
      startedAt: now - 240 * minuteMs,
      statusAt: now,
      components: [],
    },
  });
  const pipeline = (name: string, parts: HealthView["components"]): HealthView["components"][0] => {
    const found = part(name, parts.find(({ health }) => !health.healthy)?.health.lastError ?? "");
    return { name, health: { ...found.health, components: parts } };
  };
  const metrics = pipeline("pipeline:metrics", [
    part("receiver:hostmetrics"),
    part("receiver:otlp", fails ? madeUpError : ""),
    part("processor:batch"),
    part("exporter:otlphttp"),
  ]);
  const logs = pipeline("pipeline:logs", [part("receiver:otlp"), part("exporter:otlphttp")]);
  const all = pipeline("", [metrics, logs, pipeline("extensions", [part("extension:opamp")])]);
  return all.health;
}

function madeUpOffers(fails: boolean, now: number): readonly OfferRecord[] {
  const older = madeUpConfig.replace("collection_interval: 10s", "collection_interval: 60s");
  const files = (text: string): OfferRecord["files"] => [{ name: "", text }];
  const newest: OfferRecord = {
    hash: "9f2c".repeat(8),
    files: files(madeUpConfig),
    configuration: { name: "web-hosts", version: 3 },
    offeredAt: now - 20 * minuteMs,
    sentAt: now - 20 * minuteMs + 4,
    applyingAt: now - 20 * minuteMs + 800,
    verdictAt: now - 20 * minuteMs + 4_300,
    state: fails ? "failed" : "applied",
    errorMessage: fails ? madeUpError : "",
  };
  return [
    newest,
    {
      ...newest,
      hash: "77aa".repeat(8),
      files: files(older),
      configuration: { name: "web-hosts", version: 2 },
      offeredAt: now - 90 * minuteMs,
      sentAt: now - 90 * minuteMs + 4,
      applyingAt: now - 90 * minuteMs + 500,
      verdictAt: now - 90 * minuteMs + 3_100,
      state: "applied",
      errorMessage: "",
    },
  ];
}
