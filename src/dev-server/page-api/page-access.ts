import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { countedPlace, type IsProxy } from "./counted-place.ts";

/** Who may use the API. */
export interface PageAccess {
  /** Undefined: this request may go on. */
  refusal(request: IncomingMessage): AccessRefusal | undefined;
  /** The cookie for whoever knows the token; undefined: it is another one. */
  cookieFor(token: string): string | undefined;
  /** Too many wrong tokens have come from there lately. */
  isSlowed(request: IncomingMessage): boolean;
  /** A wrong token came from there. */
  noteFailure(request: IncomingMessage): void;
}

/** Why a request goes no further. */
export interface AccessRefusal {
  readonly status: 401 | 429;
  readonly why: string;
}

/** What ends the session of a browser. */
export const endOfCookie = "console=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0";

const windowMs = 60_000;
const mostFailures = 10;
/** So many places are remembered; the oldest goes. */
const mostPlaces = 1000;

/** Lets in whoever sends the token as a bearer, or the cookie that it was exchanged for. */
export function createAccess(token: string, isProxy: IsProxy, nowMs: () => number): PageAccess {
  // Not the token itself, and the same after a restart: who has it goes on.
  const session = createHmac("sha256", token).update("session of the console").digest("hex");
  const failures = new Map<string, { readonly since: number; readonly count: number }>();
  const recent = (place: string): { readonly since: number; readonly count: number } => {
    const found = failures.get(place);
    return found !== undefined && nowMs() - found.since < windowMs
      ? found
      : { since: nowMs(), count: 0 };
  };
  const placeOf = ({ socket, headers }: IncomingMessage): string =>
    countedPlace(socket.remoteAddress, headers["x-forwarded-for"]?.toString(), isProxy);
  const isSlowed = (request: IncomingMessage): boolean =>
    recent(placeOf(request)).count >= mostFailures;
  const noteFailure = (request: IncomingMessage): void => {
    const place = placeOf(request);
    const { since, count } = recent(place);
    failures.delete(place);
    failures.set(place, { since, count: count + 1 });
    const [oldest] = failures.keys();
    if (failures.size > mostPlaces && oldest !== undefined) failures.delete(oldest);
  };
  return {
    isSlowed,
    noteFailure,
    cookieFor: (given) =>
      isSame(given, token)
        ? `console=${session}; Path=/; HttpOnly; SameSite=Strict; Max-Age=2592000`
        : undefined,
    refusal: (request) => {
      if (isSlowed(request)) return slowed;
      const bearer = bearerOf(request);
      const cookie = cookieOf(request);
      if (bearer !== undefined && isSame(bearer, token)) return undefined;
      if (cookie !== undefined && isSame(cookie, session)) return undefined;
      if (bearer !== undefined || cookie !== undefined) noteFailure(request);
      const why = "expected Authorization: Bearer with the token, or a session (POST /api/login)";
      return { status: 401, why };
    },
  };
}

/** What is said to a place from which too many wrong tokens have come. */
export const slowed: AccessRefusal = {
  status: 429,
  why: "too many wrong tokens came from this address: wait for a minute",
};

/** In the same time whatever they are, and of whatever length. */
function isSame(a: string, b: string): boolean {
  const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}

function bearerOf({ headers }: IncomingMessage): string | undefined {
  return /^Bearer +(\S+) *$/i.exec(headers.authorization ?? "")?.[1];
}

function cookieOf({ headers }: IncomingMessage): string | undefined {
  const cookies = (headers.cookie ?? "").split(";").map((each) => each.trim());
  return cookies.find((each) => each.startsWith("console="))?.slice("console=".length);
}
