import type { Authority } from "./connections/authority.ts";
import { type ConnectionSettings, withCertificate } from "./connections/connection-settings.ts";
import { askFullState, askLayers, forget, sendMessage, withdraw } from "./fleet/fleet-asks.ts";
import { offerConnections, revokeCertificate } from "./fleet/fleet-connections.ts";
import { approve, turnAway } from "./fleet/guests.ts";
import type { Asking, Delivery, FleetNews, Push } from "./fleet/fleet-state.ts";
import { type OfferAbout, offerConfig, restart } from "./fleet/fleet.ts";
import { logUnsent } from "./fleet/offer-log.ts";
import { type ConfigFiles, hashOf } from "./fleet/remote-config.ts";
import { type OfferedConfig, filesOfOffer, oversizeOf } from "./fleet/offered-config.ts";
import type { KeptFleet } from "./kept/kept-fleet.ts";
import { logsWish, type LogsPlace } from "./logs/logs-wish.ts";
import type { OpampEndpoint } from "./opamp/opamp-endpoint.ts";
import { packageWishes, type PackageWishes } from "./page-api/package-wishes.ts";
import type { Shelf } from "./shelf/shelf.ts";
import type { CustomMessageBody, WithdrawBody } from "./shapes/api-shapes.ts";

/** What people ask of agents. */
export interface AgentWishes extends PackageWishes {
  offerConfig(uid: string, config: OfferedConfig, about?: OfferAbout): Delivery;
  /** `newCertificate`: with a client certificate for the connection to a server, and its key, made just now. */
  offerConnections(uid: string, wish: ConnectionSettings, newCertificate?: boolean): Delivery;
  /** Has an agent send its log lines to this server, or nowhere any more. */
  offerLogs(uid: string, here: boolean): Delivery;
  /** Keeps the certificate that the agent has shown last from letting anybody in. */
  revokeCertificate(uid: string): Delivery;
  restartAgent(uid: string): Delivery;
  /** Refused while it is connected. */
  forgetAgent(uid: string): Delivery;
  withdraw(uid: string, what: WithdrawBody["what"]): Delivery;
  askFullState(uid: string): Delivery;
  /** Lets an agent in that has come without credentials, and offers them to it; with `from` only while it is there. */
  approveAgent(uid: string, from?: string): Delivery;
  turnAwayAgent(uid: string): Delivery;
  /** Asks which layer set each value of its configuration. */
  askLayers(uid: string): Delivery;
  sendMessage(uid: string, message: CustomMessageBody): Delivery;
  /** Wishes for many agents: all that `act` wishes is written at once, and sent after that. */
  together(act: () => void): void;
}

const mostShared = 20;

interface WishLimits {
  readonly now: () => number;
  readonly maxMessageBytes: number;
  readonly authorization: string | undefined;
  /** Puts on the disk what is about to be said. */
  readonly flush: () => void;
  readonly logsPlace: LogsPlace;
}

/** What people ask of agents, carried out at once where an agent can be reached. */
export function createWishes(
  kept: KeptFleet,
  endpoint: OpampEndpoint,
  authority: Authority,
  shelf: Shelf | undefined,
  { now, maxMessageBytes, authorization, flush, logsPlace }: WishLimits,
): AgentWishes {
  const site = { origin: endpoint.origin, authorization };
  const batch = gatherWishes(flush);
  const send = (push: Push, lost: () => void = () => undefined): boolean =>
    batch.say(() => {
      const isSent = endpoint.send(push.connectionId, push.message);
      if (!isSent) lost();
      return isSent;
    });
  // Whoever asked is answered next, also where the agent is away.
  const learn = (news: FleetNews): void => {
    kept.learn(news);
    batch.keep();
  };
  const deliver = ({ news, push, delivery, expels }: Asking): Delivery => {
    learn(news);
    if (expels !== undefined) endpoint.expel(expels.connectionId, expels.why);
    const lost = (): void => {
      if (push?.message.remoteConfig === undefined) return;
      kept.learn({ records: (news.records ?? []).map(logUnsent) });
    };
    if (push === undefined || send(push, lost)) return delivery;
    return { is: "waiting", why: "the connection closed just now" };
  };
  const fleet = kept.current();
  const shared = shareFiles();
  return {
    ...packageWishes({ current: () => fleet, learn, send, now }, shelf, site),
    offerConfig: (uid, config, about) => {
      const files = shared(filesOfOffer(config));
      const why = oversizeOf(files, maxMessageBytes);
      if (why !== undefined) return { is: "refused", why };
      return deliver(offerConfig(fleet, uid, files, now(), about));
    },
    offerConnections: (uid, wish, newCertificate) => {
      const settings = newCertificate === true ? withIssued(authority, uid, wish, now()) : wish;
      return deliver(offerConnections(fleet, uid, settings, now()));
    },
    offerLogs: (uid, here) =>
      deliver(offerConnections(fleet, uid, logsWish(uid, here ? logsPlace : undefined), now())),
    revokeCertificate: (uid) => deliver(revokeCertificate(fleet, uid, now())),
    restartAgent: (uid) => deliver(restart(fleet, uid, now())),
    forgetAgent: (uid) => deliver(forget(fleet, uid)),
    withdraw: (uid, what) => deliver(withdraw(fleet, uid, what, now())),
    approveAgent: (uid, from) => deliver(approve(fleet, uid, { authorization, from }, now())),
    turnAwayAgent: (uid) => deliver(turnAway(fleet, uid, now())),
    askFullState: (uid) => deliver(askFullState(fleet, uid)),
    askLayers: (uid) => deliver(askLayers(fleet, uid)),
    sendMessage: (uid, { capability, type, data }) =>
      deliver(sendMessage(fleet, uid, { capability, type, data: Buffer.from(data) }, now())),
    together: batch.together,
  };
}

interface GatheredWishes {
  /** What was learned is on the disk, now or at the end of the batch. */
  readonly keep: () => void;
  /** Says something now, or after that; in a batch it counts as said. */
  readonly say: (send: () => boolean) => boolean;
  readonly together: (act: () => void) => void;
}

/** A write for each of many agents would take longer than all else that is done for them. */
function gatherWishes(flush: () => void): GatheredWishes {
  let waiting: (() => boolean)[] | undefined;
  return {
    keep: () => {
      if (waiting === undefined) flush();
    },
    say: (send) => {
      if (waiting === undefined) return send();
      waiting.push(send);
      return true;
    },
    together: (act) => {
      if (waiting !== undefined) return act();
      const sends: (() => boolean)[] = [];
      waiting = sends;
      try {
        act();
      } finally {
        waiting = undefined;
        flush();
        for (const send of sends) send();
      }
    },
  };
}

/** One copy of what many agents are offered, of the newest few; whoever is offered something is offered its equals. */
function shareFiles(): (files: ConfigFiles) => ConfigFiles {
  const known = new Map<string, ConfigFiles>();
  return (files) => {
    const key = Buffer.from(hashOf(files)).toString("hex");
    const found = known.get(key) ?? files;
    known.delete(key);
    known.set(key, found);
    const [oldest] = known.keys();
    if (known.size > mostShared && oldest !== undefined) known.delete(oldest);
    return found;
  };
}

function withIssued(
  authority: Authority,
  uid: string,
  wish: ConnectionSettings,
  now: number,
): ConnectionSettings {
  const { cert, key } = authority.issue(uid, now);
  const certificate = { cert: Buffer.from(cert), privateKey: Buffer.from(key) };
  return withCertificate(wish, { ...certificate, caCert: Buffer.from(authority.cert) });
}
