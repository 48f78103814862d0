import { AgentCapability } from "../../opamp-client/wire/messages.ts";
import { has, type KnownAgent } from "../fleet/known-agent.ts";
import { packageWord } from "../shelf/package-word.ts";
import { sameHash } from "../fleet/remote-config.ts";
import type { AgentLook, RolloutContent } from "../rollout/staged-rollout.ts";
import type { SeenAgent } from "./seen-fleet.ts";

type Verdict = Pick<AgentLook, "wanted" | "verdict" | "errorMessage">;

/** How an agent stands with what a rollout brings. */
export function lookAtAgent({ row, record }: SeenAgent, content: RolloutContent): AgentLook {
  const isConfiguration = content.is === "configuration";
  return {
    connected: row.connected,
    condition: row.condition,
    lastError: row.lastError,
    reports: has(
      record,
      isConfiguration
        ? AgentCapability.ReportsRemoteConfig
        : AgentCapability.ReportsPackageStatuses,
    ),
    ...(isConfiguration
      ? configVerdict(record, content.hash)
      : packageVerdict(record, content.name, content.version)),
  };
}

/** Why an agent gets nothing of a kind just now; undefined: it gets it. `never`: it will not later either. */
export function obstacleOf(
  { row, record }: SeenAgent,
  is: RolloutContent["is"],
): { readonly why: string; readonly never: boolean } | undefined {
  const accepts =
    is === "configuration" ? AgentCapability.AcceptsRemoteConfig : AgentCapability.AcceptsPackages;
  if (!has(record, accepts)) {
    const what = is === "configuration" ? "remote configuration" : "packages";
    return { why: `it does not accept ${what}`, never: true };
  }
  return row.connected ? undefined : { why: "it is away", never: false };
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

const silence = { verdict: "none", errorMessage: "" } as const;
