import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { SaveGroup } from "./save-group.tsx";
import { Doing, Nothing } from "../../parts/small-parts.tsx";
import { remove } from "../../state/ask-server.ts";
import { useConsole } from "../../state/console-store.ts";
import { momentOf, useAnswer } from "../../state/use-answer.ts";
import type { Group } from "../../../shapes/api-shapes.ts";
import { fleetHref } from "../../words/page-route.ts";

/** Saved groups, and what a new agent of each gets. */
export function GroupsView(): VNode {
  const app = useConsole();
  const read = useAnswer<{ groups: readonly Group[] }>(
    "/api/groups",
    momentOf(app.changes.groups) + app.counts.value.total,
  );
  const [edited, setEdited] = useState<Group | "new" | undefined>(undefined);
  const forget = async (name: string): Promise<void> => {
    const answer = await remove(`/api/groups/${encodeURIComponent(name)}`);
    if (!answer.ok) app.notice.value = { text: answer.text, tone: "bad" };
  };
  return (
    <>
      <header class="view-head">
        <h1>Groups</h1>
        <button type="button" class="primary" onClick={() => setEdited("new")}>
          New group
        </button>
      </header>
      {read.why !== undefined && <p class="bad-text">{read.why}</p>}
      {read.value?.groups.length === 0 && (
        <Nothing>
          A group is a query with a name: it filters the table, it can be sent to, and an agent that
          connects for the first time gets the configuration of its group.
        </Nothing>
      )}
      <ul class="cards">
        {(read.value?.groups ?? []).map((group) => (
          <li key={group.name} class="card">
            <a class="item-link" href={fleetHref(group.query)}>
              {group.name}
            </a>
            <p>
              <code>{group.query}</code>
            </p>
            <p>
              {group.agents} {group.agents === 1 ? "agent" : "agents"}
            </p>
            <p class="muted">
              {group.configuration === undefined ? (
                "A new agent gets nothing."
              ) : (
                <>
                  A new agent gets{" "}
                  <a href={`#/configurations/${encodeURIComponent(group.configuration)}`}>
                    {group.configuration}
                  </a>
                </>
              )}
            </p>
            <div class="actions">
              <button
                type="button"
                class="quiet"
                aria-label={`Change group ${group.name}`}
                onClick={() => setEdited(group)}
              >
                Change
              </button>
              <Doing act={() => forget(group.name)} label={`Delete group ${group.name}`}>
                Delete
              </Doing>
            </div>
          </li>
        ))}
      </ul>
      {edited !== undefined && (
        <SaveGroup
          group={edited === "new" ? undefined : edited}
          query={edited === "new" ? "" : edited.query}
          close={() => setEdited(undefined)}
        />
      )}
    </>
  );
}
