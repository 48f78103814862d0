import type { VNode } from "preact";
import { useId, useState } from "preact/hooks";
import { SendMessage } from "./send-message.tsx";
import { Card, Doing, Outcome } from "../../parts/small-parts.tsx";
import { post, remove, type Answered } from "../../state/ask-server.ts";
import { useConsole } from "../../state/console-store.ts";
import type { ActionName, AgentPage } from "../../../shapes/api-shapes.ts";
import { clockOf } from "../../words/times.ts";

/** What can be done with the agent; what cannot says why beside it. */
export function ActionsCard({ agent }: { agent: AgentPage }): VNode {
  const { aheadMs } = useConsole();
  const [outcome, setOutcome] = useState({ text: "", bad: false });
  const [restartAt, setRestartAt] = useState<number | undefined>(undefined);
  const [writing, setWriting] = useState(false);
  const path = `/api/agents/${agent.uid}`;
  const tell = <T,>(answer: Answered<T>, done: string): void => {
    const text = answer.text === "" ? done : answer.text;
    setOutcome({ text: answer.ok ? text : answer.text, bad: !answer.ok });
  };
  const restart = async (): Promise<void> => {
    const answer = await post<object>(`${path}/restart`, {});
    tell(answer, "");
    setRestartAt(answer.ok ? Date.now() + aheadMs.value : undefined);
  };
  const actions: readonly (readonly [ActionName, string, () => Promise<void>])[] = [
    ["restart", "Restart", restart],
    [
      "full-state",
      "Ask for full state",
      async () => tell(await post<object>(`${path}/full-state`, {}), "Asked for everything."),
    ],
    [
      "certificate",
      "New certificate",
      async () => {
        const body = { opamp: { new_certificate: true } };
        tell(await post<object>(`${path}/connections`, body), "A new certificate was offered.");
      },
    ],
    [
      "message",
      "Custom message",
      () => {
        setWriting(true);
        return Promise.resolve();
      },
    ],
    [
      "withdraw",
      "Withdraw configuration",
      async () => tell(await post<object>(`${path}/withdraw`, { what: "config" }), "Withdrawn."),
    ],
    [
      "forget",
      "Forget this agent",
      async () => {
        const answer = await remove(path);
        tell(answer, "Forgotten.");
        if (answer.ok) location.hash = "#/";
      },
    ],
  ];
  return (
    <Card title="Actions">
      <ul class="action-list">
        {actions.map(([name, text, act]) => (
          <Action key={name} text={text} act={act} why={agent.actions[name].why} />
        ))}
      </ul>
      <Outcome {...outcome} />
      {restartAt !== undefined && <RestartOutcome agent={agent} orderedAt={restartAt} />}
      {writing && <SendMessage agent={agent} close={() => setWriting(false)} />}
    </Card>
  );
}

function Action(props: { text: string; act: () => Promise<void>; why: string | undefined }): VNode {
  const { text, act, why } = props;
  const whyId = useId();
  return (
    <li>
      <Doing act={act} disabled={why !== undefined} describedBy={whyId}>
        {text}
      </Doing>
      <span id={whyId} class="muted">
        {why ?? ""}
      </span>
    </li>
  );
}

/** A restart is over when the agent says that it has started since. */
function RestartOutcome({ agent, orderedAt }: { agent: AgentPage; orderedAt: number }): VNode {
  const startedAt = agent.health?.startedAt ?? 0;
  // Clocks of two machines differ a little.
  const isBack = startedAt > orderedAt - 500 && agent.health?.healthy === true;
  return (
    <Outcome
      text={
        isBack
          ? `Restarted: running again since ${clockOf(startedAt)}.`
          : `Restart ordered at ${clockOf(orderedAt)}; waiting until it runs again.`
      }
    />
  );
}
