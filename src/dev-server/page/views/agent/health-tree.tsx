import type { VNode } from "preact";
import type { HealthView } from "../../../fleet/view.ts";
import { FirstFew } from "../../parts/first-few.tsx";
import { Failure, Since } from "../../parts/small-parts.tsx";
import { withErrorsOnce } from "../../words/each-once.ts";

/** What an agent says of itself and of each of its parts. */
export function HealthTree({ health }: { health: HealthView }): VNode {
  return (
    <ul class="health-tree">
      <Node name="Agent" health={withErrorsOnce(health)} open />
    </ul>
  );
}

function Node(props: { name: string; health: HealthView; open?: boolean }): VNode {
  const { name, health, open = false } = props;
  const components = unwellFirst(health.components);
  const line = (
    <>
      <span class={`dot ${health.healthy ? "good" : "bad"}`} aria-hidden="true" />
      <span class="node-name">{name}</span>
      <span class={health.healthy ? "muted" : "bad-text"}>
        {health.status === "" ? (health.healthy ? "healthy" : "not healthy") : health.status}
      </span>
      {health.startedAt !== undefined && (
        <span class="muted since">
          for <Since at={health.startedAt} />
        </span>
      )}
    </>
  );
  const failure = <Failure text={health.lastError} />;
  if (components.length === 0) {
    return (
      <li>
        <div class="node">{line}</div>
        {failure}
      </li>
    );
  }
  return (
    <li>
      <details open={open || !allWell(health)}>
        <summary class="node">{line}</summary>
        {failure}
        <ul>
          <FirstFew
            all={components}
            show={(part) => (
              <Node
                key={part.name}
                name={part.name}
                health={part.health}
                open={components.length < 12}
              />
            )}
            last={(button) => <li>{button}</li>}
          />
        </ul>
      </details>
    </li>
  );
}

/** Nobody looks through hundreds of them for the one that matters. */
function unwellFirst(components: HealthView["components"]): HealthView["components"] {
  if (components.length < 50) return components;
  return components.toSorted(
    (one, other) => Number(allWell(one.health)) - Number(allWell(other.health)),
  );
}

function allWell(health: HealthView): boolean {
  return health.healthy && health.components.every((part) => allWell(part.health));
}
