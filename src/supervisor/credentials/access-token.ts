import type { Instant, WallTime } from "../core/state/time.ts";
import { wallTime } from "../core/state/wall-clock.ts";

/** What an authorization server has handed out. */
export interface AccessToken {
  /** The value of the header Authorization; secret. */
  readonly value: string;
  /** From the first of the two on a newer one is asked for: a machine that sleeps has only the date to see it by. */
  readonly freshUntil: Instant;
  readonly freshUntilDate: WallTime;
  readonly expiresAt: Instant;
}

/** The token in an answer, or what is wrong with it; never quotes the answer. */
type TokenAnswer =
  | { readonly is: "token"; readonly token: AccessToken }
  | { readonly is: "unusable"; readonly why: string };

/** A moment by both clocks. */
export interface Moment {
  readonly at: Instant;
  readonly date: WallTime;
}

/** True while no newer token has to be asked for. */
export function isFresh(
  { freshUntil, freshUntilDate }: AccessToken,
  { at, date }: Moment,
): boolean {
  return at < freshUntil && date.unixMs < freshUntilDate.unixMs;
}

/** Reads the answer of an authorization server (RFC 6749, section 5.1) that came at that moment. */
export function readTokenAnswer(body: string, now: Moment, bufferMs: number): TokenAnswer {
  const answer = jsonMap(body);
  const { access_token: text, token_type: type = "Bearer", expires_in: seconds } = answer;
  if (typeof text !== "string" || text === "") return { is: "unusable", why: "without a token" };
  if (typeof type !== "string" || !/^[\w-]+$/.test(type)) {
    return { is: "unusable", why: "with a token of a type that no header can have" };
  }
  // Written in small letters by most, and expected with a capital one by some.
  const scheme = type.toLowerCase() === "bearer" ? "Bearer" : type;
  return { is: "token", token: { value: `${scheme} ${text}`, ...times(seconds, now, bufferMs) } };
}

// Some servers write the number as text. Without one the token is good until it is refused.
function times(
  seconds: unknown,
  { at, date }: Moment,
  bufferMs: number,
): Omit<AccessToken, "value"> {
  const lifeMs = Number(seconds ?? 0) * 1000;
  if (!(lifeMs > 0)) {
    return { freshUntil: Infinity, freshUntilDate: wallTime(Infinity), expiresAt: Infinity };
  }
  // A token that lives for a minute would else never be fresh.
  const earlyMs = Math.min(bufferMs, lifeMs / 2);
  const freshMs = lifeMs - earlyMs;
  const freshUntilDate = wallTime(date.unixMs + freshMs);
  return { freshUntil: at + freshMs, freshUntilDate, expiresAt: at + lifeMs };
}

/** The error that a refusal names (RFC 6749, section 5.2), with what the server says about it unless a secret is in it. */
export function readTokenError(body: string, secrets: readonly string[]): string | undefined {
  const { error, error_description: description } = jsonMap(body);
  const words = [error, description].filter((each) => typeof each === "string");
  const text = words.join(", ").replaceAll(/\s+/g, " ").slice(0, 300);
  const isSafe = secrets.every((secret) => secret === "" || !words.join().includes(secret));
  return text === "" || !isSafe ? undefined : text;
}

function jsonMap(body: string): Readonly<Record<string, unknown>> {
  try {
    const value = JSON.parse(body) as unknown;
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    // No JSON has none of the keys.
    return {};
  }
}

/** What is asked of an authorization server. */
export interface TokenQuestion {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly scopes: readonly string[];
  readonly endpointParams: ReadonlyMap<string, readonly string[]>;
}

/** Where the credentials of a client stand in a request: every server has to know `header`, some only know `body`. */
export type TokenStyle = "header" | "body";

/** The request for a token (RFC 6749, section 4.4.2). */
export function tokenRequest(
  { clientId, clientSecret, scopes, endpointParams }: TokenQuestion,
  style: TokenStyle,
): { readonly headers: Readonly<Record<string, string>>; readonly body: string } {
  const form = new URLSearchParams({ grant_type: "client_credentials" });
  if (scopes.length > 0) form.set("scope", scopes.join(" "));
  for (const [name, values] of endpointParams) {
    form.delete(name);
    for (const value of values) form.append(name, value);
  }
  if (style === "body") {
    form.set("client_id", clientId);
    form.set("client_secret", clientSecret);
  }
  const type = { "content-type": "application/x-www-form-urlencoded" };
  const pair = `${formEncoded(clientId)}:${formEncoded(clientSecret)}`;
  const basic = { authorization: `Basic ${Buffer.from(pair).toString("base64")}` };
  return { headers: style === "body" ? type : { ...type, ...basic }, body: form.toString() };
}

function formEncoded(text: string): string {
  return new URLSearchParams({ "": text }).toString().slice(1);
}
