import type { ConnectionSettings } from "../connections/connection-settings.ts";
import { settingsProblem } from "../connections/settings-problem.ts";
import { readFiles } from "../library/stored-library.ts";
import type { RolloutAgent, RolloutContent, RolloutState } from "./staged-rollout.ts";

/** A rollout as JSON can hold it. */
export function rolloutToStore(rollout: RolloutState): object {
  return { ...rollout, agents: [...rollout.agents.values()] };
}

/** A rollout as JSON has brought it; undefined: it has another form. */
export function rolloutFromStore(value: unknown): RolloutState | undefined {
  if (!isObject(value)) return undefined;
  const { id, to, stages, failuresAllowed, settleMs, state, stage, stopWhy } = value;
  const { startedAt, endedAt, clockMs, settledFromMs } = value;
  const content = readContent(value["content"]);
  const agents = readAgents(value["agents"]);
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
