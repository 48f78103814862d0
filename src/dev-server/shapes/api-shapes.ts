import type { AgentView, AgentSummary } from "../fleet/view.ts";

export type {
  Affected,
  PreviewBody,
  Rollout,
  RolloutAgentWord,
  RolloutBody,
  RolloutShown,
  RolloutSummary,
  RolloutWhat,
  Target,
} from "./rollout-shapes.ts";

/*
 * What travels between the console's server and its page, its command line and scripts. Times are in ms since the
 * epoch, hashes in hex, and nothing secret is in any of it.
 *
 * | request                               | body                        | answer                                     |
 * | ------------------------------------- | --------------------------- | ------------------------------------------ |
 * | GET /api/fleet                        |                             | `FleetOverview`                            |
 * | GET /api/agents?query=                |                             | `{ opampUrl, agents: AgentRow[] }`         |
 * | GET /api/agents/<uid>                 |                             | `AgentPage`                                |
 * | DELETE /api/agents/<uid>              |                             | `{}`; 409 while it is connected            |
 * | POST /api/agents/<uid>/config         | `ConfigBody`, or YAML       | `Delivery`                                 |
 * | POST /api/agents/<uid>/withdraw       | `WithdrawBody`              | `Delivery`                                 |
 * | POST /api/agents/<uid>/approval       | `ApprovalBody`              | `Delivery`                                 |
 * | POST /api/agents/<uid>/full-state     | `{}`                        | `Delivery`                                 |
 * | POST /api/agents/<uid>/message        | `CustomMessageBody`         | `Delivery`                                 |
 * | GET /api/agents/<uid>/logs?after=n    |                             | `AgentLogs` (log-shapes.ts)                |
 * | POST /api/agents/<uid>/logs           | `LogsBody`                  | `Delivery`                                 |
 * | GET /api/agents/<uid>/layers          |                             | `AgentLayers` (layer-shapes.ts)            |
 * | POST /api/agents/<uid>/layers         | `{}`: asks the agent        | `Delivery`                                 |
 * | POST /api/agents/<uid>/restart, /revoke, /connections, /packages: as before   | `Delivery`                |
 * | POST /api/check                       | `CheckBody`                 | `{ problems: ConfigProblem[] }`            |
 * | POST /api/components                  | `ComponentsBody`            | `SharedComponents` (component-shapes.ts)   |
 * | GET /api/configurations               |                             | `{ configurations: NamedConfiguration[] }` |
 * | GET /api/configurations/<name>?version=n |                          | `ConfigurationText`                        |
 * | PUT /api/configurations/<name>        | `ConfigBody` with `note`    | `NamedConfiguration`                       |
 * | DELETE /api/configurations/<name>     |                             | `{}`; 409 while a group has it             |
 * | GET /api/groups                       |                             | `{ groups: Group[] }`                      |
 * | PUT /api/groups/<name>                | `GroupBody`                 | `Group`                                    |
 * | DELETE /api/groups/<name>             |                             | `{}`                                       |
 * | POST /api/rollouts/preview            | `PreviewBody`               | `{ agents: Affected[] }`                   |
 * | POST /api/rollouts                    | `RolloutBody`               | `Rollout`, 201                             |
 * | GET /api/rollouts                     |                             | `{ rollouts: RolloutSummary[] }`           |
 * | GET /api/rollouts/<id>                |                             | `Rollout`                                  |
 * | POST /api/rollouts/<id>/stop, /resume | `{}`                        | `Rollout`                                  |
 * | GET /api/overload                     |                             | `Overload`: are agents sent away           |
 * | POST /api/overload                    | `OverloadWish`              | `Overload`                                 |
 * | GET /api/pictures                     |                             | `Pictures`                                 |
 * | GET /api/packages, POST /api/packages: as before                                                               |
 * | GET /api/openapi.json                 |                             | the description of all this                |
 * | GET /api/events                       |                             | server-sent events `change`: `FleetChange` |
 *
 * A refusal is `{ error }` with 400, 401, 403, 404, 405, 409, 413 or 415.
 */

/**
 * How an agent is, in the words that people use.
 * - `failing`: it says that it is not healthy. `degraded`: it says that it is, and a part of it is not.
 * - `away`: nobody can reach it. `unknown`: connected, and it has not said anything about its health.
 */
export type ConditionWord = "healthy" | "degraded" | "failing" | "away" | "unknown";

/**
 * Where an agent stands with what is wanted of it.
 * - `none`: nothing was offered. `waiting`: not sent, or no word about it yet.
 * - `drifted`: it has said of another configuration than the offered one that it runs it.
 */
export type ConfigWord = "none" | "waiting" | "applying" | "in-sync" | "failed" | "drifted";

/** One agent of the table. */
export interface AgentRow extends AgentSummary {
  readonly hostName: string;
  readonly condition: ConditionWord;
  readonly configState: ConfigWord;
  /** Identifying and other attributes together, for filters. */
  readonly attributes: Readonly<Record<string, string>>;
  /** The named configuration that was offered last; undefined: none, or one without a name. */
  readonly configuration: { readonly name: string; readonly version: number } | undefined;
  /** Undefined: it has come with credentials, or none are expected. */
  readonly guest: GuestView | undefined;
}

/** An agent that has not shown credentials yet; nothing is sent to it unless it is `approved`. */
export interface GuestView {
  readonly is: "waiting" | "approved" | "refused";
  readonly from: string;
  readonly since: number;
}

/** What a person thinks of such an agent; `from`: only while it comes from this address. */
export interface ApprovalBody {
  readonly approve: boolean;
  readonly from?: string;
}

