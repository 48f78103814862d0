import { spawn } from "node:child_process";
import { once } from "node:events";
import { onTestFinished, expect, test } from "vitest";
import type { YAMLMap } from "yaml";
import { probeHealth } from "../../../src/agent/ask/health-probe.ts";
import { readMetrics } from "../../../src/agent/ask/read-metrics.ts";
import {
  startDataFlow,
  observe,
  compareFlows,
  begin,
} from "../../../src/supervisor/core/data-flow/compare.ts";
import type { DataFlow } from "../../../src/supervisor/core/state/data-flow.ts";
import { metricsTargetOf } from "../../../src/agent-config/metrics-target.ts";
import { parseMetrics } from "../../../src/supervisor/core/data-flow/parse-metrics.ts";
import { expectedFlows, everyPipelineNop } from "../../../src/agent-config/pipelines.ts";
import { parseYamlLayer } from "../../../src/agent-config/yaml/read-layer.ts";
import { type Laboratory, laboratory, laboratoryPath } from "../../helpers/agent/agent-configs.ts";
import { collectorPath, patienceMs, eventually } from "../../helpers/e2e/daemon.ts";
import { freePorts, takenPort } from "../../helpers/net/free-ports.ts";
import { type OtlpClient, startOtlpClient } from "../../helpers/otlp/otlp-client.ts";
import { type OtlpSink, startOtlpSink } from "../../helpers/otlp/otlp-sink.ts";

const windowMs = 1_000;

function rootOf(name: Laboratory): YAMLMap {
  const layer = parseYamlLayer(name, laboratory(name));
  if ("problem" in layer) throw new Error(layer.problem);
  return layer.root;
}

interface Collector {
  readonly exited: Promise<number | null>;
  readonly output: () => string;
  readonly stop: () => Promise<void>;
}

function startCollector(name: Laboratory, environment: ReadonlyMap<string, string>): Collector {
  const child = spawn(
    collectorPath(),
    [`--config=${laboratoryPath(name)}`, `--config=${laboratoryPath("own-ports")}`],
    { env: Object.fromEntries(environment), stdio: ["ignore", "ignore", "pipe"] },
  );
  let output = "";
  child.stderr.on("data", (bytes: Buffer) => {
    output += bytes.toString();
  });
  const exited = once(child, "exit").then(([code]: (number | null)[]) => code ?? null);
  const stop = async (): Promise<void> => {
    child.kill("SIGTERM");
    const forced = setTimeout(() => child.kill("SIGKILL"), patienceMs / 2);
    await exited;
    clearTimeout(forced);
  };
  onTestFinished(stop);
  return { exited, output: () => output, stop };
}

/** A collector between a client and a sink, whose metrics are read and judged as the supervisor would. */
interface Bench {
  readonly client: OtlpClient;
  readonly sink: OtlpSink;
  readonly environment: ReadonlyMap<string, string>;
  readonly flow: () => DataFlow;
  readonly degraded: () => string | undefined;
  /** Reads the metrics again and again until the question is answered by true. */
  readonly watchUntil: (question: () => boolean) => Promise<void>;
  /** Starts a configuration, or another one in the place of what runs. */
  readonly change: (name: Laboratory) => Promise<void>;
}

async function startBench(): Promise<Bench> {
  const [otlp = 0, closed = 0, health = 0, metrics = 0] = await freePorts(4);
  const sink = await startOtlpSink();
  const environment = new Map([
    ["PATH", process.env["PATH"] ?? ""],
    ["OTLP_PORT", String(otlp)],
    ["CLOSED_PORT", String(closed)],
    ["SINK_PORT", String(sink.port)],
    ["HEALTH_PORT", String(health)],
    ["METRICS_PORT", String(metrics)],
  ]);
  const client = startOtlpClient(otlp);
  onTestFinished(() => void client.stop());
  const url = metricsTargetOf(rootOf("own-ports"), environment)?.url ?? "";
  let flow = startDataFlow(windowMs);
  let run = 0;
  let running: Collector | undefined;

  const read = async (): Promise<void> => {
    const answer = await readMetrics(url, patienceMs);
    if (answer.is === "read") flow = observe(flow, parseMetrics(answer.text), Date.now(), run);
  };
  return {
    client,
    sink,
    environment,
    flow: () => flow,
    degraded: () => compareFlows(flow, Date.now()).degraded,
    watchUntil: (question) =>
      eventually(async () => {
        await read();
        await new Promise((resolve) => setTimeout(resolve, windowMs / 5));
        return question();
      }),
    change: async (name) => {
      flow = begin(flow, Date.now(), expectedFlows(rootOf(name)));
      await running?.stop();
      run += 1;
      running = startCollector(name, environment);
      const healthUrl = `http://127.0.0.1:${health}/`;
      await eventually(async () => (await probeHealth(healthUrl, patienceMs)).is === "healthy");
    },
  };
}

