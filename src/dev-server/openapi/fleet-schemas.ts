import {
  anything,
  flag,
  list,
  mapOf,
  named,
  object,
  text,
  time,
  whole,
  word,
  type Schema,
} from "./schema-parts.ts";

const version: Schema = object({ name: text, version: whole });
const file: Schema = object({ name: text, text });

const connection: Schema = object({}, { endpoint: text, headers: text });

const rowParts = {
  uid: text,
  name: text,
  version: text,
  connected: flag,
  up: word("true", "false", "unknown"),
  firstSeenAt: time,
  lastSeenAt: time,
  status: text,
  lastError: text,
  hostName: text,
  condition: word("healthy", "degraded", "failing", "away", "unknown"),
  configState: word("none", "waiting", "applying", "in-sync", "failed", "drifted"),
  attributes: mapOf(text),
};
const rowMore = {
  transport: word("websocket", "http"),
  disconnectedWhy: text,
  remoteConfigStatus: object({
    status: word("unset", "applied", "applying", "failed"),
    hash: text,
    errorMessage: text,
  }),
  configuration: version,
  guest: object({ is: word("waiting", "approved", "refused"), from: text, since: time }),
};

/** What the answers about agents are made of. */
export const fleetSchemas: Readonly<Record<string, Schema>> = {
  Refusal: object({ error: text }),
  Delivery: object({ is: word("pushed", "waiting", "unchanged", "refused") }, { why: text }),
  FleetCounts: object({
    ...{ total: whole, healthy: whole, degraded: whole, failing: whole, away: whole },
    ...{ unknown: whole, applying: whole },
  }),
  FleetOverview: object({
    opampUrl: text,
    counts: named("FleetCounts"),
    startedAt: time,
    now: time,
    authorityCert: text,
    state: object({}, { file: text, problem: text }),
  }),
  FleetChange: object(
    {
      counts: named("FleetCounts"),
      rows: list(named("AgentRow")),
      forgotten: list(text),
      lists: list(word("configurations", "groups", "rollouts", "packages", "overload")),
    },
    { all: flag },
  ),
  AgentRow: object(rowParts, rowMore),
  AgentPage: object(
    {
      ...rowParts,
      sequenceNum: text,
      capabilities: list(text),
      identifyingAttributes: list(object({ key: text, value: text })),
      otherAttributes: list(object({ key: text, value: text })),
      effectiveConfig: list(object({ name: text, contentType: text, text })),
      connections: anything,
      packages: anything,
      components: list(object({ kind: text, types: list(text) })),
      history: list(object({ at: time, kind: text, text })),
      offers: list(named("OfferRecord")),
      actions: mapOf(object({}, { why: text })),
      customCapabilities: list(text),
    },
    {
      ...{ ...rowMore, health: anything, offer: anything },
      tooMuch: object({ text, parts: list(text) }),
    },
  ),
  LogLine: object({
    ...{ seq: whole, at: time, text, from: text, fields: mapOf(text) },
    severity: word("trace", "debug", "info", "warn", "error", "fatal", "unknown"),
  }),
  AgentLogs: object(
    {
      lines: list(named("LogLine")),
      ...{ dropped: whole, unknownLines: whole, errorMessage: text },
      destination: word("here", "elsewhere", "nowhere", "unsaid"),
      offerState: word("waiting", "applying", "applied", "failed"),
    },
    { why: text },
  ),
  AgentLayers: object({
    is: word("known", "unasked", "unknown"),
    ...{ canAsk: flag, why: text, layers: list(text), omitted: whole },
    lines: list(
      object(
        { line: whole, layer: whole },
        { there: whole, also: list(object({ layer: whole }, { there: whole })) },
      ),
    ),
  }),
  SharedComponents: object({
    ...{ agents: whole, told: whole },
    components: list(object({ kind: text, types: list(object({ type: text, agents: whole })) })),
  }),
  OfferRecord: object(
    {
      hash: text,
      files: list(file),
      offeredAt: time,
      state: word("waiting", "sent", "applying", "applied", "failed", "replaced", "withdrawn"),
      errorMessage: text,
    },
    { configuration: version, sentAt: time, applyingAt: time, verdictAt: time },
  ),
  ConfigBody: {
    anyOf: [
      { type: "object", properties: { config: text }, required: ["config"] },
      { type: "object", properties: { files: mapOf(text) }, required: ["files"] },
    ],
  },
  ConnectionsBody: object(
    {},
    {
      opamp: object(
        {},
        {
          ...{ endpoint: text, headers: text, heartbeat_seconds: whole, ca: text },
          ...{ min_tls_version: text, proxy: text, new_certificate: flag },
        },
      ),
      ...{ own_metrics: connection, own_logs: connection, own_traces: connection },
      other_connections: mapOf(connection),
    },
  ),
  Shelf: object({}, { shelf: anything }),
  Deliveries: object({ pushed: whole, waiting: whole, unchanged: whole, refused: whole }),
};
