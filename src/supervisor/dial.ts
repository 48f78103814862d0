import type { Attempt, Dial } from "../opamp-client/client-options.ts";
import { type ProxyChoice, wayTo } from "../net/proxy.ts";

/** Answers before each connection with the proxy to use for it; rejects where none can be used but one should be. */
export function dialThrough(
  choice: ProxyChoice,
  environment: ReadonlyMap<string, string>,
): (attempt: Attempt) => Promise<Dial> {
  return ({ endpoint }) => {
    const way = wayTo(endpoint, choice, environment);
    if (way.is === "unusable") return Promise.reject(new Error(`no way to the server: ${way.why}`));
    return Promise.resolve(way.is === "proxied" ? { proxy: way.proxy } : {});
  };
}
