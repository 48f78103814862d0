import { closeSync, openSync } from "node:fs";
import { type DestinationStream, type Logger, multistream, pino } from "pino";
import { redact } from "./core/redact.ts";
import type { LogSettings } from "./settings.ts";

export type { Logger } from "pino";

/** The program's log: JSON lines, or readable ones where that is asked for or a terminal looks on. */
export function createLog(settings: LogSettings, terminal: boolean): Logger {
  const streams = settings.outputPaths.map((path) => {
    const file = descriptorOf(path);
    const readable =
      settings.encoding === "console" || (settings.encoding === undefined && terminal && file <= 2);
    const plain = destinationOf(file);
    return {
      level: settings.level,
      stream: readable ? readableStream(plain) : redactedStream(plain),
    };
  });
  return pino(
    {
      level: settings.level,
      base: null,
      messageKey: "msg",
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    multistream(streams),
  );
}

function descriptorOf(path: string): number {
  if (path === "stdout") return 1;
  if (path === "stderr") return 2;
  return openSync(path, "a", 0o600);
}

/** True when a log file can be written; said before the daemon begins instead of in the middle. */
export function canWrite(path: string): boolean {
  try {
    closeSync(openSync(path, "a", 0o600));
    return true;
  } catch {
    // Whatever the reason, the answer is no; the caller names the path.
    return false;
  }
}

/** So much is kept for an output that cannot be written to for a while. */
const maxWaitingBytes = 1024 * 1024;

function destinationOf(file: number): DestinationStream {
  const destination = pino.destination({ fd: file, sync: true, maxLength: maxWaitingBytes });
  destination.on("error", () => {
    // A full disk or a reader that is gone costs log lines, never the agent; there is nowhere to say so.
  });
  return destination;
}

function redactedStream(to: DestinationStream): DestinationStream {
  return { write: (line) => to.write(cleaned(line)) };
}

function readableStream(to: DestinationStream): DestinationStream {
  return { write: (line) => to.write(readable(cleaned(line))) };
}

/**
 * The one place where what leaves by the log is cleaned of secrets. Each text by itself, before it is quoted, so
 * that a record stays a record; its key is looked at with it, because the name may say that it is a secret.
 */
function cleaned(line: string): string {
  const clean = (key: string, value: unknown): unknown =>
    typeof value === "string" ? redact(`${key}: ${value}`).slice(key.length + 2) : value;
  return `${JSON.stringify(JSON.parse(line), clean)}\n`;
}

/** `12:00:00.000 INFO  message  key=value`, a text with several lines indented below. */
export function readable(line: string): string {
  const { time, level, msg, ...fields } = JSON.parse(line) as Record<string, unknown>;
  const clock = String(time).slice(11, 23);
  const shown = Object.entries(fields).map(([key, value]) => ` ${key}=${shownValue(value)}`);
  return `${clock} ${String(level).toUpperCase().padEnd(5)} ${String(msg)}${shown.join("")}\n`;
}

function shownValue(value: unknown): string {
  if (typeof value !== "string") return JSON.stringify(value);
  return value.includes("\n") ? `\n    ${value.replaceAll("\n", "\n    ")}` : value;
}
