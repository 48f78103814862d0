import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { Ago, Card, Doing, Failure, Outcome, Pill } from "../../parts/small-parts.tsx";
import { StageBar } from "../../parts/stage-bar.tsx";
import { post } from "../../state/ask-server.ts";
import { useConsole } from "../../state/console-store.ts";
import { momentOf, useAnswer } from "../../state/use-answer.ts";
import type { Rollout } from "../../../shapes/api-shapes.ts";
import { rolloutAgentStates, rolloutStates } from "../../words/condition-words.ts";
import { isSaid } from "../../words/each-once.ts";
import { agentHref } from "../../words/page-route.ts";
import { stagesText } from "../../words/stage-words.ts";
import { durationOf } from "../../words/times.ts";

const mostShown = 200;

/** One rollout as it goes: its stages, its agents, and the way to stop it. */
export function RolloutView({ id }: { id: string }): VNode {
  const { changes } = useConsole();
  const path = `/api/rollouts/${encodeURIComponent(id)}`;
  const read = useAnswer<Rollout>(path, momentOf(changes.rollouts));
  const [outcome, setOutcome] = useState({ text: "", bad: false });
  const rollout = read.value;
  if (rollout === undefined) {
    return <p class="muted loading">{read.why ?? "Reading the rollout …"}</p>;
  }
  const ask = async (what: "stop" | "resume"): Promise<void> => {
    const answer = await post<Rollout>(`${path}/${what}`, {});
    setOutcome({ text: answer.ok ? "" : answer.text, bad: !answer.ok });
  };
  return (
    <>
      <header class="agent-head">
        <p class="crumbs">
          <a href="#/rollouts">Rollouts</a>
        </p>
        <div class="agent-title">
          <h1 class="sentence">{rollout.title}</h1>
          <Pill said={rolloutStates[rollout.state]} />
        </div>
        <p class="facts">
          <span>to {rollout.to}</span>
          <span>{stagesText(rollout.stages)}</span>
          <span>stops when more than {rollout.failuresAllowed} fail</span>
          <span>
            begun <Ago at={rollout.startedAt} />
          </span>
          {rollout.endedAt !== undefined && (
            <span>took {durationOf(rollout.endedAt - rollout.startedAt)}</span>
          )}
        </p>
      </header>
      <Card title="Progress" wide>
        <StageBar rollout={rollout} />
        <p class={rollout.state === "stopped" ? "bad-text why" : "muted why"} role="status">
          {rollout.why}
        </p>
        <div class="actions">
          {rollout.state === "running" && (
            <Doing act={() => ask("stop")} kind="danger">
              Stop
            </Doing>
          )}
          {rollout.state === "stopped" && (
            <Doing act={() => ask("resume")} kind="primary">
              Resume
            </Doing>
          )}
          <Outcome {...outcome} />
        </div>
      </Card>
      <Agents rollout={rollout} />
    </>
  );
}

const ranks = {
  failed: 0,
  applying: 1,
  sent: 2,
  away: 3,
  overtaken: 4,
  applied: 5,
  pending: 6,
} as const;

function Agents({ rollout }: { rollout: Rollout }): VNode {
  const app = useConsole();
  const agents = rollout.agents.toSorted(
    (a, b) => ranks[a.state] - ranks[b.state] || a.stage - b.stage,
  );
  return (
    <Card title={`Agents (${agents.length})`} wide>
      <ul class="rollout-agents">
        {agents.slice(0, mostShown).map((agent) => {
          const host = app.rows.value.get(agent.uid)?.hostName ?? "";
          return (
            <li key={agent.uid}>
              <div class="node">
                <a href={agentHref(agent.uid)}>{host === "" ? agent.name : host}</a>
                <Pill said={rolloutAgentStates[agent.state]} quiet />
                <span class="muted">stage {agent.stage + 1}</span>
              </div>
              {/* What the rollout gives as its reason stands above. */}
              {agent.state === "applied" ? (
                <p class="muted">{agent.errorMessage}</p>
              ) : (
                !isSaid(agent.errorMessage, [rollout.why]) && <Failure text={agent.errorMessage} />
              )}
            </li>
          );
        })}
      </ul>
      {agents.length > mostShown && (
        <p class="muted">{agents.length - mostShown} more are not shown.</p>
      )}
    </Card>
  );
}
