import {
  type ConnectionOffers,
  type CertificateInForce,
  type CertificateRequest,
  type FormerServer,
  type ServerSettingsInForce,
  noConnectionOffers,
} from "../state/offers.ts";
import type { CoreSettings } from "../state/core-settings.ts";
import type { Instant } from "../state/time.ts";
import { type WallClock, shownAt, wallTime, whenShown } from "../state/wall-clock.ts";

/** What is kept of offers of connections; times in ms since 1970, because a life has no instant in common with the next. */
export interface OffersRecord extends Pick<
  ConnectionOffers,
  "last" | "status" | "underWay" | "writtenEndpoint"
> {
  readonly server: ServerRecord | undefined;
  readonly former: FormerRecord | undefined;
  /** With its key, until it is answered. */
  readonly request: CertificateRequest;
}

/** Settings for the connection to the server. */
interface ServerRecord extends Omit<ServerSettingsInForce, "certificate"> {
  readonly certificate: CertificateRecord | undefined;
}

interface CertificateRecord extends Omit<CertificateInForce, "validFrom" | "expiresAt"> {
  readonly validFrom: number;
  readonly expiresAt: number;
}

interface FormerRecord extends Pick<FormerServer, "why"> {
  readonly settings: ServerRecord | undefined;
  readonly until: number;
  readonly lostSince: number | undefined;
}

/** The moment at which a life takes up what an earlier one has left. */
export interface Resumption extends Pick<CoreSettings, "offerTrialMs" | "offerLostMs"> {
  readonly at: Instant;
  readonly clock: WallClock;
  /** No wait that an earlier life has begun takes longer than this. */
  readonly longestMs: number;
}

/** The part of the offers that the disk keeps. */
export function offersRecord(offers: ConnectionOffers, clock: WallClock): OffersRecord {
  const { last, status, server, former, request, writtenEndpoint } = offers;
  const underWay = offers.underWay ?? offers.unfinished;
  const kept = { last, status, underWay, request, writtenEndpoint };
  return { ...kept, server: serverRecord(server), former: formerRecord(former, clock) };
}

function serverRecord(settings: ServerSettingsInForce | undefined): ServerRecord | undefined {
  if (settings?.certificate === undefined) return settings as ServerRecord | undefined;
  const { validFrom, expiresAt } = settings.certificate;
  const times = { validFrom: validFrom.unixMs, expiresAt: expiresAt.unixMs };
  return { ...settings, certificate: { ...settings.certificate, ...times } };
}

function formerRecord(
  former: FormerServer | undefined,
  clock: WallClock,
): FormerRecord | undefined {
  if (former === undefined) return undefined;
  const { settings, until, lostSince, why } = former;
  const lost = lostSince === undefined ? undefined : shownAt(clock, lostSince).unixMs;
  return {
    settings: serverRecord(settings),
    until: shownAt(clock, until).unixMs,
    lostSince: lost,
    why,
  };
}

/** The connection of a new life is made with what is in force. */
export function restoredOffers(
  kept: OffersRecord | undefined,
  resumption: Resumption,
): ConnectionOffers {
  if (kept === undefined) return noConnectionOffers;
  const { last, status, underWay, request, writtenEndpoint } = kept;
  const unsent: CertificateRequest =
    request.at === "waiting" ? { ...request, sent: false } : { at: "none", notBefore: 0 };
  const server = serverOf(kept.server);
  const former = formerOf(kept.former, resumption);
  const known = { last, status, server, former, request: unsent, writtenEndpoint };
  return { ...noConnectionOffers, ...known, unfinished: underWay, connectedWith: server };
}

function serverOf(kept: ServerRecord | undefined): ServerSettingsInForce | undefined {
  if (kept?.certificate === undefined) return kept as ServerSettingsInForce | undefined;
  const { validFrom, expiresAt } = kept.certificate;
  const times = { validFrom: wallTime(validFrom), expiresAt: wallTime(expiresAt) };
  return { ...kept, certificate: { ...kept.certificate, ...times } };
}

/**
 * The clock may have been set since, and the machine may have been off for long: what is left of the trial is never
 * more than all of it, and always enough to see whether the new server is there.
 */
function formerOf(
  kept: FormerRecord | undefined,
  { at, clock, offerTrialMs, offerLostMs }: Resumption,
): FormerServer | undefined {
  if (kept === undefined) return undefined;
  const { settings, until, lostSince, why } = kept;
  const leftMs = whenShown(clock, wallTime(until)) - at;
  const left = between(Math.min(2 * offerLostMs, offerTrialMs), leftMs, offerTrialMs);
  const lost =
    lostSince === undefined
      ? undefined
      : at - between(0, at - whenShown(clock, wallTime(lostSince)), offerLostMs);
  return { settings: serverOf(settings), until: at + left, lostSince: lost, why };
}

/** The value, or the bound that it passes; the upper one where it is no number. */
function between(least: number, value: number, most: number): number {
  return Number.isNaN(value) ? most : Math.max(least, Math.min(value, most));
}
