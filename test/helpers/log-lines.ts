import type { Logger } from "../../src/supervisor/log/log.ts";
import { type EventLog, createEventLog } from "./event-log.ts";

/** One record: its level, its words, and its fields. */
export interface LogLine {
  readonly level: string;
  readonly words: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** A log that keeps what is said. */
export function keptLog(): { readonly log: Logger; readonly lines: EventLog<LogLine> } {
  const lines = createEventLog<LogLine>();
  const at =
    (level: string) =>
    (first: string | LogLine["fields"], words = ""): void =>
      typeof first === "string"
        ? lines.add({ level, words: first, fields: {} })
        : lines.add({ level, words, fields: first });
  const levels = ["debug", "info", "warn", "error"];
  const log = Object.fromEntries(levels.map((level) => [level, at(level)]));
  return { log: log as unknown as Logger, lines };
}
