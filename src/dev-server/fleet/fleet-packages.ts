import { AgentCapability, type ServerToAgent } from "../../opamp-client/wire/messages.ts";
import { type OfferedPackage, packagesAvailable } from "../shelf/shelf-offer.ts";
import {
  type Asking,
  type Delivery,
  type Fleet,
  obstacle,
  type Push,
  unknownAgent,
  keeping,
  type FleetNews,
} from "./fleet-state.ts";
import { has, type KnownAgent, remember } from "./known-agent.ts";
import { packageTitle, packageWord } from "../shelf/package-word.ts";
import { forgetSent, hasTakenUp, noteSent } from "./packages-due.ts";
import { serverCapabilities } from "./reply.ts";

/** What somebody wants of one package of an agent. */
export type PackageWish =
  | { readonly is: "offer"; readonly offered: OfferedPackage }
  | { readonly is: "withdraw"; readonly name: string };

/** How many agents a wish came to what with. */
export type Deliveries = Readonly<Record<Delivery["is"], number>>;

interface Wished {
  readonly record: KnownAgent;
  readonly delivery: Delivery;
  readonly message?: ServerToAgent;
}

/** Wants one agent to have a version of a package, or no longer to have it; all others stay as they were wanted. */
export function wantPackage(fleet: Fleet, uid: string, wish: PackageWish, now: number): Asking {
  const record = fleet.agents.get(uid);
  if (record === undefined) return unknownAgent(uid);
  const wished = wishFor(record, wish, now);
  const kept = keeping(wished.record, wished.delivery);
  const push = pushOf(wished);
  return push === undefined ? kept : { ...kept, push };
}

/** The same of each agent that accepts packages, whether it is connected or not. */
export function wantPackageOfAll(
  fleet: Fleet,
  wish: PackageWish,
  now: number,
): { readonly news: FleetNews; readonly pushes: readonly Push[]; readonly deliveries: Deliveries } {
  const asked = [...fleet.agents.values()].filter((record) => concerns(record, wish));
  const wished = asked.map((record) => wishFor(record, wish, now));
  const count = (is: Delivery["is"]): number =>
    wished.filter(({ delivery }) => delivery.is === is).length;
  return {
    news: { records: wished.map(({ record }) => record) },
    pushes: wished.flatMap((each) => pushOf(each) ?? []),
    deliveries: {
      pushed: count("pushed"),
      waiting: count("waiting"),
      unchanged: count("unchanged"),
      refused: count("refused"),
    },
  };
}

function concerns(record: KnownAgent, wish: PackageWish): boolean {
  if (wish.is === "withdraw") return record.packagesOffer?.packages.has(wish.name) === true;
  return has(record, AgentCapability.AcceptsPackages);
}

function wishFor(record: KnownAgent, wish: PackageWish, now: number): Wished {
  const why = refusalOf(record, wish);
  if (why !== undefined) return { record, delivery: { is: "refused", why } };
  const packages = packagesAfter(record, wish);
  const { allPackagesHash: hash, ...available } = packagesAvailable(packages);
  const offer = { packages, available: { ...available, allPackagesHash: hash }, hash, at: now };
  const wanted = { ...record, packagesOffer: offer };
  if (hasTakenUp(wanted) && !hasFailed(record, wish)) {
    const unchanged = { is: "unchanged", why: "the agent has this offer" } as const;
    return { record: wanted, delivery: unchanged };
  }
  const saved = remember(wanted, [{ at: now, kind: "offer", text: textOf(wish) }]);
  const blocked = obstacle(record, AgentCapability.AcceptsPackages, "packages");
  if (blocked !== undefined) return { record: saved, delivery: { is: "waiting", why: blocked } };
  return {
    record: noteSent(forgetSent(saved)),
    delivery: { is: "pushed" },
    message: {
      instanceUid: record.instanceUid,
      capabilities: serverCapabilities,
      packagesAvailable: offer.available,
    },
  };
}

function refusalOf({ packagesOffer }: KnownAgent, wish: PackageWish): string | undefined {
  if (wish.is === "withdraw") {
    if (packagesOffer?.packages.has(wish.name) === true) return undefined;
    return "this package is not offered to the agent";
  }
  const { offered } = wish;
  if (offered.kind === "addon") return undefined;
  const programs = [...(packagesOffer?.packages.values() ?? [])].filter(
    ({ kind, name }) => kind === "program" && name !== offered.name,
  );
  const [other] = programs;
  if (other === undefined) return undefined;
  const named = other.name === "" ? "the one without a name" : other.name;
  return `an agent has one program, and ${named} is offered: withdraw it first`;
}

function packagesAfter(
  { packagesOffer }: KnownAgent,
  wish: PackageWish,
): ReadonlyMap<string, OfferedPackage> {
  const packages = new Map(packagesOffer?.packages);
  if (wish.is === "withdraw") packages.delete(wish.name);
  else packages.set(wish.offered.name, wish.offered);
  return packages;
}

/** Somebody who offers again what has failed wants it tried again. */
function hasFailed({ packageStatuses }: KnownAgent, wish: PackageWish): boolean {
  const name = wish.is === "withdraw" ? wish.name : wish.offered.name;
  const status = packageStatuses?.packages?.get(name);
  return status !== undefined && packageWord(status) === "failed";
}

function pushOf({ record, message }: Wished): Push | undefined {
  if (message === undefined || record.link.at === "closed") return undefined;
  return { connectionId: record.link.connection.id, message };
}

function textOf(wish: PackageWish): string {
  if (wish.is === "withdraw") return `${packageTitle(wish.name)} withdrawn`;
  return `${packageTitle(wish.offered.name)} ${wish.offered.version} offered`;
}
