import {
  encodeAgentToServer,
  decodeAgentToServer,
  encodeServerToAgent,
  decodeServerToAgent,
} from "../src/opamp-client/wire/codec.ts";
import type {
  AgentToServer,
  ComponentHealth,
  ServerToAgent,
} from "../src/opamp-client/wire/messages.ts";

/** Prints what it costs to write and read messages: a heartbeat, a full report, an offer of 500 kB. */

const secondsEach = 1;

const heartbeat: AgentToServer = {
  instanceUid: Uint8Array.from({ length: 16 }, (_, index) => index),
  sequenceNum: 1_000n,
  capabilities: 0x7fffn,
};

const config = new Map([
  ["", { body: new Uint8Array(500_000).fill(0x61), contentType: "text/yaml" }],
]);

/** A collector of that many pipelines, each of four components, with what it runs with. */
function fullReport(pipelines: number): AgentToServer {
  const attribute = (key: string) => ({ key, value: { stringValue: `value of ${key}` } });
  const component = { healthy: true, status: "StatusOK", statusTimeUnixNano: 1_790_000_000n };
  const parts = new Map(
    ["receiver:otlp", "processor:batch", "processor:memory_limiter", "exporter:otlp"].map(
      (name) => [name, component],
    ),
  );
  const pipeline: ComponentHealth = { ...component, componentHealthMap: parts };
  const names = Array.from({ length: pipelines }, (_, index) => `pipeline:traces/${index}`);
  return {
    ...heartbeat,
    agentDescription: {
      identifyingAttributes: ["service.name", "service.version"].map(attribute),
      nonIdentifyingAttributes: ["os.type", "host.arch", "host.name"].map(attribute),
    },
    health: {
      ...component,
      startTimeUnixNano: 1_790_000_000n,
      componentHealthMap: new Map(names.map((name) => [name, pipeline])),
    },
    effectiveConfig: {
      configMap: { configMap: new Map([["", { body: new Uint8Array(20_000) }]]) },
    },
    remoteConfigStatus: { lastRemoteConfigHash: new Uint8Array(32).fill(1), status: 1 },
    customCapabilities: { capabilities: ["org.example"] },
  };
}

/** How often per second, after a tenth of the time to get warm. */
function perSecond(work: () => unknown): number {
  let count = 0;
  let begin = performance.now();
  const warm = begin + secondsEach * 100;
  while (performance.now() < warm) work();
  begin = performance.now();
  for (const end = begin + secondsEach * 1_000; performance.now() < end; count += 10)
    for (let turn = 0; turn < 10; turn += 1) work();
  return Math.round((count * 1_000) / (performance.now() - begin));
}

/** Bytes of the heap per call: the median of many rounds, because some have a collection in them. */
function heapBytes(work: () => unknown): number {
  const calls = 500;
  globalThis.gc?.();
  const rounds = Array.from({ length: 201 }, () => {
    const before = process.memoryUsage().heapUsed;
    for (let call = 0; call < calls; call += 1) work();
    return (process.memoryUsage().heapUsed - before) / calls;
  });
  return Math.round(rounds.sort((one, other) => one - other)[100] ?? 0);
}

function row(what: string, encode: () => Uint8Array, decode: (bytes: Uint8Array) => unknown): void {
  const bytes = encode();
  const read = (): unknown => decode(bytes);
  process.stdout.write(
    `${what.padEnd(26)} ${String(bytes.length).padStart(7)} bytes: ` +
      `encode ${perSecond(encode)}/s, decode ${perSecond(read)}/s\n`,
  );
}

const report = fullReport(50);
const offer: ServerToAgent = {
  instanceUid: heartbeat.instanceUid,
  remoteConfig: { config: { configMap: config }, configHash: new Uint8Array(32).fill(1) },
};

const writeHeartbeat = (): Uint8Array => encodeAgentToServer(heartbeat);
row("heartbeat", writeHeartbeat, decodeAgentToServer);
row("full report, 50 pipelines", () => encodeAgentToServer(report), decodeAgentToServer);
row("offer of 500 kB", () => encodeServerToAgent(offer), decodeServerToAgent);

const written = writeHeartbeat();
const reading = heapBytes(() => decodeAgentToServer(written));
process.stdout.write(
  `heap per heartbeat: encode ${heapBytes(writeHeartbeat)} bytes, decode ${reading} bytes\n`,
);
