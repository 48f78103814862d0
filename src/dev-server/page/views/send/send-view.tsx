import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { AffectedList } from "./affected-list.tsx";
import { SendPace, type Pace, usualPace } from "./send-pace.tsx";
import { SendTarget, useTarget } from "./send-target.tsx";
import { SendWhat } from "./send-what.tsx";
import { Card, Doing, Outcome } from "../../parts/small-parts.tsx";
import { post } from "../../state/ask-server.ts";
import { useSharedComponents } from "../../state/use-shared-components.ts";
import type { Rollout, RolloutBody } from "../../../shapes/api-shapes.ts";
import { rolloutWhat, type Sendable, whatProblem } from "../../words/sendable.ts";
import { stagesIn } from "../../words/stage-words.ts";

/** Sending something to many: what, to whom, how fast, and who will be affected. */
export function SendView({ configuration }: { configuration: string | undefined }): VNode {
  const [what, setWhat] = useState<Sendable>(() =>
    configuration === undefined
      ? { is: "files", files: [{ name: "", text: "" }] }
      : { is: "named", name: configuration, version: undefined },
  );
  const target = useTarget();
  const components = useSharedComponents(what.is === "files" ? target.to : undefined);
  const [pace, setPace] = useState<Pace>(usualPace);
  const [outcome, setOutcome] = useState({ text: "", bad: false });
  const stages = pace.staged ? stagesIn(pace.stages) : [100];
  // What is wrong with them stands below their field.
  const stagesWord = typeof stages === "string" ? "the stages are not right yet" : "";
  const why = whatProblem(what) ?? target.problem ?? stagesWord;
  const begin = async (): Promise<void> => {
    const sent = rolloutWhat(what);
    if (sent === undefined || target.to === undefined || typeof stages === "string") return;
    const body: RolloutBody = {
      what: sent,
      to: target.to,
      stages,
      failuresAllowed: pace.failuresAllowed,
      settleSeconds: pace.settleSeconds,
    };
    const answer = await post<Rollout>("/api/rollouts", body);
    if (answer.ok) location.hash = `#/rollouts/${answer.value.id}`;
    else setOutcome({ text: answer.text, bad: true });
  };
  return (
    <>
      <header class="view-head">
        <h1>Send to many</h1>
      </header>
      <div class="columns">
        <div class="column">
          <SendWhat what={what} components={components} change={setWhat} />
        </div>
        <div class="column side">
          <Card title="To whom">
            <SendTarget {...target} />
            {target.to !== undefined && <AffectedList to={target.to} what={rolloutWhat(what)} />}
          </Card>
          <Card title="How fast">
            <SendPace pace={pace} change={setPace} />
          </Card>
          <div class="actions">
            <Doing act={begin} kind="primary" disabled={why !== ""}>
              {pace.staged ? "Begin the rollout" : "Send to all of them"}
            </Doing>
            <span class="muted">{why}</span>
            <Outcome {...outcome} />
          </div>
        </div>
      </div>
    </>
  );
}