/** Steady traffic in as many windows as are remembered, so that there is something to compare with. */
function steady({ flow }: Bench): boolean {
  const keys = ["receiver otlp spans", "exporter otlp_http spans"];
  return keys.every((key) => {
    const closed = flow().flows.get(key)?.closed ?? [];
    return closed.length >= 3 && closed.every(({ passed, failed }) => passed >= 5 && failed === 0);
  });
}

async function goodBench(): Promise<Bench> {
  const bench = await startBench();
  await bench.change("good");
  await bench.watchUntil(() => steady(bench));
  expect(bench.degraded()).toBeUndefined();
  return bench;
}

test(
  "a collector that goes on as before is never degraded, nor is one to which nobody sends",
  async () => {
    const bench = await goodBench();
    const arrived = bench.sink.spans();
    bench.client.forget();
    await bench.change("good");
    let worst: string | undefined;
    await bench.watchUntil(() => {
      worst ??= bench.degraded();
      return steady(bench);
    });
    expect(worst).toBeUndefined();
    expect(bench.sink.spans()).toBeGreaterThan(arrived);
    const { successes, longestGapMs } = await bench.client.stop();
    expect(successes).toBeGreaterThan(0);
    expect(longestGapMs).toBeGreaterThan(0);
    await bench.watchUntil(() =>
      [...bench.flow().flows.values()].every(({ closed }) => closed.at(-1)?.passed === 0),
    );
    expect(bench.degraded()).toBeUndefined();
  },
  3 * patienceMs,
);

test(
  "an exporter that cannot send any more is found, with the numbers, and so is its recovery",
  async () => {
    const bench = await goodBench();
    await bench.change("exporter-fails");
    await bench.watchUntil(() => bench.degraded() !== undefined);
    expect(bench.degraded()).toMatch(
      /exporter otlp_http sent \d+ spans in the [\d.]+ s before and none in the [\d.]+ s since, and failed to send \d+/,
    );
    expect(bench.degraded()).not.toContain("receiver");
    const arrived = bench.sink.spans();
    await bench.change("good");
    await bench.watchUntil(() => steady(bench) && bench.sink.spans() > arrived);
    expect(bench.degraded()).toBeUndefined();
  },
  4 * patienceMs,
);

test(
  "a receiver that refuses everything is found, with the numbers",
  async () => {
    const bench = await goodBench();
    await bench.change("drops-everything");
    await bench.watchUntil(() => bench.degraded()?.includes("otlp accepted") === true);
    expect(bench.degraded()).toMatch(
      /receiver otlp accepted \d+ spans in the [\d.]+ s before and (none|only \d+) in the [\d.]+ s since, and refused \d+/,
    );
    expect(bench.client.tally().failures).toBeGreaterThan(0);
  },
  3 * patienceMs,
);

test(
  "sends that fail besides others that succeed are found",
  async () => {
    const bench = await goodBench();
    await bench.change("good");
    await bench.watchUntil(() => bench.flow().change?.seenAt !== undefined);
    // 400 is an answer for good: the exporter does not try again.
    const flapping = setInterval(() => {
      bench.sink.refuseWith(400);
      setTimeout(() => bench.sink.refuseWith(undefined), windowMs / 4);
    }, windowMs / 2);
    onTestFinished(() => clearInterval(flapping));
    await bench.watchUntil(() => bench.degraded() !== undefined);
    expect(bench.degraded()).toMatch(/exporter otlp_http failed to send \d+ of \d+ spans/);
    clearInterval(flapping);
    await bench.watchUntil(() => bench.degraded() === undefined);
  },
  4 * patienceMs,
);

test("only-nop is the one laboratory configuration that moves nothing", () => {
  const names = ["good", "does-not-start", "exporter-fails", "drops-everything"] as const;
  expect(names.filter((name) => everyPipelineNop(rootOf(name)))).toEqual([]);
  expect(everyPipelineNop(rootOf("only-nop"))).toBe(true);
});

test("does-not-start exits by itself and says that the port is taken", async () => {
  const { environment } = await startBench();
  const port = await takenPort();
  const taken = new Map([...environment, ["TAKEN_PORT", String(port)]]);
  const collector = startCollector("does-not-start", taken);
  expect(await collector.exited).toBe(1);
  expect(collector.output()).toContain(`127.0.0.1:${port}: bind: address already in use`);
});
