import type { ComponentHealth } from "../../opamp-client/wire/messages.ts";
import { redact } from "../../redact.ts";
import type { Instant } from "../core/state/time.ts";
import type { State } from "../core/state/state.ts";

/** What the service manager is told from, beside the state. */
export interface NotifySources {
  /** As the OpAMP server is told; undefined while it is told nothing new. */
  readonly health: (state: State) => ComponentHealth | undefined;
  /** Where the server listens; undefined where there are several to choose from. */
  readonly server: (state: State) => string | undefined;
  /** When this supervisor began. */
  readonly begunAt: Instant;
  /** How long its end may take: the agent's own, and the goodbyes. */
  readonly drainMs: () => number;
}

/** What the service manager knows. */
export interface Told {
  readonly ready: boolean;
  readonly stopping: boolean;
  readonly status: string;
  readonly extended: boolean;
}

/** Lines of the sd_notify protocol, none when nothing is new; and what is known once they are said. */
export interface News {
  readonly lines: readonly string[];
  readonly told: Told;
}

/** At the start of a supervisor. */
export const nothingTold: Told = { ready: false, stopping: false, status: "", extended: false };

/** Whatever has become of the agent by then, what waits for this unit waits no longer. */
export const longestStartMs = 30_000;
/** The longest start, and room for a machine that has much to do. */
const startTimeoutMs = 2 * longestStartMs;
const longestReason = 160;

/** What is new to the service manager. */
export function news(told: Told, state: State, at: Instant, sources: NotifySources): News {
  const stopping = state.desired.run === "down";
  const ready = told.ready || stopping || isReady(state, at - sources.begunAt);
  const status = statusText(state, sources);
  const lines: string[] = [];
  if (!told.ready && ready && !stopping) lines.push("READY=1");
  if (!ready && !told.extended) lines.push(extension(startTimeoutMs));
  if (stopping && !told.stopping) lines.push("STOPPING=1", extension(sources.drainMs()));
  if (status !== told.status) lines.push(`STATUS=${status}`);
  return { lines, told: { ready, stopping, status, extended: true } };
}

/** The same of a supervisor that only waits: it is as far as it can be, so nothing waits for it. */
export function waitingNews(told: Told, text: string): News {
  const status = short(text);
  const lines = told.ready ? [] : ["READY=1"];
  if (status !== told.status) lines.push(`STATUS=${status}`);
  return { lines, told: { ...told, ready: true, status } };
}

/** True of what cannot wait: units wait for it, or time runs out. */
export function isUrgent(lines: readonly string[]): boolean {
  return lines.some((line) => !line.startsWith("STATUS="));
}

function extension(forMs: number): string {
  return `EXTEND_TIMEOUT_USEC=${Math.round(forMs * 1_000)}`;
}

/**
 * True once it is known what became of the first start: also when that is nothing good. Somebody has to see to an agent
 * that does not start, and this supervisor is who does.
 */
function isReady(state: State, sinceMs: number): boolean {
  const { process: agent, crashes } = state.agent;
  const { target, problem } = state.config;
  if (sinceMs >= longestStartMs || crashes.last !== undefined) return true;
  switch (agent.at) {
    case "down":
      if (target === undefined) return (state.identity.problem ?? problem) !== undefined;
      return !target.config.runs;
    case "awaited":
    case "starting":
      return agent.slow;
    case "up":
    case "reloading":
    case "stopping":
      return true;
  }
}

/** One line for `systemctl status`, with nothing in it that changes by itself. */
export function statusText(state: State, { health, server }: NotifySources): string {
  return `${agentText(state, health(state))}, ${serverText(state, server(state))}`;
}

const words: ReadonlyMap<string, string> = new Map([
  ["running", "Healthy"],
  ["parked", "Idle, there is nothing to run yet"],
  ["stopped", "Stopped, as the configuration asks"],
]);

function agentText(state: State, health: ComponentHealth | undefined): string {
  const { process: agent } = state.agent;
  if (state.desired.run === "down") return "Stopping";
  if (agent.at === "reloading") return `Taking up generation ${agent.to.number}`;
  const generation =
    agent.at === "down" || agent.at === "awaited" ? "" : `, generation ${agent.generation.number}`;
  if (health === undefined) return `Starting${generation}`;
  const { healthy = false, status = "", lastError = "" } = health;
  const word = healthy ? (words.get(status) ?? capital(status)) : capital(status);
  return `${word}${healthy || lastError === "" ? "" : ` (${short(lastError)})`}${generation}`;
}

function serverText({ connections: { link } }: State, server: string | undefined): string {
  const whom = server ?? "the server";
  if (link.connected) return `connected to ${whom}`;
  if (link.since === undefined) return `connecting to ${whom}`;
  return `not connected to ${whom}${link.why === undefined ? "" : ` (${short(link.why)})`}`;
}

function capital(word: string): string {
  return `${word.slice(0, 1).toUpperCase()}${word.slice(1)}`;
}

/**
 * The protocol's lines end at a line break, no argument of a program has a NUL, a terminal obeys other such characters, and
 * its lines are short. All users of the machine may see it.
 */
function short(text: string): string {
  const line = redact(text)
    .replaceAll(/[\s\p{Cc}]+/gu, " ")
    .trim();
  return line.length > longestReason ? `${line.slice(0, longestReason)}…` : line;
}
