import type {
  AgentRow,
  ConditionWord,
  ConfigWord,
  OfferRecord,
  Rollout,
} from "../../shapes/api-shapes.ts";
import type { PackageWord } from "../../shelf/package-word.ts";

/** How something looks; the words beside it say the same. */
export type Tone = "good" | "warn" | "bad" | "busy" | "still";

/** A word for people and how it looks. */
export interface Said {
  readonly text: string;
  readonly tone: Tone;
}

/** How an agent is. */
export const conditions: Readonly<Record<ConditionWord, Said>> = {
  healthy: { text: "Healthy", tone: "good" },
  degraded: { text: "Degraded", tone: "warn" },
  failing: { text: "Failing", tone: "bad" },
  away: { text: "Away", tone: "still" },
  unknown: { text: "No word yet", tone: "still" },
};

/** An agent that has come without credentials. */
export const guestStates: Readonly<Record<NonNullable<AgentRow["guest"]>["is"], Said>> = {
  waiting: { text: "Waits for approval", tone: "warn" },
  approved: { text: "Approved", tone: "busy" },
  refused: { text: "Refused", tone: "still" },
};

/** Where an agent stands with what is wanted of it. */
export const configStates: Readonly<Record<ConfigWord, Said>> = {
  none: { text: "Nothing offered", tone: "still" },
  waiting: { text: "Waiting", tone: "busy" },
  applying: { text: "Applying", tone: "busy" },
  "in-sync": { text: "In sync", tone: "good" },
  failed: { text: "Failed", tone: "bad" },
  drifted: { text: "Drifted", tone: "warn" },
};

/** What became of one offer. */
export const offerStates: Readonly<Record<OfferRecord["state"], Said>> = {
  waiting: { text: "Waiting to be sent", tone: "still" },
  sent: { text: "Sent", tone: "busy" },
  applying: { text: "Applying", tone: "busy" },
  applied: { text: "Applied", tone: "good" },
  failed: { text: "Failed", tone: "bad" },
  replaced: { text: "Replaced by a newer one", tone: "still" },
  withdrawn: { text: "Withdrawn", tone: "still" },
};

/** How a rollout goes. */
export const rolloutStates: Readonly<Record<Rollout["state"], Said>> = {
  running: { text: "Running", tone: "busy" },
  stopped: { text: "Stopped", tone: "bad" },
  done: { text: "Done", tone: "good" },
};

/** How one agent of a rollout goes. */
export const rolloutAgentStates: Readonly<Record<Rollout["agents"][number]["state"], Said>> = {
  pending: { text: "Not yet", tone: "still" },
  sent: { text: "Sent", tone: "busy" },
  applying: { text: "Applying", tone: "busy" },
  applied: { text: "Applied", tone: "good" },
  failed: { text: "Failed", tone: "bad" },
  away: { text: "Away", tone: "still" },
  overtaken: { text: "Gets something newer", tone: "still" },
};

/** How a package goes. */
export const packageStates: Readonly<Record<PackageWord, Said>> = {
  waiting: { text: "Offered, waiting for the agent", tone: "busy" },
  pending: { text: "Waiting its turn", tone: "busy" },
  downloading: { text: "Downloading", tone: "busy" },
  installing: { text: "Installing", tone: "busy" },
  installed: { text: "Installed", tone: "good" },
  failed: { text: "Failed", tone: "bad" },
};

/** What the agent says of settings that were offered to it. */
export const settingStates: Readonly<Record<string, Said>> = {
  unset: { text: "None received yet", tone: "still" },
  waiting: { text: "Offered, waiting for the agent", tone: "busy" },
  applying: { text: "Applying", tone: "busy" },
  applied: { text: "Applied", tone: "good" },
  failed: { text: "Failed", tone: "bad" },
};

/** How much a row wants to be looked at; 0 the most. */
export function urgencyOf(row: Pick<AgentRow, "condition" | "configState" | "guest">): number {
  if (row.guest?.is === "waiting") return row.condition === "away" ? 5 : 0;
  if (row.condition === "failing") return 0;
  if (row.configState === "failed") return 1;
  if (row.condition === "degraded") return 2;
  if (row.configState === "drifted") return 3;
  if (row.configState === "applying" || row.configState === "waiting") return 4;
  return row.condition === "away" ? 5 : row.condition === "unknown" ? 6 : 7;
}
