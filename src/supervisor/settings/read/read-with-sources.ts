import { copiesDirectory } from "../../../sources/kept-copies.ts";
import { type SourceTexts, noSourceTexts, shownSource } from "../../../sources/source.ts";
import { readSettings, type SettingsResult } from "./read-settings.ts";
import type { Sources } from "../file/expand-variables.ts";

/** Settings that were read with all that they refer to. */
interface ReadWithSources extends SettingsResult {
  /** What the log should say about how the sources were got. */
  readonly notes: readonly string[];
}

/** A source may lead to others: the settings to their layers, a secret to none. */
const mostRounds = 4;
/** A start waits so long where it cannot go on without an answer. */
const roundMs = 10_000;

/**
 * Reads supervisor.yaml; what it refers to that lies in no file is fetched, and it is read again with it. Takes no time
 * where everything is a file.
 */
export async function readWithSources(
  file: string,
  { environment, workingDirectory, copyOf }: Omit<Sources, "fetched" | "want">,
): Promise<ReadWithSources> {
  let fetched: SourceTexts = noSourceTexts;
  for (let round = 0; ; round += 1) {
    const read = readSettings(file, environment, workingDirectory, fetched, copyOf);
    if (read.wanted.length === 0 || round === mostRounds) {
      return { ...read, notes: notesOn(fetched) };
    }
    const { fetchSources } = await import("../../../sources/fetch-sources.ts");
    const copies = copiesDirectory(environment);
    const more = await fetchSources(read.wanted, { environment, timeoutMs: roundMs, copies });
    fetched = new Map([...fetched, ...more]);
  }
}

function notesOn(fetched: SourceTexts): readonly string[] {
  return [...fetched].flatMap(([source, got]) =>
    "stale" in got
      ? [
          `${shownSource(source)} could not be fetched, the copy of the last time is used: ${got.stale}`,
        ]
      : [],
  );
}
