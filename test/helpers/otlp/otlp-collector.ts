import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { collectorPath, eventually } from "../e2e/daemon.ts";

/** A log record as the collector has understood it; attributes as its words for them, `Str(x)`. */
export interface ReceivedRecord {
  readonly resource: Readonly<Record<string, string>>;
  readonly severity: string;
  readonly body: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/** A real collector that receives OTLP over HTTP and prints what it got. */
export interface OtlpCollector {
  readonly url: (signal: "logs" | "metrics" | "traces") => string;
  /** All that its debug exporter has printed. */
  readonly text: () => string;
  readonly records: () => readonly ReceivedRecord[];
}

/** Starts it on a port of the loopback; ended with the test. */
export async function startOtlpCollector(folder: string, port: number): Promise<OtlpCollector> {
  const pipeline = "{receivers: [otlp], exporters: [debug]}";
  const config = join(folder, "receiver.yaml");
  writeFileSync(
    config,
    `receivers: {otlp: {protocols: {http: {endpoint: "127.0.0.1:${port}"}}}}
exporters: {debug: {verbosity: detailed, use_internal_logger: false}}
service:
  telemetry: {metrics: {level: none}}
  pipelines: {logs: ${pipeline}, metrics: ${pipeline}, traces: ${pipeline}}
`,
  );
  const child = spawn(collectorPath(), ["--config", config], { stdio: ["ignore", "pipe", "pipe"] });
  let [text, words] = ["", ""];
  child.stdout.on("data", (bytes: Buffer) => (text += String(bytes)));
  child.stderr.on("data", (bytes: Buffer) => (words += String(bytes)));
  onTestFinished(async () => {
    const exited = once(child, "exit");
    child.kill("SIGKILL");
    if (child.exitCode === null && child.signalCode === null) await exited;
  });
  await eventually(() => words.includes("Everything is ready"));
  return {
    url: (signal) => `http://127.0.0.1:${port}/v1/${signal}`,
    text: () => text,
    records: () => text.split(/^ResourceLog #\d+$/m).flatMap(recordsIn),
  };
}

function recordsIn(block: string): readonly ReceivedRecord[] {
  const [head = "", ...records] = block.split(/^LogRecord #\d+$/m);
  return records.map((record) => ({
    resource: attributesIn(head),
    severity: valueIn(record, "SeverityNumber"),
    body: valueIn(record, "Body"),
    attributes: attributesIn(record),
  }));
}

function valueIn(text: string, name: string): string {
  return new RegExp(`^${name}: (.*)$`, "m").exec(text)?.[1] ?? "";
}

function attributesIn(text: string): Readonly<Record<string, string>> {
  const lines = [...text.matchAll(/^ {5}-> ([^:]+): (.*)$/gm)];
  return Object.fromEntries(lines.map(([, name = "", value = ""]) => [name, value]));
}
