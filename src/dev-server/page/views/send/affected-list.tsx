import type { VNode } from "preact";
import { useEffect, useState } from "preact/hooks";
import { post } from "../../state/ask-server.ts";
import { useConsole } from "../../state/console-store.ts";
import type { Affected, RolloutWhat, Target } from "../../../shapes/api-shapes.ts";
import { agentHref } from "../../words/page-route.ts";

const mostShown = 50;

/** Who will get it, and who will not and why, before anything is sent. */
export function AffectedList(props: { to: Target; what: RolloutWhat | undefined }): VNode {
  const { to, what } = props;
  const { counts } = useConsole();
  const [agents, setAgents] = useState<readonly Affected[] | undefined>(undefined);
  const [why, setWhy] = useState("");
  const kind = kindOf(what);
  const text = JSON.stringify([to, kind]);
  const total = counts.value.total;
  useEffect(() => {
    const at = { gone: false };
    const look = async (): Promise<void> => {
      const answer = await post<{ agents: readonly Affected[] }>("/api/rollouts/preview", {
        to,
        ...(kind === undefined ? {} : { what: kind }),
      });
      if (at.gone) return;
      setAgents(answer.ok ? answer.value.agents : undefined);
      setWhy(answer.ok ? "" : answer.text);
    };
    void look();
    return () => {
      at.gone = true;
    };
  }, [text, total]);
  if (agents === undefined) return <p class="muted">{why === "" ? "Looking …" : why}</p>;
  const reached = agents.filter((agent) => agent.why === undefined);
  return (
    <details class="affected">
      <summary>
        {reached.length === 1 ? "1 agent gets it" : `${reached.length} agents get it`}
        {reached.length < agents.length &&
          `, ${agents.length - reached.length} ${agents.length - reached.length === 1 ? "does" : "do"} not just now`}
      </summary>
      <ul>
        {agents.slice(0, mostShown).map((agent) => (
          <li key={agent.uid}>
            <a href={agentHref(agent.uid)}>{agent.hostName === "" ? agent.name : agent.hostName}</a>{" "}
            <span class="muted">{agent.why ?? ""}</span>
          </li>
        ))}
      </ul>
      {agents.length > mostShown && <p class="muted">and {agents.length - mostShown} more</p>}
    </details>
  );
}

/** What decides who gets it: what is being written changes with each key, and its kind does not. */
function kindOf(what: RolloutWhat | undefined): RolloutWhat | undefined {
  if (what === undefined || "files" in what) return undefined;
  return "connections" in what ? { connections: { opamp: {} } } : what;
}
