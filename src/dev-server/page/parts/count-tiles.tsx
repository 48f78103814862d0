import type { VNode } from "preact";
import { useConsole } from "../state/console-store.ts";
import type { Tone } from "../words/condition-words.ts";

const tiles = [
  ["total", "All", "still", ""],
  ["failing", "Failing", "bad", "is:failing"],
  ["degraded", "Degraded", "warn", "is:degraded"],
  ["applying", "Applying", "busy", "config:applying"],
  ["healthy", "Healthy", "good", "is:healthy"],
  ["away", "Away", "still", "is:away"],
  ["unknown", "No word yet", "still", "is:unknown"],
] as const satisfies readonly (readonly [string, string, Tone, string])[];

/** The numbers above the table; a click shows only those. */
export function CountTiles(props: { query: string; choose: (query: string) => void }): VNode {
  const { query, choose } = props;
  const counts = useConsole().counts.value;
  return (
    <div class="tiles" role="group" aria-label="Show only">
      {tiles
        .filter(([key]) => key !== "unknown" || counts.unknown > 0)
        .map(([key, text, tone, wanted]) => (
          <button
            key={key}
            type="button"
            class={`tile ${counts[key] === 0 && key !== "total" ? "none" : tone}`}
            aria-pressed={query.trim() === wanted}
            onClick={() => choose(query.trim() === wanted ? "" : wanted)}
          >
            <span class="count">{counts[key].toLocaleString("en")}</span>
            <span class="what">{text}</span>
          </button>
        ))}
    </div>
  );
}
