import { readFileSync } from "node:fs";
import { join } from "node:path";

/** What else a configuration says. */
export interface NopParts {
  /** Where the health check listens; without it there is none. */
  readonly health?: string;
  /** Keys of `service.telemetry`, in flow style. */
  readonly telemetry?: string;
}

/** A whole configuration that moves nothing; the word in it tells it from others. */
export function nopConfig(word?: string, { health, telemetry }: NopParts = {}): string {
  const receiver = word === undefined ? "nop" : `nop/${word}`;
  const lines = [
    `receivers: {${receiver}: }`,
    "exporters: {nop: }",
    health !== undefined && `extensions: {health_check: {endpoint: "${health}"}}`,
    "service:",
    health !== undefined && "  extensions: [health_check]",
    telemetry !== undefined && `  telemetry: {${telemetry}}`,
    `  pipelines: {traces: {receivers: [${receiver}], exporters: [nop]}}`,
  ];
  return lines.filter((line) => line !== false).join("\n") + "\n";
}

/** A part with so many pipelines, each with a receiver of its own that moves nothing; `mark` tells it from others. */
export function manyPipelines(count: number, mark = ""): string {
  const names = Array.from({ length: count }, (_, index) => `${index}${mark}`);
  const receivers = names.map((name) => `  nop/${name}:\n`).join("");
  const pipelines = names.map(
    (name) =>
      `    traces/${name}:\n      receivers: [nop/${name}]\n      processors: []\n      exporters: [nop]\n`,
  );
  return `receivers:\n${receivers}exporters:\n  nop:\nservice:\n  pipelines:\n${pipelines.join("")}`;
}

/** A part that gives the pipeline of such a configuration another receiver. */
export function nopPart(word: string): string {
  return `receivers: {nop/${word}: }\nservice: {pipelines: {traces: {receivers: [nop/${word}]}}}\n`;
}

/** A part that validates and dies at its start: its port is somebody else's. */
export function dyingPart(port: number, word = "bad"): string {
  return `receivers: {otlp/${word}: {protocols: {http: {endpoint: "127.0.0.1:${port}"}}}}
service: {pipelines: {traces: {receivers: [otlp/${word}]}}}
`;
}

/** What walkthrough A sends: the memory of the host, written to the collector's log. */
export const hostmetricsPart: string = `receivers:
  hostmetrics:
    collection_interval: 1s
    scrapers: {memory: }
exporters:
  debug: {verbosity: detailed}
service:
  pipelines:
    metrics: {receivers: [hostmetrics], exporters: [debug]}
`;

/** The configurations of test/fixtures/laboratory. */
export type Laboratory =
  "good" | "does-not-start" | "exporter-fails" | "drops-everything" | "only-nop" | "own-ports";

/** Where one of them lies. */
export function laboratoryPath(name: Laboratory): string {
  return join(import.meta.dirname, "../../fixtures/laboratory", `${name}.yaml`);
}

/** The text of one of them. */
export function laboratory(name: Laboratory): string {
  return readFileSync(laboratoryPath(name), "utf8");
}
