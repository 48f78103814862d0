import type { ConnectionSettings } from "../connections/connection-settings.ts";
import { settingsProblem } from "../connections/settings-problem.ts";
import { readFiles } from "../library/stored-library.ts";
import type { RolloutAgent, RolloutContent, RolloutState } from "./staged-rollout.ts";

/** A part of a rollout as JSON can hold it. */
interface RolloutPart {
  readonly kind: "rollout" | "rollout-agents";
  readonly key: string;
  readonly value: object;
}

/** So many agents are kept together: of thousands only those are written that have changed, with their neighbours. */
const agentsInPart = 100;

/** What is to be written when a rollout becomes another one; `before` undefined: all of it. */
export function rolloutToStore(
  before: RolloutState | undefined,
  after: RolloutState,
): readonly RolloutPart[] {
  const agents = [...after.agents.values()];
  const known = [...(before?.agents.values() ?? [])];
  const changed = rolloutAgentKeys(after).flatMap((key, part): readonly RolloutPart[] => {
    const from = part * agentsInPart;
    const value = agents.slice(from, from + agentsInPart);
    const same = value.every((agent, at) => agent === known[from + at]);
    return same ? [] : [{ kind: "rollout-agents", key, value }];
  });
  return [
    { kind: "rollout", key: after.id, value: { ...after, agents: agents.length } },
    ...changed,
  ];
}

/** The keys of the parts with a rollout's agents. */
export function rolloutAgentKeys({ id, agents }: RolloutState): readonly string[] {
  const parts = Math.ceil(agents.size / agentsInPart);
  return Array.from({ length: parts }, (_, part) => `${id}/${part}`);
}

/** A rollout as JSON has brought it, with its parts by their keys; undefined: it has another form. */
export function rolloutFromStore(
  value: unknown,
  parts: ReadonlyMap<string, unknown>,
): RolloutState | undefined {
  if (!isObject(value)) return undefined;
  const { id, to, stages, failuresAllowed, settleMs, state, stage, stopWhy } = value;
  const { startedAt, endedAt, clockMs, settledFromMs } = value;
  const content = readContent(value["content"]);
  const agents = readAgents(agentsIn(value, parts));
  if (content === undefined || agents === undefined || !isNumbers(stages)) return undefined;
  if (typeof id !== "string" || typeof to !== "string" || typeof stopWhy !== "string") {
    return undefined;
  }
  if (state !== "running" && state !== "stopped" && state !== "done") return undefined;
  const numbers = { failuresAllowed, settleMs, stage, startedAt, clockMs };
  if (!hasNumbers(numbers)) return undefined;
  return {
    ...{ id, content, to, stages, state, stopWhy, ...numbers },
    endedAt: typeof endedAt === "number" ? endedAt : undefined,
    settledFromMs: typeof settledFromMs === "number" ? settledFromMs : undefined,
    agents: new Map(agents.map((agent) => [agent.uid, agent])),
  };
}

/** Once they stood in it. */
function agentsIn(
  { id, agents }: Readonly<Record<string, unknown>>,
  parts: ReadonlyMap<string, unknown>,
): unknown {
  if (typeof agents !== "number") return agents;
  const found: unknown[] = [];
  for (let part = 0; found.length < agents; part += 1) {
    const some = parts.get(`${String(id)}/${part}`);
    if (!Array.isArray(some) || some.length === 0) return undefined;
    found.push(...(some as readonly unknown[]));
  }
  return found;
}

function readContent(value: unknown): RolloutContent | undefined {
  if (!isObject(value)) return undefined;
  const { is, name, version, hash, named } = value;
  if (is === "package") {
    return typeof name === "string" && typeof version === "string"
      ? { is, name, version }
      : undefined;
  }
  if (is === "connections") return readSettings(value["settings"], value["newCertificate"]);
  const files = readFiles(value["files"]);
  if (is !== "configuration" || typeof hash !== "string" || files === undefined) return undefined;
  const known =
    isObject(named) && typeof named["name"] === "string" && typeof named["version"] === "number"
      ? { name: named["name"], version: named["version"] }
      : undefined;
  return { is, named: known, files, hash };
}

function readSettings(value: unknown, newCertificate: unknown): RolloutContent | undefined {
  if (!isObject(value) || typeof newCertificate !== "boolean") return undefined;
  const settings: ConnectionSettings = value;
  try {
    return settingsProblem(settings) === undefined
      ? { is: "connections", settings, newCertificate }
      : undefined;
  } catch {
    // Somebody has put something else into it.
    return undefined;
  }
}

function readAgents(value: unknown): readonly RolloutAgent[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const agents = value.map(readAgent).filter((agent) => agent !== undefined);
  return agents.length === value.length ? agents : undefined;
}

function readAgent(value: unknown): RolloutAgent | undefined {
  if (!isObject(value)) return undefined;
  const { uid, name, state, errorMessage, connected, wasWell, unwell } = value;
  const { stage, sinceMs, changes } = value;
  if (typeof uid !== "string" || typeof name !== "string" || !isAgentState(state)) return undefined;
  if (typeof errorMessage !== "string" || typeof unwell !== "string") return undefined;
  if (typeof connected !== "boolean" || typeof wasWell !== "boolean") return undefined;
  const numbers = { stage, sinceMs, changes };
  if (!hasNumbers(numbers)) return undefined;
  return { uid, name, state, errorMessage, connected, wasWell, unwell, ...numbers };
}

function isAgentState(value: unknown): value is RolloutAgent["state"] {
  const states: readonly unknown[] = [
    "pending",
    "sent",
    "applying",
    "applied",
    "failed",
    "overtaken",
  ];
  return states.includes(value);
}

function isNumbers(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((each) => typeof each === "number");
}

function hasNumbers<K extends string>(
  values: Readonly<Record<K, unknown>>,
): values is Readonly<Record<K, number>> {
  return Object.values(values).every((each) => typeof each === "number");
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
