/** A line of the agent's as a record of the supervisor's log: the weight of its level, and its JSON text. */
export interface AgentRecord {
  readonly weight: number;
  /** Made only when it is wanted. */
  readonly text: (now: string) => string;
}

/** How much each level weighs; the collector's words for the worst become ours. */
const levels: ReadonlyMap<string, { readonly word: string; readonly weight: number }> = new Map([
  ["debug", { word: "debug", weight: 0 }],
  ["info", { word: "info", weight: 1 }],
  ["warn", { word: "warn", weight: 2 }],
  ["error", { word: "error", weight: 3 }],
  ["dpanic", { word: "error", weight: 3 }],
  ["panic", { word: "fatal", weight: 4 }],
  ["fatal", { word: "fatal", weight: 4 }],
]);

/** The weight of a level of ours or of the collector's; any other word weighs what info weighs. */
export function weightOf(level: string): number {
  return levels.get(level)?.weight ?? 1;
}

/** Reads a record of the collector's in its console or JSON encoding; undefined of any other line. */
export function agentRecord(line: string): AgentRecord | undefined {
  return line.startsWith("{") ? jsonRecord(line) : consoleRecord(line);
}

/** Any other line, as text. */
export function plainRecord(line: string, level: string): AgentRecord {
  const { word, weight } = levels.get(level) ?? { word: "info", weight: 1 };
  return { weight, text: (now) => `${head(word, now)},"msg":${quoted(line)}}\n` };
}

/** The names of our own fields: a field of the agent's with such a name gets another one. */
const ours: readonly string[] = ["level", "time", "from", "caller", "logger", "msg"];

/** The logger is the one by which the reference supervisor marks what its collector says. */
function head(level: string, time: string): string {
  return `{"level":"${level}","time":"${time}","from":"agent","logger":"collector"`;
}

/** `time TAB level TAB [logger TAB] [caller TAB] message [TAB {fields}]` */
function consoleRecord(line: string): AgentRecord | undefined {
  const timeEnd = line.indexOf("\t");
  // No time is shorter or longer; most lines that are no record end here.
  if (timeEnd < 19 || timeEnd > 40) return undefined;
  const levelEnd = line.indexOf("\t", timeEnd + 1);
  const level = levels.get(line.slice(timeEnd + 1, levelEnd));
  const time = level === undefined ? undefined : timeOf(line.slice(0, timeEnd));
  if (level === undefined || time === undefined) return undefined;
  return {
    weight: level.weight,
    text: () => `${head(level.word, time)}${consoleRest(line, levelEnd + 1)}}\n`,
  };
}

function consoleRest(line: string, start: number): string {
  const { names, end: at } = originAt(line, start);
  const last = line.lastIndexOf("\t");
  const fields = last < at ? undefined : innerText(line.slice(last + 1));
  const message = line.slice(at, fields === undefined ? undefined : last);
  return `${names},"msg":${quoted(message)}${fields ?? ""}`;
}

/** Who wrote the record, as members, and where the message begins. */
function originAt(line: string, start: number): { readonly names: string; readonly end: number } {
  const first = partAt(line, start);
  const next = start + first.length + 1;
  if (isCaller(first)) return { names: `,"caller":"${first}"`, end: next };
  const second = partAt(line, next);
  if (!isCaller(second)) return { names: "", end: start };
  const names = `,"agent.logger":${quoted(first)},"caller":"${second}"`;
  return { names, end: next + second.length + 1 };
}

function partAt(line: string, start: number): string {
  const end = line.indexOf("\t", start);
  return line.slice(start, end === -1 ? undefined : end);
}

/** A file and a line, as the collector writes them. */
function isCaller(part: string): boolean {
  return /^[\w@./+~-]+:\d+$/.test(part);
}

