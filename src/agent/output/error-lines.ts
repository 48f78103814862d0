const maxLines = 12;
const maxCharacters = 4096;
const errorLevels: readonly string[] = ["error", "fatal", "panic", "dpanic"];

/**
 * The part of an agent's output that says why it ended: its final error with all that follows, else its error
 * records, else its last lines.
 */
export function errorLines(output: string): readonly string[] {
  const lines = output.split(/\r?\n/).filter((line) => line.trim() !== "");
  const final = finalError(lines);
  // The beginning of an error says what happened, so its end is cut; of records and other lines the newest are kept.
  if (final !== undefined) return shorten(final, (kept) => kept.pop());
  return shorten(errorRecords(lines) ?? lines.slice(-5), (kept) => kept.shift());
}

function finalError(lines: readonly string[]): readonly string[] | undefined {
  const start = lines.findLastIndex((line) =>
    /^(?:Error: |panic: |fatal error: |application run finished with error: )/.test(line),
  );
  return start === -1 ? undefined : lines.slice(start);
}

function errorRecords(lines: readonly string[]): readonly string[] | undefined {
  const records = lines.map(errorRecord).filter((record) => record !== undefined);
  return records.length === 0 ? undefined : records.slice(-5);
}

/** The words of a JSON or console record of level error or worse. */
function errorRecord(line: string): string | undefined {
  if (!line.startsWith("{"))
    return /\t(?:error|fatal|panic|dpanic)\t/.test(line) ? line : undefined;
  try {
    const { level, msg, error } = JSON.parse(line) as Record<string, unknown>;
    if (typeof level !== "string" || !errorLevels.includes(level)) return undefined;
    return [msg, error].filter((part) => typeof part === "string").join(": ");
  } catch {
    // A line that only looks like a record is no record.
    return undefined;
  }
}

function shorten(
  lines: readonly string[],
  dropOne: (kept: string[]) => unknown,
): readonly string[] {
  const kept = lines.slice(0, maxLines).map((line) => line.slice(0, maxCharacters / 4));
  while (kept.join("\n").length > maxCharacters) dropOne(kept);
  return kept;
}
