import { agentRecord } from "../../supervisor/log/agent-record.ts";
import { redact } from "../../redact.ts";
import { type Paint, harmless } from "../screen-text.ts";

/** Who writes a log. */
export type LogWriter = "agent" | "supervisor";

/** One record, with the lines that belong to it. */
export interface LogRecord {
  /** Milliseconds since 1970: its own time, or that of the record before it. Of a line before all others, of the next. */
  readonly at: number;
  /** False of a line of which no time is known. */
  readonly timed: boolean;
  readonly who: LogWriter;
  readonly level: string;
  readonly message: string;
  readonly fields: readonly (readonly [name: string, value: unknown])[];
}

/** Makes records of lines that follow one another in one log; `until` is when the log was last written to. */
export type RecordReader = (lines: readonly string[], until: number) => readonly LogRecord[];

/** What a line says by itself: a moment, a time of the day in UTC, or nothing. */
type Told = Omit<LogRecord, "at" | "timed"> & { readonly at?: number; readonly timeOfDay?: number };

/** Longer lines are cut on the screen. */
const mostCharacters = 4_000;

/** Makes records of the lines of one log; what is no record belongs to the time of the last one. */
export function createRecordReader(who: LogWriter): RecordReader {
  let last: number | undefined;
  return (lines, until) => {
    const told = lines.map((line) => toldBy(line, who));
    const moments = momentsOf(told, until);
    const first = moments.find((at) => at !== undefined) ?? until;
    return told.map(({ who: by, level, message, fields }, index) => {
      last = moments[index] ?? last;
      return { at: last ?? first, timed: last !== undefined, who: by, level, message, fields };
    });
  };
}

const dayMs = 86_400_000;
/** A file is dated by a clock that may be so much behind. */
const behindMs = 1_000;

/** Lines for people have no date: each was written before the next one, and the last one before `until`. */
function momentsOf(told: readonly Told[], until: number): readonly (number | undefined)[] {
  let latest = until + behindMs;
  const backwards = told.toReversed().map(({ at, timeOfDay }) => {
    const moment = at ?? (timeOfDay === undefined ? undefined : lastTime(timeOfDay, latest));
    latest = moment ?? latest;
    return moment;
  });
  return backwards.reverse();
}

/** The last moment up to `latest` at which a clock in UTC showed this. */
function lastTime(timeOfDay: number, latest: number): number {
  return latest - ((((latest - timeOfDay) % dayMs) + dayMs) % dayMs);
}

function toldBy(line: string, who: LogWriter): Told {
  const found = who === "agent" ? ofAgent(line) : (ofSupervisor(line, who) ?? forPeople(line, who));
  if (found !== undefined) return found;
  const short = redact(line.slice(0, mostCharacters + 1));
  const text = short.length > mostCharacters ? `${short.slice(0, mostCharacters)}…` : short;
  return { who, level: "", message: text, fields: [] };
}

/** `12:00:00.000 INFO  message  key=value`: what the supervisor writes with `encoding: console`. */
const aLineForPeople = /^(\d\d):(\d\d):(\d\d\.\d{3}) ([A-Z]{4,5}) +/;

/** How a line of the agent's that went through the supervisor's log is marked there. */
const agentMark = " from=agent logger=collector";

function forPeople(line: string, who: LogWriter): Told | undefined {
  const [head, hours, minutes, seconds, level = ""] = aLineForPeople.exec(line) ?? [];
  if (head === undefined || line.length > mostCharacters) return undefined;
  const timeOfDay = (Number(hours) * 60 + Number(minutes)) * 60_000 + Number(seconds) * 1_000;
  const rest = redact(line.slice(head.length));
  const message = rest.replace(agentMark, "");
  const by = message === rest ? who : "agent";
  return { who: by, level: level.toLowerCase(), message, fields: [], timeOfDay };
}

function ofAgent(line: string): Told | undefined {
  if (line.length > mostCharacters) return undefined;
  const text = recordOf(line);
  return text === undefined ? undefined : ofSupervisor(text, "agent");
}

/** A record of the agent's in the form of ours. */
function recordOf(line: string): string | undefined {
  try {
    return agentRecord(line)?.text("");
  } catch {
    // JSON may be so deep, or so strange, that it can be read and not be written again.
    return undefined;
  }
}

const shownApart: readonly string[] = ["time", "level", "msg", "from"];

function ofSupervisor(line: string, who: LogWriter): Told | undefined {
  const value = line.startsWith("{") ? objectOf(line) : undefined;
  if (value === undefined) return undefined;
  const at = Date.parse(textOf(value["time"]));
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
export function recordText(record: LogRecord, paint: Paint): string {
  const { at, timed, who, level, message, fields } = record;
  const time = timed ? new Date(at).toISOString().replace("T", " ").slice(0, 23) : " ".repeat(23);
  const shown = fields.map(([name, value]) => ` ${redact(`${name}=${valueText(value)}`)}`).join("");
  const word = harmless(level).toUpperCase().padEnd(5);
  const head = `${paint.faint(time)} ${levelPaint(level, paint)(word)} ${who.padEnd(10)}`;
  return `${head} ${harmless(message)}${paint.faint(harmless(shown))}\n`;
}

function valueText(value: unknown): string {
  if (typeof value !== "string") return jsonText(value);
  return /[\s"]/.test(value) ? JSON.stringify(value) : value;
}

/** What was written so deep that it can be read and not be written again is left out. */
function jsonText(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch {
    // The rest of the record is still there to be told.
    return "…";
  }
}

function levelPaint(level: string, paint: Paint): (text: string) => string {
  if (["error", "fatal", "panic", "dpanic"].includes(level)) return paint.bad;
  if (level === "warn") return paint.warn;
  return level === "debug" ? paint.faint : paint.good;
}
