import type { LogLine } from "../../dev-server/shapes/log-shapes.ts";
import { harmless, type Paint } from "../screen-text.ts";

/** `2026-01-02 03:04:05.678 INFO  otelcol  text  key=value`; what follows on lines of its own is set in, so that no line is made up. */
export function logLineText({ at, severity, from, text, fields }: LogLine, paint: Paint): string {
  const date = new Date(at);
  const time = Number.isNaN(date.getTime()) ? "no time" : date.toISOString();
  const word = (severity === "unknown" ? "log" : severity).toUpperCase().padEnd(5);
  const more = Object.entries(fields)
    // A collector repeats in each line who it is.
    .filter(([name]) => name !== "resource")
    .map(([name, value]) => ` ${name}=${/[\s"]/.test(value) ? JSON.stringify(value) : value}`);
  const head = `${paint.faint(time.replace("T", " ").slice(0, 23))} ${paintOf(severity, paint)(word)}`;
  const who = from === "" ? "" : `${inLine(from)}  `;
  return `${head} ${who}${inLine(text)}${paint.faint(inLine(more.join("")))}\n`;
}

function inLine(text: string): string {
  return harmless(text).replaceAll("\n", "\n    ");
}

function paintOf(severity: LogLine["severity"], paint: Paint): Paint["good"] {
  if (severity === "error" || severity === "fatal") return paint.bad;
  if (severity === "warn") return paint.warn;
  return severity === "info" ? paint.good : paint.faint;
}
