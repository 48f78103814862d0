import {
  type Deliveries,
  wantPackage,
  wantPackageOfAll,
  type PackageWish,
} from "../fleet/fleet-packages.ts";
import type { Delivery, Fleet, FleetNews, Push } from "../fleet/fleet-state.ts";
import type { Shelf } from "../shelf/shelf.ts";
import { offeredPackage, type ShelfSite } from "../shelf/shelf-offer.ts";

/** What people want of agents' packages. */
export interface PackageWishes {
  /** Offers a version from the folder to one agent; without a version the package is offered no longer. */
  offerPackage(uid: string, name: string, version: string | undefined): Delivery;
  /** The same for each agent that accepts packages; what became of it, in numbers of agents. */
  offerPackageToAll(name: string, version: string | undefined): Deliveries | Refused;
}

type Refused = Extract<Delivery, { is: "refused" }>;

/** How wishes are carried out: `learn` has them on the disk when it is over. */
interface Means {
  readonly current: () => Fleet;
  readonly learn: (news: FleetNews) => void;
  readonly send: (push: Push) => boolean;
  readonly now: () => number;
}

/** Carries wishes out with what the folder holds at that moment. */
export function packageWishes(
  { current, learn, send, now }: Means,
  shelf: Shelf | undefined,
  site: ShelfSite,
): PackageWishes {
  const closed = { is: "waiting", why: "the connection closed just now" } as const;
  const wishOf = (name: string, version: string | undefined): PackageWish | Refused => {
    if (version === undefined) return { is: "withdraw", name };
    const item = shelf?.find(name, version);
    if (item !== undefined) return { is: "offer", offered: offeredPackage(item, site) };
    const what = name === "" ? `version ${version}` : `version ${version} of ${name}`;
    const where =
      shelf === undefined ? "the server was started without --packages" : "it is not in the folder";
    return { is: "refused", why: `there is no ${what}: ${where}` };
  };
  return {
    offerPackage: (uid, name, version) => {
      const wish = wishOf(name, version);
      if (wish.is === "refused") return wish;
      const { news, push, delivery } = wantPackage(current(), uid, wish, now());
      learn(news);
      return push === undefined || send(push) ? delivery : closed;
    },
    offerPackageToAll: (name, version) => {
      const wish = wishOf(name, version);
      if (wish.is === "refused") return wish;
      const { news, pushes, deliveries } = wantPackageOfAll(current(), wish, now());
      learn(news);
      const lost = pushes.filter((push) => !send(push)).length;
      const { pushed, waiting } = deliveries;
      return { ...deliveries, pushed: pushed - lost, waiting: waiting + lost };
    },
  };
}
