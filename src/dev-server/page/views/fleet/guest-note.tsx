import type { VNode } from "preact";
import { useMemo } from "preact/hooks";
import type { AgentRow } from "../../../shapes/api-shapes.ts";

interface GuestNoteProps {
  readonly rows: ReadonlyMap<string, AgentRow>;
  readonly choose: (query: string) => void;
}

/** How many agents have come without credentials, and wait for a person to look at them. */
export function GuestNote({ rows, choose }: GuestNoteProps): VNode | null {
  const count = useMemo(
    () => [...rows.values()].filter(({ guest }) => guest?.is === "waiting").length,
    [rows],
  );
  if (count === 0) return null;
  const who = count === 1 ? "One agent waits" : `${count} agents wait`;
  return (
    <p class="notice warn" role="status">
      {who} to be approved: without credentials nothing is sent to an agent.{" "}
      <button type="button" onClick={() => choose("is:guest")}>
        Show
      </button>
    </p>
  );
}
