import type { VNode } from "preact";
import { useMemo } from "preact/hooks";
import { Ago, Pill } from "../../parts/small-parts.tsx";
import { useConsole } from "../../state/console-store.ts";
import type { AgentRow } from "../../../shapes/api-shapes.ts";
import { conditions, configStates, guestStates } from "../../words/condition-words.ts";
import { agentHref } from "../../words/page-route.ts";

/** One agent of the table; drawn anew only when something about it has changed. */
export function AgentTableRow({ row, index }: { row: AgentRow; index: number }): VNode {
  return useMemo(() => <Row row={row} index={index} />, [row, index]);
}

function Row({ row, index }: { row: AgentRow; index: number }): VNode {
  const host = row.hostName === "" ? row.name : row.hostName;
  return (
    <div role="row" class={`agent-row ${row.condition}`} aria-rowindex={index}>
      <div role="cell" class="tick">
        <Tick uid={row.uid} name={host} />
      </div>
      <div role="cell" class="hostName">
        <a class="host-link" href={agentHref(row.uid)}>
          {host}
        </a>
      </div>
      <div role="cell" class="name">
        {row.name}
      </div>
      <div role="cell" class="version">
        {row.version}
      </div>
      <div role="cell" class="condition">
        <Pill said={conditions[row.condition]} />
        {row.guest !== undefined && <Pill said={guestStates[row.guest.is]} quiet />}
        <span class="says">{saysOf(row)}</span>
      </div>
      <div role="cell" class="configState">
        <Pill said={configStates[row.configState]} quiet />
        <span class="says">{configurationOf(row)}</span>
      </div>
      <div role="cell" class="lastSeenAt">
        <Ago at={row.lastSeenAt} />
      </div>
    </div>
  );
}

function saysOf({ condition, lastError, disconnectedWhy }: AgentRow): string {
  if (condition === "away") return disconnectedWhy ?? "";
  return condition === "healthy" ? "" : firstLine(lastError);
}

function configurationOf({ configuration }: AgentRow): string {
  return configuration === undefined ? "" : `${configuration.name} v${configuration.version}`;
}

function firstLine(text: string): string {
  return text.split("\n", 1)[0] ?? "";
}

function Tick({ uid, name }: { uid: string; name: string }): VNode {
  const { selection } = useConsole();
  return (
    <input
      type="checkbox"
      aria-label={`Select ${name}`}
      checked={selection.value.has(uid)}
      onChange={() => {
        const next = new Set(selection.value);
        if (!next.delete(uid)) next.add(uid);
        selection.value = next;
      }}
    />
  );
}
