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
    const plain = pino.destination({ fd: file, sync: true });
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

/** The one place where what leaves by the log is cleaned of secrets. */
function redactedStream(to: DestinationStream): DestinationStream {
  return { write: (line) => to.write(redact(line)) };
}

function readableStream(to: DestinationStream): DestinationStream {
  return { write: (line) => to.write(readable(redact(line))) };
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
