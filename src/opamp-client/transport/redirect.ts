/** Where a server that says "elsewhere" sends us, or why we do not go there. */
type Redirect =
  | { readonly is: "followed"; readonly to: string }
  | { readonly is: "refused"; readonly why: string };

/** What the server said. */
export interface SentElsewhere {
  readonly status: number;
  readonly location: string | undefined;
}

/** More in a row are taken for a circle. */
const maxRedirects = 5;

/**
 * The statuses that mean the same request at another address. A 303 asks for a GET, which an upgrade is and a POST is
 * not; after 301 and 302 a POST may stay one, and a GET would be of no use to anybody.
 */
export function isRedirect(status: number, polls: boolean): boolean {
  return [301, 302, 307, 308].includes(status) || (status === 303 && !polls);
}

/** Decides on a redirect: only so many in a row, never from TLS to no TLS, never to another transport. */
export function redirectFrom(from: string, hops: number, sent: SentElsewhere): Redirect {
  if (hops >= maxRedirects) return refused(`more than ${maxRedirects} redirects in a row`);
  const { location = "" } = sent;
  const base = new URL(from);
  const polls = base.protocol.startsWith("http");
  if (location === "" || !URL.canParse(location, asHttp(base).href)) {
    return refused("the redirect names no address that can be read");
  }
  const to = new URL(location, asHttp(base).href);
  if (!(polls ? /^https?:$/ : /^(?:https?|wss?):$/).test(to.protocol)) {
    return refused(`the redirect leads to ${to.protocol}//, which is another way to speak`);
  }
  const secure = /^(?:https|wss):$/;
  if (secure.test(base.protocol) && !secure.test(to.protocol)) {
    return refused("the redirect leads from an encrypted connection to one that is not");
  }
  return { is: "followed", to: cleaned(polls ? to : asWs(to)).href };
}

/** Headers may hold credentials: they are for the server that they were configured for, name and port. */
export function headersFor<T>(
  endpoint: string,
  address: string,
  headers: ReadonlyMap<string, T>,
): ReadonlyMap<string, T> {
  if (endpoint === address) return headers;
  return asHttp(new URL(endpoint)).host === asHttp(new URL(address)).host ? headers : new Map();
}

function refused(why: string): Redirect {
  return { is: "refused", why };
}

function cleaned(url: URL): URL {
  const clean = new URL(url);
  clean.username = "";
  clean.password = "";
  clean.hash = "";
  return clean;
}

function asHttp(url: URL): URL {
  return new URL(url.href.replace(/^ws/, "http"));
}

function asWs(url: URL): URL {
  return new URL(url.href.replace(/^http/, "ws"));
}
