import type { ConnectionSettings } from "../connections/connection-settings.ts";
import type { Delivery } from "../fleet/fleet-state.ts";
import type { OfferAbout } from "../fleet/fleet.ts";
import type { KeptFleet, KeptNews } from "../kept/kept-fleet.ts";
import type { ListName, Pictures, Target } from "../shapes/api-shapes.ts";
import type { SharedComponents } from "../shapes/component-shapes.ts";
import { gatherPictures } from "./gather-pictures.ts";
import { greetAgents } from "./greet-agents.ts";
import { holdLibrary, type HeldLibrary } from "./hold-library.ts";
import type { RecordStore } from "./record-store.ts";
import { runRollouts, type Rollouts } from "./run-rollouts.ts";
import { seeFleet, type Outcome } from "./seen-fleet.ts";
import { sharedComponents } from "./shared-components.ts";

/** What the console acts with. */
interface ConsoleHands {
  readonly kept: KeptFleet;
  readonly store: RecordStore;
  readonly now: () => number;
  readonly hasPackage: (name: string, version: string) => boolean;
  offerConfig(uid: string, files: ReadonlyMap<string, string>, about: OfferAbout): Delivery;
  offerPackage(uid: string, name: string, version: string): Delivery;
  offerConnections(uid: string, wish: ConnectionSettings, newCertificate: boolean): Delivery;
  offerLogs(uid: string, here: boolean): Delivery;
  together(act: () => void): void;
  /** Asks new agents to send their log lines here. */
  readonly takesLogs: boolean;
}

/** What a server has for its fleet as a whole. */
export interface Console {
  readonly library: HeldLibrary;
  readonly rollouts: Rollouts;
  pictures(): Pictures;
  components(to: Target): Outcome<SharedComponents>;
  close(): void;
}

/** Watches a fleet and acts on it until it is closed. */
export function createConsole(hands: ConsoleHands): Console {
  const { kept, store, now } = hands;
  const fleet = seeFleet(kept.current());
  const changed = (list: ListName): void => kept.tell(list);
  const library = holdLibrary({ fleet, store, now, changed });
  const rollouts = runRollouts({
    ...{ fleet, store, now, changed },
    planning: () => ({ fleet, library: library.current(), hasPackage: hands.hasPackage }),
    offerConfig: (uid, files, about) => hands.offerConfig(uid, files, about),
    offerPackage: (uid, name, version) => hands.offerPackage(uid, name, version),
    offerConnections: (uid, wish, newCertificate) =>
      hands.offerConnections(uid, wish, newCertificate),
    together: (act) => hands.together(act),
  });
  const greeter = greetAgents({
    fleet,
    library: () => library.current(),
    isUnproven: (name, version) => rollouts.isUnproven(name, version),
    takesLogs: hands.takesLogs,
    offerLogs: (uid, here) => hands.offerLogs(uid, here),
    offerConfig: (uid, files, about) => hands.offerConfig(uid, files, about),
    together: (act) => hands.together(act),
  });
  const book = gatherPictures({ fleet, counts: kept.counts, now, store });
  const heed = (news: KeptNews): void => {
    for (const part of [book, rollouts, greeter]) part.heed(news);
  };
  kept.listeners.add(heed);
  return {
    library,
    rollouts,
    pictures: () => book.pictures(),
    components: (to) => sharedComponents(fleet, library.current(), to),
    close: () => {
      kept.listeners.delete(heed);
      for (const part of [book, rollouts, greeter]) part.close();
    },
  };
}
