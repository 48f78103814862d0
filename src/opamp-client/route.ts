import type {
  FilledOptions,
  AttemptOptions,
  TransportOptions,
  LinkPolicy,
} from "./transport/client-options.ts";
import { type Link, type LinkEvent, closedLink, changeLink } from "./link.ts";
import { headersFor } from "./transport/redirect.ts";

/** The endpoints in their order, how the link to each of them is, and which one is in use. */
export interface Route {
  readonly endpoints: readonly string[];
  /** One for each endpoint. */
  readonly links: readonly Link[];
  /** The one in use, or the one that was tried last. */
  readonly at: number;
  /** Where the endpoint in use sends us on to; holds as long as nothing fails. */
  readonly sentTo: string | undefined;
  /** Redirects since an answer was accepted. */
  readonly hops: number;
  /** How often we went back to the first endpoint and it was not there. */
  readonly returns: number;
}

/** What happened to the link, or: the server sent us on, or we go back to the first endpoint. */
export type RouteEvent =
  LinkEvent | { readonly on: "sent-on"; readonly to: string } | { readonly on: "turned-back" };

/** Nothing tried yet: the first endpoint comes first. */
export function initialRoute(endpoints: readonly string[]): Route {
  const links = endpoints.map(() => closedLink);
  return { endpoints, links, at: 0, sentTo: undefined, hops: 0, returns: 0 };
}

/** The link to the endpoint in use. */
export function linkOf({ links, at }: Route): Link {
  return links[at] ?? closedLink;
}

/** The address in use. */
export function addressOf({ endpoints, at, sentTo }: Route): string {
  return sentTo ?? endpoints[at] ?? "";
}

/** What the connection to the address in use has to know. */
export function targetOf(
  route: Route,
  options: FilledOptions,
  dial: AttemptOptions,
): TransportOptions {
  const address = addressOf(route);
  const endpoint = route.endpoints[route.at] ?? address;
  const headers = headersFor(endpoint, address, dial.headers ?? options.headers);
  return { ...options, ...dial, endpoint: address, headers };
}

/** The route after an event; the same object when the event means nothing to it. */
export function changeRoute(
  route: Route,
  event: RouteEvent,
  policy: LinkPolicy,
  now: number,
): Route {
  switch (event.on) {
    case "sent-on":
      return { ...route, sentTo: event.to, hops: route.hops + 1 };
    case "turned-back":
      return { ...initialRoute(route.endpoints), returns: route.returns + 1 };
    case "stopped":
      return initialRoute(route.endpoints);
    case "started":
      return withLink(
        { ...route, at: nextAt(route, now), sentTo: undefined, hops: 0 },
        event,
        policy,
      );
    case "accepted":
      return accepted(withLink(route, event, policy));
    case "opened":
      return withLink(route, event, policy);
    case "dropped":
    case "refused": {
      const after = withLink(route, event, policy);
      return after === route ? route : { ...after, hops: 0 };
    }
  }
}

/** When something is tried next, if the endpoint in use is being waited for. */
export function nextTryAt(route: Route): number {
  return linkOf(route).at === "waiting" ? Math.min(...route.links.map(readyAt)) : Infinity;
}

/**
 * When to look for the first endpoint again, while another one is in use: ever more seldom when it is not there,
 * because each look costs a connection that works.
 */
export function turnBackAt(route: Route, afterMs: number): number {
  const link = linkOf(route);
  if (route.at === 0 || link.at !== "accepted") return Infinity;
  return link.since + afterMs * 2 ** Math.min(route.returns, 3);
}

function withLink(route: Route, event: LinkEvent, policy: LinkPolicy): Route {
  const before = linkOf(route);
  const link = changeLink(before, event, policy);
  return link === before ? route : { ...route, links: route.links.with(route.at, link) };
}

function accepted(route: Route): Route {
  const returns = route.at === 0 ? 0 : route.returns;
  return route.hops === 0 && returns === route.returns ? route : { ...route, hops: 0, returns };
}

// The same endpoint again if its time has come, so that a good connection that broke is tried again where it was; else
// the next one in the order whose time has come.
function nextAt({ links, at }: Route, now: number): number {
  const order = links.map((_, step) => (at + step) % links.length);
  return order.find((index) => readyAt(links[index] ?? closedLink) <= now) ?? at;
}

function readyAt(link: Link): number {
  return link.at === "waiting" ? link.retryAt : 0;
}
