import { redact } from "../../redact.ts";

/**
 * A record of the log without secrets. Each text by itself, before it is quoted, so that a record stays a record; its
 * key is looked at with it, because the name may say that it is a secret.
 */
export function cleaned(line: string): string {
  const clean = (key: string, value: unknown): unknown =>
    typeof value === "string" ? redact(`${key}: ${value}`).slice(key.length + 2) : value;
  return `${JSON.stringify(JSON.parse(line), clean)}\n`;
}

/** As the journal numbers them; the collector's own levels are among them. */
const priorities: ReadonlyMap<unknown, number> = new Map([
  ["debug", 7],
  ["info", 6],
  ["warn", 4],
  ["error", 3],
  ["dpanic", 2],
  ["panic", 2],
  ["fatal", 2],
]);

/**
 * Lines for the journal of systemd, each with its priority before it, which the journal takes off again; it adds the time
 * itself. `json`: the record stays as it is.
 */
export function forJournal(line: string, json: boolean): string {
  const { level, msg, ...fields } = JSON.parse(line) as Record<string, unknown>;
  delete fields["time"];
  const text = json ? line.trimEnd() : `${String(msg)}${shownFields(fields)}`;
  const priority = priorities.get(level) ?? 6;
  // The journal ends a record at each line break, and the rest would have no priority.
  return text
    .split("\n")
    .map((part) => `<${priority}>${part}\n`)
    .join("");
}

/** `12:00:00.000 INFO  message  key=value`, a text with several lines indented below. */
export function readable(line: string): string {
  const { time, level, msg, ...fields } = JSON.parse(line) as Record<string, unknown>;
  const clock = String(time).slice(11, 23);
  const name = String(level).toUpperCase().padEnd(5);
  return `${clock} ${name} ${String(msg)}${shownFields(fields)}\n`;
}

function shownFields(fields: Record<string, unknown>): string {
  const shown = Object.entries(fields).map(([key, value]) => ` ${key}=${shownValue(value)}`);
  return shown.join("");
}

function shownValue(value: unknown): string {
  if (typeof value !== "string") return JSON.stringify(value);
  return value.includes("\n") ? `\n    ${value.replaceAll("\n", "\n    ")}` : value;
}
