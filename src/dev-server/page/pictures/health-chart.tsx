import type { VNode } from "preact";
import { acrossOf, ChartFrame, heightOf } from "./chart-frame.tsx";
import type { Pictures } from "../../shapes/api-shapes.ts";
import { countTicks, timeTicks } from "../words/chart-scales.ts";

const layers = [
  ["failing", "bad", "Failing"],
  ["degraded", "warn", "Degraded"],
  ["unknown", "unknown", "No word yet"],
  ["away", "still", "Away"],
  ["healthy", "good", "Healthy"],
] as const;

/** How many agents were how, over time. */
export function HealthChart({ health }: { health: Pictures["health"] }): VNode {
  const [first, last] = [health[0], health.at(-1)];
  if (first === undefined || last === undefined || health.length < 2) {
    return <p class="muted nothing">It begins as soon as there has been something for a while.</p>;
  }
  const highest = Math.max(...health.map(({ total }) => total));
  const left = countTicks(highest);
  const top = left.at(-1)?.value ?? 1;
  const sums = health.map((point) => {
    const at = { sum: 0 };
    return layers.map(([key]) => (at.sum += point[key]));
  });
  const edge = (layer: number): readonly string[] =>
    health.map(({ at }, index) => {
      const x = acrossOf(at, first.at, last.at);
      return `${x},${heightOf(layer < 0 ? 0 : (sums[index]?.[layer] ?? 0), top)}`;
    });
  const label = layers.map(([key, , text]) => `${text} ${last[key]}`).join(", ");
  return (
    <>
      <ChartFrame
        label={`Agents over time; now: ${label}`}
        left={left}
        below={timeTicks(first.at, last.at)}
      >
        {layers.map(([key, tone], layer) => (
          <polygon
            key={key}
            class={`area ${tone}`}
            points={[...edge(layer), ...edge(layer - 1).toReversed()].join(" ")}
          />
        ))}
      </ChartFrame>
      <ul class="legend">
        {layers.toReversed().map(([key, tone, text]) => (
          <li key={key}>
            <span class={`swatch ${tone}`} aria-hidden="true" />
            {text} <strong>{last[key].toLocaleString("en")}</strong>
          </li>
        ))}
      </ul>
    </>
  );
}
