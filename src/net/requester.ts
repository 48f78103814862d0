import * as http from "node:http";
import type { Socket } from "node:net";
import type { ConnectionOptions } from "node:tls";
import { type ProxyOptions, targetOf } from "./proxy.ts";
import { type TunnelEnd, openTunnel, tlsToProxy, proxyAuthorization } from "./tunnel.ts";

/** What the connections to one address are made with. */
export interface RequesterTerms {
  readonly tls: ConnectionOptions;
  readonly proxy: ProxyOptions | undefined;
  /** Connections are used again. */
  readonly keepAlive: boolean;
  /** Ends connections that a proxy is still making. */
  readonly signal?: AbortSignal;
}

/** Sends requests to one http or https address, directly or through a proxy. */
export interface Requester {
  readonly request: (options: http.RequestOptions) => http.ClientRequest;
  /**
   * The address that connections are made to: the one of the request, or that of a proxy which is given the whole
   * address.
   */
  readonly connectsTo: string;
  /** A proxy makes the connections. */
  readonly tunnels: boolean;
  /** Ends its connections, those that are still being made among them. */
  readonly end: () => void;
}

/** An agent whose connections are made by a proxy. */
interface TunnelAgent {
  readonly agent: http.Agent;
  /** Ends its connections, those that are still being made among them. */
  readonly end: () => void;
}

/** Makes a requester, which connects with the first request. */
export function createRequester(address: string, terms: RequesterTerms): Requester {
  const { tls, proxy, keepAlive } = terms;
  const { secure } = targetOf(address);
  if (proxy !== undefined && !secure) return absoluteRequester(address, proxy, terms);
  const { agent, end } =
    proxy === undefined
      ? directAgent(agentFor(secure, keepAlive, tls))
      : tunnelAgent(secure, terms, proxy);
  const send = senderFor(secure);
  return {
    request: (options) => send(address, { ...options, agent }),
    connectsTo: address,
    tunnels: proxy !== undefined,
    end,
  };
}

/** An agent for addresses that are encrypted or not, all through one proxy. */
export function tunnelAgent(
  secure: boolean,
  { tls, keepAlive, signal }: Omit<RequesterTerms, "proxy">,
  proxy: ProxyOptions,
): TunnelAgent {
  const agent = agentFor(secure, keepAlive, tls);
  const over = new AbortController();
  const ended = signal === undefined ? over.signal : AbortSignal.any([over.signal, signal]);
  const createConnection = (
    options: ConnectionOptions & TunnelEnd,
    ready: (error: Error | null, socket?: Socket) => void,
  ): void => {
    openTunnel(options, proxy, tls, ended)
      .then((socket) => {
        // Until somebody has it, its end is heard here.
        socket.on("error", () => undefined);
        ready(null, secure ? encrypted(socket, options) : socket);
      })
      .catch((error: unknown) => ready(error as Error));
  };
  // The one documented way to give an agent its connections; the types have no asynchronous form of it.
  Object.assign(agent, { createConnection });
  return {
    agent,
    end(): void {
      over.abort();
      agent.destroy();
    },
  };
}

function encrypted(socket: Socket, options: ConnectionOptions): Socket {
  return process.getBuiltinModule("node:tls").connect({ ...options, path: undefined, socket });
}

/**
 * Without encryption a proxy is asked for the whole address: many let CONNECT pass to port 443 only. It hands on every
 * header but those for itself, so the headers that are configured for it stay away, but for its authorization.
 */
function absoluteRequester(
  address: string,
  proxy: ProxyOptions,
  { tls, keepAlive }: RequesterTerms,
): Requester {
  const { secure, host, port } = targetOf(proxy.url);
  const { agent, end } = directAgent(agentFor(secure, keepAlive, tlsToProxy(proxy, tls)));
  const url = new URL(address);
  const protocol = secure ? "https:" : "http:";
  const path = `${url.origin}${url.pathname}${url.search}`;
  return {
    request: ({ headers, ...options }) =>
      http.request(url, {
        ...options,
        ...{ agent, protocol, host, hostname: host, port, path },
        headers: {
          ...(headers as http.OutgoingHttpHeaders | undefined),
          ...proxyAuthorization(proxy),
          host: url.host,
        },
      }),
    connectsTo: proxy.url,
    tunnels: false,
    end,
  };
}

function directAgent(agent: http.Agent): TunnelAgent {
  return { agent, end: () => agent.destroy() };
}

// Not an import: without encryption there is no need to load TLS, about 5 ms of start.
function agentFor(secure: boolean, keepAlive: boolean, tls: ConnectionOptions): http.Agent {
  if (!secure) return new http.Agent({ keepAlive });
  const https = process.getBuiltinModule("node:https");
  return new https.Agent({ keepAlive, ...tls });
}

function senderFor(secure: boolean): typeof http.request {
  return secure ? process.getBuiltinModule("node:https").request : http.request;
}
