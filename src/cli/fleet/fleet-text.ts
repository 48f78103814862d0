import type {
  Affected,
  AgentRow,
  ConfigProblem,
  FleetCounts,
  Rollout,
} from "../../dev-server/shapes/api-shapes.ts";
import { harmless, type Paint, spanText } from "../screen-text.ts";

const heads = ["IS", "CONFIG", "NAME", "VERSION", "HOST", "SEEN", "UID"] as const;

/** Agents as a table; the first line says what stands where. */
export function agentTable(agents: readonly AgentRow[], now: number, paint: Paint): string {
  if (agents.length === 0) return "no agents\n";
  const cells = agents.map((agent) => [
    agent.condition,
    agent.configState,
    cut(agent.name, 40),
    cut(agent.version, 24),
    cut(agent.hostName, 40),
    agent.connected ? "now" : `${spanText((now - agent.lastSeenAt) / 1000)} ago`,
    agent.uid,
  ]);
  const widths = heads.map((head, column) =>
    cells.reduce((width, row) => Math.max(width, (row[column] ?? "").length), head.length),
  );
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd();
  const rows = cells.map((row, index) => {
    const [condition = "", ...rest] = line(row).split(/(?<=^\S+)(?= )/);
    return `${conditionPaint(agents[index]?.condition, paint)(condition)}${rest.join("")}`;
  });
  return `${paint.bold(line(heads))}\n${rows.join("\n")}\n`;
}

/** The numbers of a fleet in one line. */
export function countsText(counts: FleetCounts): string {
  const { total, ...others } = counts;
  const parts = Object.entries(others).flatMap(([word, number]) =>
    number > 0 ? [`${number} ${word}`] : [],
  );
  return `${total} ${total === 1 ? "agent" : "agents"}${parts.length === 0 ? "" : `: ${parts.join(", ")}`}`;
}

/** What has changed about an agent, one line each; undefined `before`: it is new. */
export function changesOf(
  before: AgentRow | undefined,
  after: AgentRow,
  paint: Paint,
): readonly string[] {
  const who = cut(`${after.hostName === "" ? after.name : after.hostName} (${after.uid})`, 120);
  const is = conditionPaint(after.condition, paint)(after.condition);
  const why = after.lastError === "" ? "" : `: ${cut(after.lastError, 300)}`;
  const configWhy = after.remoteConfigStatus?.errorMessage ?? "";
  const failed = after.configState === "failed" && configWhy !== "";
  const config = `configuration ${after.configState}${failed ? `: ${cut(configWhy, 300)}` : ""}`;
  if (before === undefined) return [`${who} is new, ${is}${why}, ${config}`];
  return [
    ...(before.condition === after.condition
      ? []
      : [`${who} was ${before.condition}, is ${is}${after.condition === "healthy" ? "" : why}`]),
    ...(before.configState === after.configState ? [] : [`${who}: ${config}`]),
    ...(before.version === after.version
      ? []
      : [`${who}: version ${cut(before.version, 24)} is now ${cut(after.version, 24)}`]),
  ];
}

/** Mistakes as compilers show them. */
export function problemsText(problems: readonly ConfigProblem[], file: string): string {
  return problems
    .map(({ file: name, line, column, severity, text }) => {
      return `${name === "" ? file : name}:${line}:${column}: ${severity}: ${harmless(text)}\n`;
    })
    .join("");
}

/** Who would get something, and who would not. */
export function affectedText(agents: readonly Affected[]): string {
  const able = agents.filter(({ why }) => why === undefined);
  const others = agents.filter(({ why }) => why !== undefined);
  const line = ({ uid, name, hostName, why }: Affected): string =>
    `  ${cut(hostName === "" ? name : hostName, 60)} (${uid})${why === undefined ? "" : `: ${harmless(why)}`}\n`;
  return [
    `${able.length} of ${agents.length} agents would get it now\n`,
    ...able.slice(0, 50).map(line),
    ...(able.length > 50 ? [`  and ${able.length - 50} more\n`] : []),
    ...(others.length > 0 ? [`${others.length} would not get it now\n`] : []),
    ...others.slice(0, 50).map(line),
  ].join("");
}

/** How a rollout stands, in one line. */
export function rolloutLine({ state, stage, stages, agents, why }: Rollout): string {
  const words = new Map<string, number>();
  for (const agent of agents) words.set(agent.state, (words.get(agent.state) ?? 0) + 1);
  const counts = [...words].map(([word, number]) => `${number} ${word}`).join(", ");
  const at =
    state === "running"
      ? `stage ${stage + 1} of ${stages.length} (${stages[stage] ?? 100} %)`
      : state;
  return `${at}: ${counts === "" ? "no agents" : counts}${why === "" ? "" : ` (${harmless(why)})`}`;
}

/** Which agents have failed, and why. */
export function failuresText({ agents }: Rollout): string {
  return agents
    .filter(({ state }) => state === "failed")
    .slice(0, 20)
    .map(
      ({ name, uid, errorMessage }) => `  ${cut(name, 60)} (${uid}): ${cut(errorMessage, 500)}\n`,
    )
    .join("");
}

function conditionPaint(condition: AgentRow["condition"] | undefined, paint: Paint): Paint["good"] {
  if (condition === "healthy") return paint.good;
  if (condition === "failing") return paint.bad;
  return condition === "degraded" ? paint.warn : paint.faint;
}

/** On one line, and no longer than this. */
function cut(text: string, most: number): string {
  const line = harmless(text).replaceAll("\n", " ");
  return line.length > most ? `${line.slice(0, most - 1)}…` : line;
}
