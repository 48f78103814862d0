import type { VNode } from "preact";
import { acrossOf, ChartFrame, frame, heightOf } from "./chart-frame.tsx";
import type { Pictures } from "../../shapes/api-shapes.ts";
import { countTicks, timeTicks } from "../words/chart-scales.ts";
import { clockOf } from "../words/times.ts";

const hourMs = 3_600_000;

/** Restarts of collectors by the hour. */
export function RestartChart({ restarts }: { restarts: Pictures["restarts"] }): VNode {
  const [first, last] = [restarts[0], restarts.at(-1)];
  if (first === undefined || last === undefined) {
    return <p class="muted nothing">No collector has restarted.</p>;
  }
  // At least half a day, so that one bar does not fill the picture.
  const to = last.hour + hourMs;
  const from = Math.min(first.hour, to - 12 * hourMs);
  const left = countTicks(Math.max(...restarts.map(({ count }) => count)));
  const top = left.at(-1)?.value ?? 1;
  const width = acrossOf(from + hourMs, from, to) - acrossOf(from, from, to) - 3;
  const sum = restarts.reduce((all, { count }) => all + count, 0);
  return (
    <ChartFrame
      label={`Restarts by the hour: ${sum} in ${restarts.length} hours`}
      left={left}
      below={timeTicks(from, to)}
    >
      {restarts.map(({ hour, count }) => (
        <rect
          key={hour}
          class="bar-of-time"
          x={acrossOf(hour, from, to) + 1}
          width={Math.max(2, width)}
          y={heightOf(count, top)}
          height={Math.max(0, frame.height - frame.bottom - heightOf(count, top))}
        >
          <title>{`${clockOf(hour).slice(0, 5)}: ${count}`}</title>
        </rect>
      ))}
    </ChartFrame>
  );
}
