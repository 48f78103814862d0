import * as http from "node:http";
import { type Socket, isIP } from "node:net";
import type { ConnectionOptions } from "node:tls";
import { SupervisorError } from "../errors.ts";
import { percentDecoded } from "./header.ts";
import { type ProxyOptions, targetOf } from "./proxy.ts";

/** Where a tunnel ends. */
export interface TunnelEnd {
  readonly host: string;
  readonly port: number;
}

/**
 * Has a proxy make a connection (CONNECT) and hands it over. A proxy that is reached by https is checked with `tls`,
 * the settings of the connection that it serves. Rejects with `proxy-failed` and words for people.
 */
export function openTunnel(
  end: TunnelEnd,
  proxy: ProxyOptions,
  tls: ConnectionOptions,
  signal: AbortSignal,
): Promise<Socket> {
  const target = `${isIP(end.host) === 6 ? `[${end.host}]` : end.host}:${end.port}`;
  const headers = { ...plainHeaders(proxy), ...proxyAuthorization(proxy), host: target };
  return new Promise((resolve, reject) => {
    const request = requestTo(proxy, tls, { method: "CONNECT", path: target, headers, signal });
    // The connection is to last, whatever Node thinks of requests without an agent.
    request.removeHeader("connection");
    request.on("error", (error) => reject(unreachable(proxy, error)));
    request.on("connect", (response, socket: Socket, head) => {
      const status = response.statusCode ?? 0;
      if (status >= 200 && status < 300) {
        if (head.length > 0) socket.unshift(head);
        resolve(socket);
        return;
      }
      socket.destroy();
      reject(refused(proxy, status, target));
    });
    request.end();
  });
}

/** A request to the proxy itself, on a connection of its own. */
function requestTo(
  proxy: ProxyOptions,
  tls: ConnectionOptions,
  options: http.RequestOptions,
): http.ClientRequest {
  const { secure, host, port } = targetOf(proxy.url);
  const all = { ...options, host, port, agent: false };
  if (!secure) return http.request(all);
  return process.getBuiltinModule("node:https").request({ ...all, ...tlsToProxy(proxy, tls) });
}

/** The TLS settings of a connection for the proxy that serves it: the name to expect is the proxy's. */
export function tlsToProxy(proxy: ProxyOptions, tls: ConnectionOptions): ConnectionOptions {
  const { host } = targetOf(proxy.url);
  return { ...tls, servername: isIP(host) > 0 ? "" : host };
}

/** The name and password of the proxy's URL as the header that proxies take; nothing where there are none. */
export function proxyAuthorization({ url, headers }: ProxyOptions): http.OutgoingHttpHeaders {
  const written = [...headers].find(([name]) => name.toLowerCase() === "proxy-authorization");
  if (written !== undefined) return { "proxy-authorization": written[1].join(", ") };
  const { username, password } = new URL(url);
  if (username === "" && password === "") return {};
  const pair = `${percentDecoded(username)}:${percentDecoded(password)}`;
  return { "proxy-authorization": `Basic ${Buffer.from(pair).toString("base64")}` };
}

/** Why a proxy did not do what it was asked for, and what to do about it. */
export function refused(proxy: ProxyOptions, status: number, target: string): SupervisorError {
  return new SupervisorError("proxy-failed", `${nameOf(proxy)} ${refusal(proxy, status, target)}`);
}

function refusal(proxy: ProxyOptions, status: number, target: string): string {
  if (status === 407) {
    return Object.keys(proxyAuthorization(proxy)).length === 0
      ? "wants a name and a password (HTTP status 407): put them into its URL"
      : "does not accept the name and password that it was given (HTTP status 407): check its URL";
  }
  if (status >= 500) return `could not reach ${target} (HTTP status ${status})`;
  return `refused to connect to ${target} (HTTP status ${status}): have it allowed there, or go around the proxy with no_proxy`;
}

function unreachable(proxy: ProxyOptions, cause: Error): SupervisorError {
  return new SupervisorError("proxy-failed", `${nameOf(proxy)} could not be used`, { cause });
}

function nameOf({ url }: ProxyOptions): string {
  return `the proxy ${new URL(url).host}`;
}

function plainHeaders({ headers }: ProxyOptions): http.OutgoingHttpHeaders {
  return Object.fromEntries(
    [...headers].map(([name, values]) => [name.toLowerCase(), [...values]]),
  );
}
