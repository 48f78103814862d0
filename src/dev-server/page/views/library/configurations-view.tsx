import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { Ago, Nothing } from "../../parts/small-parts.tsx";
import { useConsole } from "../../state/console-store.ts";
import { momentOf, useAnswer } from "../../state/use-answer.ts";
import type { NamedConfiguration } from "../../../shapes/api-shapes.ts";

/** All configurations that have a name. */
export function ConfigurationsView(): VNode {
  const { changes } = useConsole();
  const read = useAnswer<{ configurations: readonly NamedConfiguration[] }>(
    "/api/configurations",
    momentOf(changes.configurations),
  );
  const [name, setName] = useState("");
  return (
    <>
      <header class="view-head">
        <h1>Configurations</h1>
        <form
          class="inline-form"
          onSubmit={(event) => {
            event.preventDefault();
            location.hash = `#/configurations/${encodeURIComponent(name.trim())}`;
          }}
        >
          <label>
            <span class="spoken">Name of a new configuration</span>
            <input
              required
              placeholder="name of a new one"
              value={name}
              onInput={(event) => setName(event.currentTarget.value)}
            />
          </label>
          <button type="submit" class="primary">
            New configuration
          </button>
        </form>
      </header>
      {read.why !== undefined && <p class="bad-text">{read.why}</p>}
      {read.value?.configurations.length === 0 && (
        <Nothing>
          A configuration with a name is kept with all its versions, and groups of agents can have
          it: a new agent of the group gets it at its first connection.
        </Nothing>
      )}
      <ul class="cards">
        {(read.value?.configurations ?? []).map((each) => (
          <Item key={each.name} each={each} />
        ))}
      </ul>
    </>
  );
}

function Item({ each }: { each: NamedConfiguration }): VNode {
  const { name, versions, groups, agents } = each;
  const [newest] = versions;
  return (
    <li class="card">
      <a class="item-link" href={`#/configurations/${encodeURIComponent(name)}`}>
        {name}
      </a>
      {newest !== undefined && (
        <p class="muted">
          v{newest.version}, <Ago at={newest.at} />
          {newest.note === "" ? "" : `: ${newest.note}`}
        </p>
      )}
      <p>
        {agents.newest} {agents.newest === 1 ? "agent runs" : "agents run"} it
        {agents.older > 0 && `, ${agents.older} an older version`}
      </p>
      {groups.length > 0 && <p class="muted">Groups: {groups.join(", ")}</p>}
    </li>
  );
}
