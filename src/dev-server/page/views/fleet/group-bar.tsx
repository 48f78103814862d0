import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { SaveGroup } from "../library/save-group.tsx";
import { useConsole } from "../../state/console-store.ts";
import { momentOf, useAnswer } from "../../state/use-answer.ts";
import type { Group } from "../../../shapes/api-shapes.ts";

/** The saved groups as filters, and the way to save one. */
export function GroupBar(props: {
  query: string;
  choose: (query: string) => void;
  valid: boolean;
}): VNode {
  const { query, choose, valid } = props;
  const { changes } = useConsole();
  const read = useAnswer<{ groups: readonly Group[] }>("/api/groups", momentOf(changes.groups));
  const groups = read.value?.groups ?? [];
  const [saving, setSaving] = useState(false);
  const isSaved = groups.some((group) => group.query === query.trim());
  return (
    <div class="group-bar">
      {groups.map((group) => (
        <button
          key={group.name}
          type="button"
          class="chip"
          aria-pressed={query.trim() === group.query}
          onClick={() => choose(query.trim() === group.query ? "" : group.query)}
        >
          {group.name}
        </button>
      ))}
      {query.trim() !== "" && valid && !isSaved && (
        <button type="button" class="quiet small" onClick={() => setSaving(true)}>
          Save as a group
        </button>
      )}
      {saving && (
        <SaveGroup group={undefined} query={query.trim()} close={() => setSaving(false)} />
      )}
    </div>
  );
}