/** The numbers above the table. */
export interface FleetCounts {
  readonly total: number;
  readonly healthy: number;
  readonly degraded: number;
  readonly failing: number;
  readonly away: number;
  readonly unknown: number;
  /** Those whose configuration is being applied; they are counted above, too. */
  readonly applying: number;
}

/** What the first screen shows beside the agents. */
export interface FleetOverview {
  readonly opampUrl: string;
  readonly counts: FleetCounts;
  readonly startedAt: number;
  /** The clock of the console: of a browser's nobody knows how right it is. */
  readonly now: number;
  /** PEM; what agents may trust. */
  readonly authorityCert: string;
  /** Where the state is kept: `file` undefined is in memory only; `problem` says why the newest of it is not on the disk. */
  readonly state: { readonly file: string | undefined; readonly problem: string | undefined };
}

/** One change of the fleet, for those who look at it live. A new listener gets `{ all: true }` first: read everything. */
export interface FleetChange {
  readonly all?: true;
  readonly counts: FleetCounts;
  readonly rows: readonly AgentRow[];
  readonly forgotten: readonly string[];
  /** What beside the agents has changed. */
  readonly lists: readonly ListName[];
}

/** A list beside the agents, or the switch that sends them away. */
export type ListName = "configurations" | "groups" | "rollouts" | "packages" | "overload";

/** What agents are told while the server plays at being overloaded. */
export interface Overload {
  readonly on: boolean;
  /** How long they are to stay away; absent: they choose. */
  readonly retryAfterSeconds?: number;
  /** When it was switched on; absent: it is off. */
  readonly since?: number;
  /** When it goes off by itself; absent: somebody has to switch it off. */
  readonly until?: number;
}

/** How somebody wants the switch to stand. */
export interface OverloadWish {
  readonly on: boolean;
  readonly retryAfterSeconds?: number;
  /** How long it stays on; absent: until it is switched off. */
  readonly forSeconds?: number;
}

/** All about one agent, as its own page shows it. */
export interface AgentPage extends AgentView, AgentRow {
  /** Newest first. */
  readonly offers: readonly OfferRecord[];
  /** What can be done with it just now; `why` says why one cannot. */
  readonly actions: Readonly<Record<ActionName, { readonly why: string | undefined }>>;
  /** What custom messages it understands. */
  readonly customCapabilities: readonly string[];
  /** What of it was more than the server keeps, and is not shown; undefined: nothing. */
  readonly tooMuch: { readonly text: string; readonly parts: readonly string[] } | undefined;
}

/** What a person can ask of one agent. */
export type ActionName =
  | "config"
  | "restart"
  | "full-state"
  | "connections"
  | "certificate"
  | "packages"
  | "message"
  | "withdraw"
  | "forget";

/** One offer of a configuration and what became of it; a time is absent until it has come. */
export interface OfferRecord {
  readonly hash: string;
  readonly files: readonly { readonly name: string; readonly text: string }[];
  readonly configuration: { readonly name: string; readonly version: number } | undefined;
  readonly offeredAt: number;
  readonly sentAt: number | undefined;
  /** It said that it was trying it. */
  readonly applyingAt: number | undefined;
  readonly verdictAt: number | undefined;
  readonly state: "waiting" | "sent" | "applying" | "applied" | "failed" | "replaced" | "withdrawn";
  readonly errorMessage: string;
}

/** `{"config": yaml}` or `{"files": {name: yaml}}`; of a named configuration with what is new in it. */
export type ConfigBody = (
  { readonly config: string } | { readonly files: Readonly<Record<string, string>> }
) & { readonly note?: string };

/** A configuration to look at without sending it; `uid`: against the components of this agent. */
export type CheckBody = ConfigBody & { readonly uid?: string };

/** One thing that is wrong with a configuration; lines and columns count from 1. */
export interface ConfigProblem {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly severity: "error" | "warning";
  readonly text: string;
}

/** What is to be offered to the agent no longer. */
export interface WithdrawBody {
  readonly what: "config" | "connections";
}

/** A message of one's own; `data` is text, sent as UTF-8. */
export interface CustomMessageBody {
  readonly capability: string;
  readonly type: string;
  readonly data: string;
}

/** A configuration with a name and all its versions, newest first. */
export interface NamedConfiguration {
  readonly name: string;
  readonly versions: readonly {
    readonly version: number;
    readonly at: number;
    readonly note: string;
    readonly hash: string;
  }[];
  /** The groups that have it. */
  readonly groups: readonly string[];
  /** How many agents run its newest version, and how many run another one. */
  readonly agents: { readonly newest: number; readonly older: number };
}

/** One version of a named configuration. */
export interface ConfigurationText {
  readonly name: string;
  readonly version: number;
  readonly at: number;
  readonly note: string;
  readonly files: readonly { readonly name: string; readonly text: string }[];
}

/** Agents that a query finds, under a name. */
export interface Group {
  readonly name: string;
  readonly query: string;
  /** What an agent of this group gets at its first connection; undefined: nothing. */
  readonly configuration: string | undefined;
  readonly agents: number;
}

/** A group as it is saved; `configuration` null: none. */
export interface GroupBody {
  readonly query: string;
  readonly configuration: string | null;
}

/** What the pictures are drawn from. */
export interface Pictures {
  /** Oldest first, at most 500. */
  readonly health: readonly ({ readonly at: number } & FleetCounts)[];
  /** From sending to the verdict, newest last, at most 500. */
  readonly applies: readonly {
    readonly at: number;
    readonly ms: number;
    readonly uid: string;
    readonly failed: boolean;
  }[];
  /** Restarts of collectors that were seen, by the hour, at most 48. */
  readonly restarts: readonly { readonly hour: number; readonly count: number }[];
  readonly versions: readonly { readonly version: string; readonly count: number }[];
}
