import type { VNode } from "preact";
import { acrossOf, ChartFrame, heightOf } from "./chart-frame.tsx";
import type { Pictures } from "../../shapes/api-shapes.ts";
import { countTicks, timeTicks } from "../words/chart-scales.ts";
import { durationOf } from "../words/times.ts";

/** How long agents took from an offer to their verdict. */
export function ApplyChart({ applies }: { applies: Pictures["applies"] }): VNode {
  const [first, last] = [applies[0], applies.at(-1)];
  if (first === undefined || last === undefined) {
    return <p class="muted nothing">No agent has come to a verdict yet.</p>;
  }
  const times = applies.map(({ ms }) => ms).toSorted((a, b) => a - b);
  const at = (share: number): number => times[Math.floor((times.length - 1) * share)] ?? 0;
  const left = countTicks((times.at(-1) ?? 0) / 1_000).map((tick) => ({
    ...tick,
    text: `${tick.text} s`,
  }));
  const top = left.at(-1)?.value ?? 1;
  const [from, to] =
    first.at === last.at ? [first.at - 30_000, last.at + 30_000] : [first.at, last.at];
  const failed = applies.filter((each) => each.failed).length;
  const text = `half within ${durationOf(at(0.5))}, 95 % within ${durationOf(at(0.95))}, ${failed} failed`;
  return (
    <>
      <ChartFrame
        label={`From an offer to the verdict: ${text}`}
        left={left}
        below={timeTicks(from, to)}
      >
        {applies.map((each, index) => (
          <circle
            key={index}
            class={each.failed ? "point bad" : "point good"}
            r={4}
            cx={acrossOf(each.at, from, to)}
            cy={heightOf(each.ms / 1_000, top)}
          />
        ))}
      </ChartFrame>
      <ul class="legend">
        <li>
          <span class="swatch good" aria-hidden="true" />
          Applied <strong>{applies.length - failed}</strong>
        </li>
        <li>
          <span class="swatch bad" aria-hidden="true" />
          Failed <strong>{failed}</strong>
        </li>
        <li>Half within {durationOf(at(0.5))}</li>
        <li>95 % within {durationOf(at(0.95))}</li>
      </ul>
    </>
  );
}
