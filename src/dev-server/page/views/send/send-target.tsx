import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { useConsole } from "../../state/console-store.ts";
import { momentOf, useAnswer } from "../../state/use-answer.ts";
import type { Group, Target } from "../../../shapes/api-shapes.ts";
import { findRows } from "../../words/row-filter.ts";

type Kind = "selection" | "group" | "query" | "all";

/** Whom something is for, as it is being chosen. */
export interface Choosing {
  readonly kind: Kind;
  readonly setKind: (kind: Kind) => void;
  readonly group: string;
  readonly setGroup: (group: string) => void;
  readonly query: string;
  readonly setQuery: (query: string) => void;
  readonly groups: readonly Group[];
  readonly selected: number;
  /** Undefined: not chosen yet; `problem` says what is missing. */
  readonly to: Target | undefined;
  readonly problem: string | undefined;
}

/** Begins with what was ticked in the table, if anything was. */
export function useTarget(): Choosing {
  const { selection, changes } = useConsole();
  const read = useAnswer<{ groups: readonly Group[] }>("/api/groups", momentOf(changes.groups));
  const groups = read.value?.groups ?? [];
  const selected = selection.value;
  const [kind, setKind] = useState<Kind>(selected.size > 0 ? "selection" : "all");
  const [chosen, setGroup] = useState("");
  const [query, setQuery] = useState("");
  const group = chosen === "" ? (groups[0]?.name ?? "") : chosen;
  const base = { kind, setKind, group, setGroup, query, setQuery, groups };
  const outcome = targetOf(kind, [...selected], group, query);
  return { ...base, selected: selected.size, ...outcome };
}

function targetOf(
  kind: Kind,
  uids: readonly string[],
  group: string,
  query: string,
): Pick<Choosing, "to" | "problem"> {
  const missing = (problem: string): Pick<Choosing, "to" | "problem"> => ({
    to: undefined,
    problem,
  });
  switch (kind) {
    case "all":
      return { to: { all: true }, problem: undefined };
    case "selection":
      if (uids.length === 0) return missing("no agent is selected in the table");
      return { to: { uids }, problem: undefined };
    case "group":
      if (group === "") return missing("there is no group yet");
      return { to: { group }, problem: undefined };
    case "query": {
      if (query.trim() === "") return missing("write a query");
      const { problem } = findRows([], query);
      return problem === undefined ? { to: { query }, problem } : missing(problem);
    }
  }
}

/** The choice of whom to send to. */
export function SendTarget(target: Choosing): VNode {
  const { kind, setKind, group, setGroup, query, setQuery, groups, selected, problem } = target;
  const kinds = [
    ["all", "All agents"],
    ["selection", `The selection (${selected})`],
    ["group", "A group"],
    ["query", "What a query finds"],
  ] as const;
  return (
    <div class="form">
      <fieldset class="choices">
        <legend class="spoken">To whom</legend>
        {kinds.map(([each, text]) => (
          <label key={each} class="check">
            <input
              type="radio"
              name="target"
              checked={kind === each}
              onChange={() => setKind(each)}
            />
            {text}
          </label>
        ))}
      </fieldset>
      {kind === "group" && groups.length > 0 && (
        <label>
          Group
          <select value={group} onChange={(event) => setGroup(event.currentTarget.value)}>
            {groups.map((each) => (
              <option key={each.name} value={each.name}>
                {each.name} ({each.agents})
              </option>
            ))}
          </select>
        </label>
      )}
      {kind === "query" && (
        <label>
          Query
          <input
            spellcheck={false}
            value={query}
            placeholder="deployment.environment.name=staging"
            onInput={(event) => setQuery(event.currentTarget.value)}
          />
        </label>
      )}
      {problem !== undefined && <p class="muted">{problem}</p>}
    </div>
  );
}
