import type { AgentLayers } from "../../../src/dev-server/shapes/layer-shapes.ts";
import type { AgentLogs, LogLine } from "../../../src/dev-server/shapes/log-shapes.ts";

const said: readonly (readonly [LogLine["severity"], string])[] = [
  ["info", "Everything is ready. Begin running and processing data."],
  ["debug", "Scraping targets"],
  ["warn", "<script>alert(1)</script>"],
  ["error", "Exporting failed. Will retry the request after interval."],
];

/** Log lines of a made-up agent. */
export function madeUpLogs(now: number): AgentLogs {
  const lines = Array.from({ length: 80 }, (_, index): LogLine => {
    const [severity, text] = said[index % said.length]!;
    const fields = { "otelcol.component.id": "otlphttp", attempt: String(index) };
    return {
      seq: index + 1,
      at: now - (80 - index) * 900,
      severity,
      text,
      fields,
      from: "otelcol",
    };
  });
  return {
    lines,
    dropped: 0,
    destination: "here",
    offerState: "applied",
    errorMessage: "",
    why: undefined,
    unknownLines: 3,
  };
}

/** The layers of a made-up configuration. */
export const madeUpLayers: AgentLayers = {
  is: "known",
  canAsk: true,
  why: "",
  layers: ["/etc/otelcol/base.yaml", "remote configuration", "the supervisor"],
  lines: [
    { line: 3, layer: 0, there: 3 },
    { line: 4, layer: 1, there: 2 },
    { line: 6, layer: 2, also: [{ layer: 0, there: 5 }] },
    { line: 8, layer: 1, there: 9 },
  ],
  omitted: 0,
};
