import type { VNode } from "preact";
import { stagesIn } from "../../words/stage-words.ts";

/** How fast something is brought to many. */
export interface Pace {
  readonly staged: boolean;
  readonly stages: string;
  readonly failuresAllowed: number;
  readonly settleSeconds: number;
}

/** A few first, and no failure goes by unnoticed. */
export const usualPace: Pace = {
  staged: true,
  stages: "10, 50, 100",
  failuresAllowed: 0,
  settleSeconds: 30,
};

/** The choice of stages. */
export function SendPace({ pace, change }: { pace: Pace; change: (pace: Pace) => void }): VNode {
  const wrong = pace.staged ? stagesIn(pace.stages) : [];
  return (
    <div class="form">
      <fieldset class="choices">
        <legend class="spoken">How fast</legend>
        <label class="check">
          <input
            type="radio"
            name="pace"
            checked={pace.staged}
            onChange={() => change({ ...pace, staged: true })}
          />
          A few first, then more
        </label>
        <label class="check">
          <input
            type="radio"
            name="pace"
            checked={!pace.staged}
            onChange={() => change({ ...pace, staged: false })}
          />
          All at once
        </label>
      </fieldset>
      {pace.staged && (
        <>
          <label>
            Stages, percent of the agents
            <input
              value={pace.stages}
              inputMode="numeric"
              onInput={(event) => change({ ...pace, stages: event.currentTarget.value })}
            />
          </label>
          {typeof wrong === "string" && <p class="bad-text">{wrong}</p>}
          <label>
            All of a stage must have been well for, seconds
            <input
              type="number"
              min="0"
              value={pace.settleSeconds}
              onInput={(event) =>
                change({ ...pace, settleSeconds: Number(event.currentTarget.value) })
              }
            />
          </label>
        </>
      )}
      <label>
        Stop when more than so many have failed
        <input
          type="number"
          min="0"
          value={pace.failuresAllowed}
          onInput={(event) =>
            change({ ...pace, failuresAllowed: Number(event.currentTarget.value) })
          }
        />
      </label>
    </div>
  );
}
