import { agentRecord } from "../../supervisor/log/agent-record.ts";
import { redact } from "../../redact.ts";
import { type Paint, harmless } from "../screen-text.ts";

/** Who writes a log. */
export type LogWriter = "agent" | "supervisor";

/** One record, with the lines that belong to it. */
export interface LogRecord {
  /** Milliseconds since 1970; that of the record before it where it names none. */
  readonly at: number;
  readonly who: LogWriter;
  readonly level: string;
  readonly message: string;
  readonly fields: readonly (readonly [name: string, value: unknown])[];
}

/** Longer lines are cut on the screen. */
const mostCharacters = 4_000;

/** Makes records of the lines of one log, one after the other; what is no record belongs to the time of the last one. */
export function createRecordReader(who: LogWriter): (line: string) => LogRecord {
  let last = 0;
  return (line) => {
    const short = redact(line.slice(0, mostCharacters + 1));
    const text = short.length > mostCharacters ? `${short.slice(0, mostCharacters)}…` : short;
    const found = who === "agent" ? ofAgent(line) : ofSupervisor(line, who);
    const record = found ?? { at: last, who, level: "", message: text, fields: [] };
    last = record.at;
    return record;
  };
}

function ofAgent(line: string): LogRecord | undefined {
  if (line.length > mostCharacters) return undefined;
  const text = agentRecord(line)?.text("");
  return text === undefined ? undefined : ofSupervisor(text, "agent");
}

const shownApart: readonly string[] = ["time", "level", "msg", "from"];

function ofSupervisor(line: string, who: LogWriter): LogRecord | undefined {
  const value = line.startsWith("{") ? objectOf(line) : undefined;
  if (value === undefined) return undefined;
  const at = Date.parse(String(value["time"]));
  if (Number.isNaN(at)) return undefined;
  const isOurMark = (name: string): boolean => name === "logger" && value[name] === "collector";
  return {
    at,
    who: value["from"] === "agent" ? "agent" : who,
    level: textOf(value["level"]),
    message: redact(textOf(value["msg"])),
    fields: Object.entries(value).filter(
      ([name]) => !shownApart.includes(name) && !isOurMark(name),
    ),
  };
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function objectOf(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value = JSON.parse(text) as unknown;
    return typeof value === "object" && value !== null ? { ...value } : undefined;
  } catch {
    // A line that was cut, or is something else: it is shown as it is.
    return undefined;
  }
}

/** `2026-01-02 03:04:05.678 INFO  agent      message  key=value` */
export function recordText({ at, who, level, message, fields }: LogRecord, paint: Paint): string {
  const time =
    at === 0 ? " ".repeat(23) : new Date(at).toISOString().replace("T", " ").slice(0, 23);
  const shown = fields.map(([name, value]) => ` ${redact(`${name}=${valueText(value)}`)}`).join("");
  const word = level.toUpperCase().padEnd(5);
  const head = `${paint.faint(time)} ${levelPaint(level, paint)(word)} ${who.padEnd(10)}`;
  return `${head} ${harmless(message)}${paint.faint(harmless(shown))}\n`;
}

function valueText(value: unknown): string {
  if (typeof value !== "string") return JSON.stringify(value);
  return /[\s"]/.test(value) ? JSON.stringify(value) : value;
}

function levelPaint(level: string, paint: Paint): (text: string) => string {
  if (["error", "fatal", "panic", "dpanic"].includes(level)) return paint.bad;
  if (level === "warn") return paint.warn;
  return level === "debug" ? paint.faint : paint.good;
}