const aText = /"[^"\\\u0000-\u001f]*"/.source;
const aValue = `(?:${aText}|-?(?:0|[1-9]\\d*)(?:\\.\\d+)?|true|false|null)`;
const aFlatMap = `\\{(?:${aText}: ?${aValue}(?:, ?${aText}: ?${aValue})*)?\\}`;
const aMember = `${aText}: ?(?:${aValue}|${aFlatMap})`;
/** JSON as nearly all records have it. To see that is three times as fast as to read it. */
const plainFields: RegExp = new RegExp(`^\\{(?:${aMember}(?:, ?${aMember})*)?\\}$`);
const ourMember = new RegExp(`"(?:${ours.join("|")})":`);

function isPlain(text: string): boolean {
  return text.length < 2000 && plainFields.test(text) && !ourMember.test(text);
}

/** The members of a JSON object as further members, as they were written; undefined where it is none. */
function innerText(text: string): string | undefined {
  if (!isPlain(text)) {
    const fields = text.startsWith("{") ? objectOf(text) : undefined;
    if (fields === undefined) return undefined;
    if (ours.some((name) => name in fields)) return membersOf(fields);
  }
  const inner = text.trim().slice(1, -1).trim();
  return inner === "" ? "" : `,${inner}`;
}

function membersOf(fields: Readonly<Record<string, unknown>>): string {
  return Object.entries(fields)
    .map(([name, value]) => {
      const own = ours.includes(name) ? `agent.${name}` : name;
      return `,${JSON.stringify(own)}:${JSON.stringify(value)}`;
    })
    .join("");
}

/** Fields of the collector's record that stand in ours in another form, or at another place. */
const taken: readonly string[] = ["level", "ts", "caller", "msg"];
/** With one of these members a record cannot be taken as it is: they would pass for ours. */
const renamed: readonly string[] = ["time", "from", "logger"];

/** As the collector's encoder begins a record; what follows can be taken as it is. */
const usualBeginning = /^\{"level":"[a-z]+","ts":(?:"[^"\\]*"|[\d.eE+-]+),/;

function jsonRecord(line: string): AgentRecord | undefined {
  const record = objectOf(line);
  if (record === undefined) return undefined;
  const level = levels.get(String(record["level"]).toLowerCase());
  const time = timeOf(record["ts"]);
  if (level === undefined || time === undefined || typeof record["msg"] !== "string") {
    return undefined;
  }
  const [beginning] = usualBeginning.exec(line) ?? [];
  const rest = (): string => {
    if (beginning !== undefined && !renamed.some((name) => name in record)) {
      return `,${line.slice(beginning.length).trim().slice(0, -1)}`;
    }
    const named = ["caller", "msg"]
      .filter((name) => typeof record[name] === "string")
      .map((name) => `,"${name}":${JSON.stringify(record[name])}`);
    const others = Object.entries(record).filter(([name]) => !taken.includes(name));
    return `${named.join("")}${membersOf(Object.fromEntries(others))}`;
  };
  return { weight: level.weight, text: () => `${head(level.word, time)}${rest()}}\n` };
}

/** The text in quotes; most texts have nothing that must be escaped, which is quickly seen. */
function quoted(text: string): string {
  return /["\\\u0000-\u001f]/.test(text) ? JSON.stringify(text) : `"${text}"`;
}

function objectOf(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value = JSON.parse(text) as unknown;
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    return isObject ? (value as Record<string, unknown>) : undefined;
  } catch {
    // It only looks like one.
    return undefined;
  }
}

/** The collector's time in the form of ours; undefined where it is none. */
function timeOf(written: unknown): string | undefined {
  if (typeof written === "string") {
    if (/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/.test(written)) return written;
    return /^\d{4}-\d\d-\d\dT/.test(written) ? isoTime(Date.parse(written)) : undefined;
  }
  return typeof written === "number" ? isoTime(written * 1000) : undefined;
}

function isoTime(timeMs: number): string | undefined {
  // The range of a Date.
  return Math.abs(timeMs) <= 8.64e15 ? new Date(timeMs).toISOString() : undefined;
}
