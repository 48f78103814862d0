import type { IncomingMessage } from "node:http";

/** Why a request of the page's port is not served. */
interface PageRefusal {
  readonly status: 403 | 415;
  readonly why: string;
}

const loopbackNames: ReadonlySet<string> = new Set(["localhost", "127.0.0.1", "[::1]"]);

/** Whether an address to listen on is reached from this machine only. */
export function loopbackHost(host: string): boolean {
  return loopbackNames.has(host) || host === "::1";
}

/** What is wrong with an origin that the page is to be reached by; undefined: browsers say just this. */
export function originProblem(text: string): string | undefined {
  const expected =
    "expected an origin as browsers send it, such as https://console.example or https://console.example:8443";
  if (!URL.canParse(text)) return `${expected}, found ${text}`;
  const { protocol, origin, hostname } = new URL(text);
  if (!/^https?:$/.test(protocol)) return `${expected}, found the scheme ${protocol}`;
  if (hostname.includes("*")) return `${expected}, found a pattern: name each origin`;
  // Not all of it is shown: a name and password may be in it.
  return origin === text ? undefined : `${expected}, found another spelling of ${origin}`;
}

/** Whether an origin is of this machine only. */
export function loopbackOrigin(origin: string): boolean {
  return loopbackHost(new URL(origin).hostname);
}

/** What a request is measured by. */
export interface Entrance {
  readonly hasToken: boolean;
  /** Where browsers reach the page beside its own address: at a proxy in front of it. */
  readonly origins: readonly string[];
}

/**
 * Keeps other web sites out. A name that somebody lets point to 127.0.0.1 (DNS rebinding) is not one of ours, and
 * a foreign page can neither send JSON nor hide where it comes from.
 */
export function guard(
  request: IncomingMessage,
  { hasToken, origins }: Entrance,
): PageRefusal | undefined {
  const { host = "", origin } = request.headers;
  // With a token the name does not matter: the cookie of this page belongs to this name.
  if (!hasToken && !loopbackNames.has(host.replace(/:\d+$/, "").toLowerCase())) {
    return { status: 403, why: "expected the Host localhost, 127.0.0.1 or [::1]" };
  }
  if (request.method === "GET" || request.method === "HEAD") return undefined;
  const site = request.headers["sec-fetch-site"];
  const ours = origin === undefined || origin === `http://${host}` || origins.includes(origin);
  if (!ours || (site !== undefined && site !== "same-origin" && site !== "none")) {
    return { status: 403, why: "expected a request from this page, found one from another site" };
  }
  const type = request.headers["content-type"]?.split(";")[0]?.trim().toLowerCase();
  // A page of another site can send neither without asking first, and it is never told yes.
  if (type === "application/json" || type === "application/yaml") return undefined;
  if (request.method === "DELETE" && type === undefined) return undefined;
  return { status: 415, why: "expected Content-Type application/json" };
}
