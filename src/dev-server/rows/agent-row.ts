import type { ComponentHealth } from "../../opamp-client/wire/messages.ts";
import type { Fleet } from "../fleet/fleet-state.ts";
import type { KnownAgent } from "../fleet/known-agent.ts";
import { hasDrifted } from "../fleet/offer-log.ts";
import {
  type AgentSummary,
  type AttributeView,
  attributesOf,
  inOrder,
  summarize,
} from "../fleet/view.ts";
import type { AgentRow, ConditionWord, ConfigWord } from "../shapes/api-shapes.ts";

/** A row travels at each change, whatever an agent says of itself; its own page shows all. */
const mostCharacters = 300;
const mostAttributes = 100;

const madeRows = new WeakMap<KnownAgent, AgentRow>();

/** The table: connected agents first, then by name and uid. */
export function listRows(fleet: Fleet): readonly AgentRow[] {
  return inOrder([...fleet.agents.values()].map(rowOf));
}

/** One agent of the table; made once for each record, which never changes. */
export function rowOf(record: KnownAgent): AgentRow {
  const made = madeRows.get(record);
  if (made !== undefined) return made;
  const row = makeRow(record);
  madeRows.set(record, row);
  return row;
}

function makeRow(record: KnownAgent): AgentRow {
  const { description } = record;
  const identifying = attributesOf(description?.identifyingAttributes);
  const attributes = [...identifying, ...attributesOf(description?.nonIdentifyingAttributes)];
  const summary = shortened(summarize(record));
  return {
    ...summary,
    hostName: shown(attributes.find(({ key }) => key === "host.name")?.value ?? ""),
    condition: conditionOf(record),
    configState: configWordOf(record),
    attributes: namedOnce(attributes),
    configuration: record.offer === undefined ? undefined : record.offers[0]?.configuration,
    guest: record.guest,
  };
}

/** How an agent is. */
export function conditionOf({ link, health }: KnownAgent): ConditionWord {
  if (link.at === "closed") return "away";
  if (health === undefined) return "unknown";
  if (health.healthy !== true) return "failing";
  return hasIllPart(health) ? "degraded" : "healthy";
}

/** Where an agent stands with what is wanted of it. */
export function configWordOf(record: KnownAgent): ConfigWord {
  const state = record.offer === undefined ? undefined : record.offers[0]?.state;
  if (state === "applied") return hasDrifted(record) ? "drifted" : "in-sync";
  if (state === "applying" || state === "failed") return state;
  return state === "waiting" || state === "sent" ? "waiting" : "none";
}

function hasIllPart({ componentHealthMap }: ComponentHealth): boolean {
  for (const part of componentHealthMap?.values() ?? []) {
    if (part.healthy !== true || hasIllPart(part)) return true;
  }
  return false;
}

function shortened(summary: AgentSummary): AgentSummary {
  const { name, version, status, lastError, remoteConfigStatus: said } = summary;
  return {
    ...summary,
    name: shown(name),
    version: shown(version),
    status: shown(status),
    lastError: shown(lastError),
    remoteConfigStatus:
      said === undefined ? undefined : { ...said, errorMessage: shown(said.errorMessage) },
  };
}

/** Of attributes with one name the first counts, which is the identifying one. */
function namedOnce(attributes: readonly AttributeView[]): Readonly<Record<string, string>> {
  const named = attributes.slice(0, mostAttributes).toReversed();
  return Object.fromEntries(named.map(({ key, value }) => [shown(key), shown(value)]));
}

function shown(text: string): string {
  return text.length <= mostCharacters ? text : `${text.slice(0, mostCharacters)}…`;
}
