import type { VNode } from "preact";
import { Ago, Nothing, Pill } from "../../parts/small-parts.tsx";
import { StageBar } from "../../parts/stage-bar.tsx";
import { useConsole } from "../../state/console-store.ts";
import { momentOf, useAnswer } from "../../state/use-answer.ts";
import type { RolloutSummary } from "../../../shapes/api-shapes.ts";
import { rolloutStates } from "../../words/condition-words.ts";

/** All rollouts, the newest first. */
export function RolloutsView(): VNode {
  const { changes } = useConsole();
  const read = useAnswer<{ rollouts: readonly RolloutSummary[] }>(
    "/api/rollouts",
    momentOf(changes.rollouts),
  );
  const rollouts = (read.value?.rollouts ?? []).toSorted((a, b) => b.startedAt - a.startedAt);
  return (
    <>
      <header class="view-head">
        <h1>Rollouts</h1>
        <a class="button primary" href="#/send">
          New rollout
        </a>
      </header>
      {read.why !== undefined && <p class="bad-text">{read.why}</p>}
      {read.value !== undefined && rollouts.length === 0 && (
        <Nothing>
          A rollout brings a configuration or a package to many agents, a few first. It stops by
          itself when they fail.
        </Nothing>
      )}
      <ul class="rollouts">
        {rollouts.map((rollout) => (
          <li key={rollout.id} class="card">
            <div class="node">
              <a class="item-link" href={`#/rollouts/${rollout.id}`}>
                {rollout.title}
              </a>
              <Pill said={rolloutStates[rollout.state]} />
              <span class="muted">
                to {rollout.to}, <Ago at={rollout.startedAt} />
              </span>
            </div>
            <StageBar rollout={rollout} />
            {rollout.state === "stopped" && <p class="bad-text">{rollout.why}</p>}
          </li>
        ))}
      </ul>
    </>
  );
}
