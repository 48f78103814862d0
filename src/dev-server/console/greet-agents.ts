import { AgentCapability } from "../../opamp-client/wire/messages.ts";
import type { OfferAbout } from "../fleet/fleet.ts";
import { has, heldBack, type KnownAgent } from "../fleet/known-agent.ts";
import type { KeptNews } from "../kept/kept-fleet.ts";
import { firstConfigurationFor } from "../library/group-of.ts";
import type { Library } from "../library/library.ts";
import type { SeenFleet } from "./seen-fleet.ts";

/** What new agents are greeted with. */
interface Greeting {
  readonly fleet: SeenFleet;
  readonly library: () => Library;
  readonly isUnproven: (name: string, version: number) => boolean;
  offerConfig(uid: string, files: ReadonlyMap<string, string>, about: OfferAbout): void;
  /** Whether new agents are asked to send their log lines here. */
  readonly takesLogs: boolean;
  offerLogs(uid: string, here: boolean): void;
  /** Has what `act` offers written at once. */
  together(act: () => void): void;
}

/** Offers each new agent what its group has for it, and asks for its log lines where they are wanted, once, as soon as it has said who it is. */
export interface Greeter {
  heed(news: KeptNews): void;
  close(): void;
}

/** Greets the agents that are not known yet. */
export function greetAgents(greeting: Greeting): Greeter {
  const known = new Set<string>();
  const waiting = new Set<string>();
  let next: NodeJS.Immediate | undefined;
  for (const { record } of greeting.fleet.all()) if (isKnown(record)) known.add(record.uid);
  const greetAll = (): void => {
    next = undefined;
    const uids = [...waiting];
    waiting.clear();
    greeting.together(() => {
      for (const uid of uids) greet(greeting, uid);
    });
  };
  return {
    heed: ({ records = [], forgotten = [] }) => {
      for (const record of records) {
        if (known.has(record.uid) || !isKnown(record)) continue;
        known.add(record.uid);
        waiting.add(record.uid);
      }
      for (const uid of forgotten) known.delete(uid);
      // Its message is answered first.
      if (waiting.size > 0) next ??= setImmediate(greetAll);
    },
    close: () => {
      clearImmediate(next);
    },
  };
}

function greet(greeting: Greeting, uid: string): void {
  askForLogs(greeting, uid);
  const agent = greeting.fleet.one(uid);
  if (agent === undefined || agent.record.offers.length > 0) return;
  if (!has(agent.record, AgentCapability.AcceptsRemoteConfig)) return;
  const first = firstConfigurationFor(greeting.library(), agent.row, greeting.isUnproven);
  if (first === undefined) return;
  const { group, configuration: name, version } = first;
  const texts = new Map(version.files.map(({ name: file, text }) => [file, text]));
  const why = `first connection, group ${group}`;
  greeting.offerConfig(uid, texts, { configuration: { name, version: version.version }, why });
}

/** What a person has said of its connections stands. */
function askForLogs(greeting: Greeting, uid: string): void {
  const record = greeting.fleet.one(uid)?.record;
  if (!greeting.takesLogs || record === undefined || record.settingsOffer !== undefined) return;
  if (has(record, AgentCapability.ReportsOwnLogs)) greeting.offerLogs(uid, true);
}

/** One that was asked for all that it can report has not said who it is yet, and one that waits to be approved gets nothing. */
function isKnown(record: KnownAgent): boolean {
  return record.description !== undefined && heldBack(record) === undefined;
}
