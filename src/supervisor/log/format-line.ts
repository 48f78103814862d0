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
