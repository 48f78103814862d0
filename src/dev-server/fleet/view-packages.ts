import { AgentCapability, type PackageStatus } from "../../opamp-client/wire/messages.ts";
import type { OfferedPackage } from "../shelf/shelf-offer.ts";
import type { ShelfKind } from "../shelf/shelf-item.ts";
import { has, type KnownAgent } from "./known-agent.ts";
import { packageWord, type PackageWord } from "../shelf/package-word.ts";
import { hasTakenUp } from "./packages-due.ts";
import { sameHash } from "./remote-config.ts";

/** What is known of an agent's packages. */
export interface PackagesView {
  /** Whether it takes offers at all. */
  readonly accepts: boolean;
  /** What is offered to it, and whether it says that it has taken this up; undefined: nothing was chosen. */
  readonly offer:
    { readonly hash: string; readonly at: number; readonly taken: boolean } | undefined;
  /** What the agent says of all packages together. */
  readonly errorMessage: string;
  /** Those that are offered or reported, in order of their names. */
  readonly packages: readonly PackageView[];
}

/** One package of an agent; empty texts where nothing is known. */
export interface PackageView {
  readonly name: string;
  readonly kind: ShelfKind | undefined;
  readonly had: string;
  /** The version that this server offers now. */
  readonly offered: string;
  readonly sha256: string;
  /** What the agent says of this very offer, or of its own where nothing is offered. */
  readonly state: PackageWord;
  readonly errorMessage: string;
  /** Only while it downloads, and only where it is known. */
  readonly percent?: number;
  readonly bytesPerSecond?: number;
}

/** All about an agent's packages, as plain values. */
export function viewPackages(record: KnownAgent): PackagesView {
  const { packagesOffer: offer, packageStatuses: statuses } = record;
  const names = new Set([...(offer?.packages.keys() ?? []), ...(statuses?.packages?.keys() ?? [])]);
  return {
    accepts: has(record, AgentCapability.AcceptsPackages),
    offer:
      offer === undefined
        ? undefined
        : {
            hash: Buffer.from(offer.hash).toString("hex"),
            at: offer.at,
            taken: hasTakenUp(record),
          },
    errorMessage: statuses?.errorMessage ?? "",
    packages: [...names].sort().map((name) => {
      return viewPackage(name, offer?.packages.get(name), statuses?.packages?.get(name));
    }),
  };
}

function viewPackage(
  name: string,
  offered: OfferedPackage | undefined,
  status: PackageStatus | undefined,
): PackageView {
  const about =
    offered === undefined || sameHash(status?.serverOfferedHash, offered.hash) ? status : undefined;
  const state = about === undefined ? "waiting" : packageWord(about);
  return {
    name,
    kind: offered?.kind,
    had: status?.agentHasVersion ?? "",
    offered: offered?.version ?? "",
    sha256: offered?.sha256 ?? "",
    state,
    errorMessage: about?.errorMessage ?? "",
    ...(state === "downloading" ? progressOf(about) : {}),
  };
}

/** What an agent sends may be any number. */
function progressOf(
  status: PackageStatus | undefined,
): Pick<PackageView, "percent" | "bytesPerSecond"> {
  const { downloadPercent: percent = 0, downloadBytesPerSecond: speed = 0 } =
    status?.downloadDetails ?? {};
  return {
    ...(percent > 0 && Number.isFinite(percent) ? { percent: Math.min(100, percent) } : {}),
    ...(speed > 0 && Number.isFinite(speed) ? { bytesPerSecond: speed } : {}),
  };
}
