const maxLines = 12;
const maxCharacters = 4096;
const errorLevels: readonly string[] = ["error", "fatal", "panic", "dpanic"];

/**
 * The part of an agent's output that says why it ended: its final error with all that follows, else its records of level
 * error or worse, else its last lines that are no records. Ordinary records are no reason.
 */
export function errorLines(output: string): readonly string[] {
  const lines = output.split(/\r?\n/).filter((line) => line.trim() !== "");
  const final = finalError(lines);
  // The beginning of an error says what happened, so its end is cut; of records and other lines the newest are kept.
  if (final !== undefined) return shorten(final, (kept) => kept.pop());
  const records = lines.map(recordOf);
  const errors = records.flatMap((record) =>
    record !== undefined && errorLevels.includes(record.level) ? [record.words] : [],
  );
  const others = lines.filter((_, index) => records[index] === undefined);
  return shorten((errors.length > 0 ? errors : others).slice(-5), (kept) => kept.shift());
}

function finalError(lines: readonly string[]): readonly string[] | undefined {
  const start = lines.findLastIndex((line) =>
    /^(?:Error: |panic: |fatal error: |application run finished with error: )/.test(line),
  );
  return start === -1 ? undefined : lines.slice(start);
}

/** One line of the agent's own log. */
interface LogRecord {
  readonly level: string;
  readonly words: string;
}

/** The record in a line, in JSON or for the console; undefined where it is another line. */
function recordOf(line: string): LogRecord | undefined {
  const [, level, rest] =
    /^\S+\t(debug|info|warn|error|dpanic|panic|fatal)\t(.*)$/s.exec(line) ?? [];
  if (level !== undefined && rest !== undefined) return { level, words: consoleWords(rest) };
  const { level: named, msg, error } = objectIn(line) ?? {};
  return typeof named === "string" ? { level: named, words: joined(msg, error) } : undefined;
}

/** What a console record says, without its logger, place in the source and fields but one: the error. */
function consoleWords(rest: string): string {
  const parts = rest.split("\t");
  const fields = objectIn(parts.at(-1) ?? "");
  const place = parts.findIndex((part) => /^\S+\.go:\d+$/.test(part));
  const words = parts.slice(place + 1, fields === undefined ? undefined : -1).join("\t");
  return joined(words, fields?.["error"]);
}

function objectIn(text: string): Readonly<Record<string, unknown>> | undefined {
  if (!text.startsWith("{")) return undefined;
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    // A line that only looks like a record is no record.
    return undefined;
  }
}

function joined(...parts: readonly unknown[]): string {
  return parts.filter((part) => typeof part === "string" && part !== "").join(": ");
}

function shorten(
  lines: readonly string[],
  dropOne: (kept: string[]) => unknown,
): readonly string[] {
  const kept = lines.slice(0, maxLines).map((line) => line.slice(0, maxCharacters / 4));
  while (kept.join("\n").length > maxCharacters) dropOne(kept);
  return kept;
}
