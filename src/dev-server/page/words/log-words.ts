import type { LogLine } from "../../shapes/log-shapes.ts";
import type { Said, Tone } from "./condition-words.ts";

/** So many lines are shown; the server keeps no more of an agent. */
const mostShown = 500;

const tones: Readonly<Record<LogLine["severity"], Tone>> = {
  trace: "still",
  debug: "still",
  info: "good",
  warn: "warn",
  error: "bad",
  fatal: "bad",
  unknown: "still",
};

/** How bad a line is, as a word with a colour. */
export function severitySaid(severity: LogLine["severity"]): Said {
  return { text: severity === "unknown" ? "log" : severity, tone: tones[severity] };
}

/** The lines with newer ones behind them; those of a server that was started anew stand alone. */
export function joined(before: readonly LogLine[], news: readonly LogLine[]): readonly LogLine[] {
  const last = before.at(-1)?.seq ?? 0;
  const first = news[0]?.seq;
  if (first === undefined) return before;
  return (first > last ? [...before, ...news] : news).slice(-mostShown);
}

/** What a person wants to see of the lines. */
export interface LineFilter {
  readonly text: string;
  readonly least: LogLine["severity"];
}

const order: readonly LogLine["severity"][] = [
  "trace",
  "debug",
  "unknown",
  "info",
  "warn",
  "error",
  "fatal",
];

/** Lines with all these words somewhere in them, and at least so bad, by their time: an agent may send older ones later. */
export function found(lines: readonly LogLine[], { text, least }: LineFilter): readonly LogLine[] {
  const words = text
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== "");
  const from = order.indexOf(least);
  const inTime = lines.toSorted((a, b) => a.at - b.at || a.seq - b.seq);
  return inTime.filter((line) => {
    if (order.indexOf(line.severity) < from) return false;
    if (words.length === 0) return true;
    const said = [line.text, line.from, ...Object.entries(line.fields).flat()]
      .join(" ")
      .toLowerCase();
    return words.every((word) => said.includes(word));
  });
}

/** What says more of a line; a collector repeats in each of them who it is. */
export function fieldsBeside(fields: LogLine["fields"]): readonly (readonly [string, string])[] {
  return Object.entries(fields).filter(([name]) => name !== "resource");
}
