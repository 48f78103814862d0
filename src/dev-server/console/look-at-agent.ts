import {
  type ConnectionSettings,
  hashOfSettings,
  mergeSettings,
  offerable,
  withoutCertificate,
} from "../connections/connection-settings.ts";
import { AgentCapability, ConfigStatus } from "../../opamp-client/wire/messages.ts";
import { saidGoodbye } from "../fleet/agent-link.ts";
import { has, heldBack, type KnownAgent } from "../fleet/known-agent.ts";
import { packageWord } from "../shelf/package-word.ts";
import { sameHash } from "../fleet/remote-config.ts";
import { offeredSettings, reports } from "../fleet/settings-due.ts";
import type { AgentLook, RolloutContent } from "../rollout/staged-rollout.ts";
import type { SeenAgent } from "./seen-fleet.ts";

type Verdict = Pick<AgentLook, "wanted" | "verdict" | "errorMessage">;

/** What decides whether an agent can be brought something. */
export type Brought =
  | { readonly is: "configuration" }
  | { readonly is: "package" }
  | { readonly is: "connections"; readonly settings: ConnectionSettings };

/** How an agent stands with what a rollout brings. */
export function lookAtAgent({ row, record }: SeenAgent, content: RolloutContent): AgentLook {
  const { condition, lastError } = row;
  const verdict = verdictOf(record, content);
  const hasLeft = content.is === "connections" && verdict.wanted && leftFor(record);
  return {
    ...{ connected: row.connected || hasLeft, condition, lastError },
    reports: has(record, reporting[content.is]),
    ...verdict,
    ...(hasLeft ? ({ hasLeft, verdict: "applied" } as const) : {}),
  };
}

const reporting = {
  configuration: AgentCapability.ReportsRemoteConfig,
  package: AgentCapability.ReportsPackageStatuses,
  connections: AgentCapability.ReportsConnectionSettingsStatus,
} as const;

function verdictOf(record: KnownAgent, content: RolloutContent): Verdict {
  switch (content.is) {
    case "configuration":
      return configVerdict(record, content.hash);
    case "package":
      return packageVerdict(record, content.name, content.version);
    case "connections":
      return connectionsVerdict(record, content.settings);
  }
}

/** Why an agent gets nothing of a kind just now; undefined: it gets it. `never`: it will not later either. */
export function obstacleOf(
  { row, record }: SeenAgent,
  brought: Brought,
): { readonly why: string; readonly never: boolean } | undefined {
  if (!accepts(record, brought)) {
    return { why: `it does not accept ${broughtText(brought)}`, never: true };
  }
  if (heldBack(record) !== undefined) return { why: "it was not approved", never: true };
  return row.connected ? undefined : { why: "it is away", never: false };
}

/** What is brought, as something that an agent accepts or not. */
export function broughtText({ is }: Brought): string {
  if (is === "configuration") return "remote configuration";
  return is === "package" ? "packages" : "offers of such connections";
}

function accepts(record: KnownAgent, brought: Brought): boolean {
  if (brought.is === "connections") {
    return offerable(brought.settings, record.capabilities) !== undefined;
  }
  const { AcceptsPackages, AcceptsRemoteConfig } = AgentCapability;
  return has(record, brought.is === "package" ? AcceptsPackages : AcceptsRemoteConfig);
}

function configVerdict({ offer, offers }: KnownAgent, hash: string): Verdict {
  const [newest] = offers;
  const wanted = offer !== undefined && Buffer.from(offer.hash).toString("hex") === hash;
  if (!wanted || !sameHash(newest?.hash, offer.hash)) return { wanted, ...silence };
  const { state, errorMessage } = newest ?? { state: "waiting", errorMessage: "" };
  if (state === "applying" || state === "applied" || state === "failed") {
    return { wanted, verdict: state, errorMessage };
  }
  return { wanted, ...silence };
}

function packageVerdict(record: KnownAgent, name: string, version: string): Verdict {
  const offered = record.packagesOffer?.packages.get(name);
  const wanted = offered?.version === version;
  const status = record.packageStatuses?.packages?.get(name);
  if (!wanted || status === undefined) return { wanted, ...silence };
  if (!sameHash(status.serverOfferedHash, offered.hash)) return { wanted, ...silence };
  const errorMessage = status.errorMessage ?? "";
  const word = packageWord(status);
  if (word === "installed") return { wanted, verdict: "applied", errorMessage };
  // One that was offered again after it failed has not been tried before the agent was heard again.
  const heard = record.lastSeenAt >= (record.packagesOffer?.at ?? 0);
  if (word === "failed" && !heard) return { wanted, ...silence };
  if (word === "failed") return { wanted, verdict: "failed", errorMessage };
  return { wanted, verdict: "applying", errorMessage };
}

function connectionsVerdict(record: KnownAgent, wish: ConnectionSettings): Verdict {
  const { settingsOffer, settingsStatus } = record;
  const offered = offeredSettings(record);
  const wanted = settingsOffer !== undefined && isIn(wish, settingsOffer.settings);
  if (!wanted || offered === undefined || !reports(record, offered)) return { wanted, ...silence };
  const { status, errorMessage = "" } = settingsStatus ?? {};
  if (status === ConfigStatus.Applying) return { wanted, verdict: "applying", errorMessage };
  // What was said before it was offered again says nothing of this time.
  if (!settingsOffer.settled) return { wanted, ...silence };
  if (status === ConfigStatus.Applied) return { wanted, verdict: "applied", errorMessage };
  return { wanted, verdict: "failed", errorMessage };
}

/** Whether all of a wish is wanted now; certificates are each agent's own. */
function isIn(wish: ConnectionSettings, settings: ConnectionSettings): boolean {
  const hashOf = (each: ConnectionSettings): Uint8Array =>
    hashOfSettings(withoutCertificate(each) ?? {});
  return sameHash(hashOf(mergeSettings(settings, wish)), hashOf(settings));
}

/** Whether it has said goodbye while or after it took up the address of a server. */
function leftFor(record: KnownAgent): boolean {
  const { link, settingsOffer, settingsStatus } = record;
  const offered = offeredSettings(record);
  if (link.at === "open" || settingsOffer === undefined || offered === undefined) return false;
  const { status } = settingsStatus ?? {};
  const takesUp = status === ConfigStatus.Applying || status === ConfigStatus.Applied;
  const isAddress = (offered.settings.opamp?.destinationEndpoint ?? "") !== "";
  const since = link.why === saidGoodbye && link.since >= settingsOffer.at;
  return isAddress && takesUp && reports(record, offered) && since;
}

const silence = { verdict: "none", errorMessage: "" } as const;
