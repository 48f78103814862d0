import type { VNode } from "preact";
import { Doing } from "../../parts/small-parts.tsx";
import { remove } from "../../state/ask-server.ts";
import { useConsole } from "../../state/console-store.ts";

/** What can be done with the agents that are ticked. */
export function SelectionBar(): VNode | null {
  const app = useConsole();
  const uids = [...app.selection.value];
  if (uids.length === 0) return null;
  const away = uids.filter((uid) => app.rows.value.get(uid)?.connected === false);
  const forget = async (): Promise<void> => {
    const answers = await Promise.all(away.map((uid) => remove(`/api/agents/${uid}`)));
    const refused = answers.find((answer) => !answer.ok);
    app.notice.value =
      refused === undefined
        ? { text: `${agentsIn(away.length)} forgotten`, tone: "good" }
        : { text: refused.text, tone: "bad" };
  };
  return (
    <div class="selection-bar" role="region" aria-label="Selection">
      <strong>{agentsIn(uids.length)} selected</strong>
      <a class="button primary" href="#/send">
        Send to them
      </a>
      <Doing act={forget} disabled={away.length === 0} describedBy="forget-why">
        Forget {away.length === 0 ? "" : away.length}
      </Doing>
      <span id="forget-why" class="muted">
        {away.length === 0 ? "only agents that are away can be forgotten" : ""}
      </span>
      <button
        type="button"
        class="quiet"
        onClick={() => {
          app.selection.value = new Set();
        }}
      >
        Clear
      </button>
    </div>
  );
}

function agentsIn(count: number): string {
  return count === 1 ? "1 agent" : `${count.toLocaleString("en")} agents`;
}
