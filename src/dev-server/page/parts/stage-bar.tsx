import type { VNode } from "preact";
import type { RolloutSummary } from "../../shapes/api-shapes.ts";
import { progressOf } from "../words/stage-words.ts";

/** How far a rollout is: its agents as one bar with marks where a stage ends. */
export function StageBar({ rollout }: { rollout: RolloutSummary }): VNode {
  const { counts, stages } = rollout;
  const { applied, failed, busy, open, overtaken } = progressOf(counts);
  const all = applied + failed + busy + open + overtaken;
  const share = (count: number): string => `${(100 * count) / Math.max(1, all)}%`;
  const parts = [
    `${applied} of ${all} applied`,
    ...(failed === 0 ? [] : [`${failed} failed`]),
    ...(busy === 0 ? [] : [`${busy} under way`]),
    ...(overtaken === 0 ? [] : [`${overtaken} get something newer`]),
    ...(open === 0 ? [] : [`${open} not yet`]),
  ];
  return (
    <div class="stage-bar">
      <div class="bar" aria-hidden="true">
        <span class="good" style={{ width: share(applied) }} />
        <span class="bad" style={{ width: share(failed) }} />
        <span class="busy" style={{ width: share(busy) }} />
        {stages.slice(0, -1).map((each) => (
          <i key={each} style={{ left: `${each}%` }} />
        ))}
      </div>
      <span class="muted">{parts.join(", ")}</span>
    </div>
  );
}
