import type { ConnectionSettings } from "../connections/connection-settings.ts";
import { settingsTitle } from "../connections/settings-facts.ts";
import type { SavedFile } from "../library/library.ts";
import type { ConditionWord } from "../shapes/api-shapes.ts";
import { reachOf } from "./stages.ts";

/*
 * A rollout brings one thing to many agents, stage by stage. It has a clock of its own, which goes on only while it runs:
 * dates are for people, and neither a clock that is set nor a server that was away for a while makes a stage shorter.
 * All of it are plain values.
 */

/** What a rollout brings. */
export type RolloutContent =
  | {
      readonly is: "configuration";
      /** Undefined: it has no name. */
      readonly named: { readonly name: string; readonly version: number } | undefined;
      readonly files: readonly SavedFile[];
      /** What agents report of it, in hex. */
      readonly hash: string;
    }
  | { readonly is: "package"; readonly name: string; readonly version: string }
  | {
      readonly is: "connections";
      readonly settings: ConnectionSettings;
      /** With a client certificate that is made for each agent. */
      readonly newCertificate: boolean;
    };

/** Where an agent of a rollout stands. `overtaken`: something newer is wanted of it. */
export type RolloutAgentState =
  "pending" | "sent" | "applying" | "applied" | "failed" | "overtaken";

/** One agent of a rollout. */
export interface RolloutAgent {
  readonly uid: string;
  readonly name: string;
  readonly stage: number;
  readonly state: RolloutAgentState;
  readonly errorMessage: string;
  readonly connected: boolean;
  /** Whether it was seen well since just before it was sent the thing. */
  readonly wasWell: boolean;
  /** What is wrong with it now; empty: nothing. */
  readonly unwell: string;
  /** Since when it has been like this, on the clock of the rollout. */
  readonly sinceMs: number;
  /** How often it has changed; one that flips gets no new time for ever. */
  readonly changes: number;
}

/** A rollout and how it goes. */
export interface RolloutState {
  readonly id: string;
  readonly content: RolloutContent;
  /** The target in words. */
  readonly to: string;
  readonly stages: readonly number[];
  readonly failuresAllowed: number;
  readonly settleMs: number;
  readonly state: "running" | "stopped" | "done";
  readonly stage: number;
  /** Why it has stopped; empty while it goes on. */
  readonly stopWhy: string;
  readonly startedAt: number;
  readonly endedAt: number | undefined;
  readonly clockMs: number;
  /** Since when no agent of the stages so far is at work, on this clock. */
  readonly settledFromMs: number | undefined;
  /** By uid, in the order of the stages. */
  readonly agents: ReadonlyMap<string, RolloutAgent>;
}

/** What a rollout begins with. */
export interface RolloutWish {
  readonly id: string;
  readonly content: RolloutContent;
  readonly to: string;
  readonly stages: readonly number[];
  readonly failuresAllowed: number;
  readonly settleMs: number;
  readonly agents: readonly { uid: string; name: string; connected: boolean }[];
  readonly now: number;
}

/** What is seen of an agent. */
export interface AgentLook {
  /** Whether it can be reached, here or where the rollout sends it. */
  readonly connected: boolean;
  /** It has left for the server that the rollout brings. */
  readonly hasLeft?: boolean;
  readonly condition: ConditionWord;
  readonly lastError: string;
  /** Whether what this rollout brings is still what is wanted of it. */
  readonly wanted: boolean;
  /** Whether it says at all what becomes of such a thing. */
  readonly reports: boolean;
  /** What it has said since it was wanted. */
  readonly verdict: "none" | "applying" | "applied" | "failed";
  readonly errorMessage: string;
}

/** Begins a rollout; nothing has been sent yet. Those who can be reached come first, so that a stage shows something. */
export function startRollout(wish: RolloutWish): RolloutState {
  const { agents, now, ...plan } = wish;
  const inOrder = [...agents].sort((a, b) => (orderOf(a) < orderOf(b) ? -1 : 1));
  const reach = reachOf(wish.stages, inOrder.length);
  const planned = inOrder.map((agent, at): [string, RolloutAgent] => [
    agent.uid,
    {
      ...{ ...agent, state: "pending", errorMessage: "", wasWell: false, unwell: "" },
      ...{ sinceMs: 0, changes: 0, stage: reach.findIndex(({ reached }) => at < reached) },
    },
  ]);
  return {
    ...plan,
    stages: reach.map(({ share }) => share),
    ...{ state: "running", stage: 0, stopWhy: "", startedAt: now, endedAt: undefined },
    ...{ clockMs: 0, settledFromMs: undefined, agents: new Map(planned) },
  };
}

/** Stops a rollout for a person; what was sent stays sent. */
export function stopRollout(rollout: RolloutState, now: number): RolloutState | string {
  if (rollout.state !== "running") return `the rollout is not running: it is ${rollout.state}`;
  return { ...rollout, state: "stopped", stopWhy: "stopped by a person", endedAt: now };
}

/** Lets a stopped rollout go on; agents that have failed are tried again. */
export function resumeRollout(rollout: RolloutState): RolloutState | string {
  if (rollout.state !== "stopped") return `the rollout is not stopped: it is ${rollout.state}`;
  const again = [...rollout.agents].map(([uid, agent]): [string, RolloutAgent] => [
    uid,
    agent.state === "failed" ? { ...agent, state: "pending", errorMessage: "" } : agent,
  ]);
  return {
    ...{ ...rollout, state: "running", stopWhy: "", endedAt: undefined },
    ...{ settledFromMs: undefined, agents: new Map(again) },
  };
}

/** The earlier rollout once a newer one wants the same of some agents: what it has not sent yet, it sends no more. */
export function overtake(earlier: RolloutState, newer: RolloutState): RolloutState {
  if (earlier.state === "done" || !concernSame(earlier.content, newer.content)) return earlier;
  const errorMessage = `the newer rollout ${newer.id} has it`;
  const agents = [...earlier.agents].map(([uid, agent]): [string, RolloutAgent] => [
    uid,
    agent.state === "pending" && newer.agents.has(uid)
      ? { ...agent, state: "overtaken", errorMessage }
      : agent,
  ]);
  return { ...earlier, agents: new Map(agents) };
}

/** What a rollout brings, in words. */
export function contentText(content: RolloutContent): string {
  if (content.is === "package") return `${content.name} ${content.version}`.trim();
  if (content.is === "connections") return settingsTitle(content.settings);
  const { named } = content;
  return named === undefined ? "a configuration" : `${named.name}, version ${named.version}`;
}

function concernSame(a: RolloutContent, b: RolloutContent): boolean {
  if (a.is === "package" && b.is === "package") return a.name === b.name;
  return a.is === b.is;
}

function orderOf({ connected, name, uid }: RolloutWish["agents"][number]): string {
  return `${connected ? 0 : 1}\n${name}\n${uid}`;
}
