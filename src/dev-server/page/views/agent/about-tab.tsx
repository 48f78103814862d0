import type { VNode } from "preact";
import { FirstFew } from "../../parts/first-few.tsx";
import { Pairs } from "../../parts/pairs-list.tsx";
import { Card, Nothing } from "../../parts/small-parts.tsx";
import type { AgentPage } from "../../../shapes/api-shapes.ts";
import { dateTimeOf } from "../../words/times.ts";

/** What the agent is, what it can do, and what it is made of. */
export function AboutTab({ agent }: { agent: AgentPage }): VNode {
  const facts = [
    { key: "Instance id", value: agent.uid },
    { key: "First seen", value: dateTimeOf(agent.firstSeenAt) },
    { key: "Last seen", value: dateTimeOf(agent.lastSeenAt) },
    { key: "Messages", value: agent.sequenceNum },
  ];
  return (
    <div class="columns even">
      <Card title="Identity">
        <Pairs pairs={[...facts, ...agent.identifyingAttributes]} />
      </Card>
      <Card title="Other attributes">
        {agent.otherAttributes.length === 0 ? (
          <Nothing>None reported.</Nothing>
        ) : (
          <Pairs pairs={agent.otherAttributes} />
        )}
      </Card>
      <Card title="Components">
        {agent.components.length === 0 && <Nothing>None reported.</Nothing>}
        {agent.components.map(({ kind, types }) => (
          <details key={kind} open={types.length < 8}>
            <summary>
              {kind} <span class="count">{types.length}</span>
            </summary>
            <Words words={types} />
          </details>
        ))}
      </Card>
      <Card title="Capabilities">
        {agent.capabilities.length === 0 ? (
          <Nothing>None reported.</Nothing>
        ) : (
          <Words words={agent.capabilities} />
        )}
      </Card>
    </div>
  );
}

function Words({ words }: { words: readonly string[] }): VNode {
  return (
    <ul class="words">
      <FirstFew
        all={words}
        show={(word) => <li key={word}>{word}</li>}
        last={(button) => <li>{button}</li>}
      />
    </ul>
  );
}
