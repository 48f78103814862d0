import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { DialogBox } from "../../parts/dialog-box.tsx";
import { Failure } from "../../parts/small-parts.tsx";
import { put } from "../../state/ask-server.ts";
import { useConsole } from "../../state/console-store.ts";
import { momentOf, useAnswer } from "../../state/use-answer.ts";
import type { Group, GroupBody, NamedConfiguration } from "../../../shapes/api-shapes.ts";

/** Makes a group, or changes one. */
export function SaveGroup(props: {
  group: Group | undefined;
  query: string;
  close: () => void;
}): VNode {
  const { group, close } = props;
  const { changes } = useConsole();
  const read = useAnswer<{ configurations: readonly NamedConfiguration[] }>(
    "/api/configurations",
    momentOf(changes.configurations),
  );
  const [name, setName] = useState(group?.name ?? "");
  const [query, setQuery] = useState(props.query);
  const [configuration, setConfiguration] = useState(group?.configuration ?? "");
  const [why, setWhy] = useState("");
  const save = async (): Promise<void> => {
    const body: GroupBody = { query, configuration: configuration === "" ? null : configuration };
    const answer = await put<Group>(`/api/groups/${encodeURIComponent(name)}`, body);
    if (answer.ok) close();
    else setWhy(answer.text);
  };
  return (
    <DialogBox title={group === undefined ? "New group" : `Group ${group.name}`} close={close}>
      <form
        class="form"
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        <label>
          Name
          <input
            required
            value={name}
            disabled={group !== undefined}
            onInput={(event) => setName(event.currentTarget.value)}
          />
        </label>
        <label>
          Agents that this query finds
          <input
            required
            spellcheck={false}
            value={query}
            onInput={(event) => setQuery(event.currentTarget.value)}
          />
        </label>
        <label>
          What a new agent of this group gets
          <select
            value={configuration}
            onChange={(event) => setConfiguration(event.currentTarget.value)}
          >
            <option value="">nothing</option>
            {(read.value?.configurations ?? []).map((each) => (
              <option key={each.name} value={each.name}>
                {each.name}
              </option>
            ))}
          </select>
        </label>
        <Failure text={why} />
        <div class="actions">
          <button type="submit" class="primary">
            Save group
          </button>
        </div>
      </form>
    </DialogBox>
  );
}
