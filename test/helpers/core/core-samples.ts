import { createHash } from "node:crypto";
import { withText, unsaid } from "../../../src/agent-config/render-config.ts";
import { type CoreSettings, childAgent } from "../../../src/supervisor/core/state/core-settings.ts";
import type {
  BinaryFacts,
  RenderedConfig,
  RemoteConfig,
  LocalLayer,
} from "../../../src/agent-config/config.ts";

/** Small round times: a test reads in its head what happens when. */
export const policy: CoreSettings = {
  settleMs: 500,
  applyTimeoutMs: 5_000,
  startTimeoutMs: undefined,
  drainMs: 10_000,
  probeFirstMs: 15,
  probeFastMs: 10,
  probeSlowMs: 5_000,
  aliveMs: 1_000,
  firstBackoffMs: 200,
  maxBackoffMs: 60_000,
  restartGapMs: 10_000,
  crashBudget: 5,
  stableMs: 60_000,
  retryMs: 5_000,
  metricsSlowMs: 10_000,
  metricsFastMs: 5_000,
  logLookMs: 5_000,
  reload: "restart",
  kind: childAgent,
  executable: "/usr/bin/otelcol",
  reloadTimeoutMs: 15_000,
  probationMs: 30_000,
  illMs: 10_000,
  quarantineMs: 600_000,
  maxQuarantineMs: 3_600_000,
  quietStartMs: 2_000,
  probeOverride: undefined,
  onCollision: "warn",
  offerLimits: {
    allowedHosts: undefined,
    allowWeakerTls: false,
    endpoint: "wss://first.example.com/v1/opamp",
    minVersion: "TLSv1.2",
    skipVerify: false,
  },
  offerTrialMs: 60_000,
  offerLostMs: 15_000,
  packages: { probationMs: 300_000, crashBudget: 3, earlierMs: 604_800_000 },
  certificate: undefined,
  filesDirectory: "/state/secrets",
  identifying: new Map(),
  environment: new Map(),
};

/** A binary that has everything. */
export const binary: BinaryFacts = {
  name: "otelcol",
  version: "0.149.0",
  knownBy: "answers",
  validates: true,
  hasHealthCheck: true,
  hasNop: true,
  hasFilelog: true,
  hasOpampExtension: true,
  allowsNoPipelines: true,
  reloadsInPart: false,
  resourceForm: "inline",
  components: new Map([["receivers", { subComponentMap: new Map([["nop", {}]]) }]]),
  componentsHash: "aabb",
};

export const uid = "01900000-0000-7000-8000-000000000001";

/** A text as a configuration that runs, not probed and not watched unless the test says so. */
export function renderedOf(
  text: string,
  changes: Partial<Parameters<typeof withText>[1]> = {},
): RenderedConfig {
  const nothing = { probe: undefined, ownMetrics: undefined, metrics: undefined, flows: undefined };
  const plain = { runs: true, parked: false, idle: false, warnings: [] };
  return withText(text, { ...unsaid, ...nothing, ...plain, ...changes });
}

/** A small configuration; the word in it tells it from others. */
export function configText(word: string): string {
  return `receivers:\n  nop/${word}:\nexporters:\n  nop:\nservice:\n  pipelines:\n    traces:\n      receivers: [nop/${word}]\n      exporters: [nop]\n`;
}

/** An offer with one part under the empty name. */
export function remoteOf(word: string, text: string = configText(word)): RemoteConfig {
  const hash = Buffer.from(word).toString("hex");
  const digest = createHash("sha256").update(text).digest("hex");
  return { hash, digest, files: [{ name: "", text }], problem: undefined };
}

export function baseLayer(text: string): LocalLayer {
  return { name: "base.yaml", text, place: "base" };
}
