import type { VNode } from "preact";
import type { Rollout } from "../../shapes/api-shapes.ts";
import { progressOf } from "../words/stage-words.ts";

/** How far a rollout is: its agents as one bar with marks where a stage ends. */
export function StageBar({ rollout }: { rollout: Rollout }): VNode {
  const { agents, stages } = rollout;
  const { applied, failed, busy, open } = progressOf(agents);
  const share = (count: number): string => `${(100 * count) / Math.max(1, agents.length)}%`;
  const parts = [
    `${applied} of ${agents.length} applied`,
    ...(failed === 0 ? [] : [`${failed} failed`]),
    ...(busy === 0 ? [] : [`${busy} under way`]),
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
