import { bypasses, isLoopback } from "./no-proxy.ts";

/** The way to the server where it is not direct: an HTTP proxy. Name and password in the URL are for it alone. */
export interface ProxyOptions {
  /** http or https, with host and port. */
  readonly url: string;
  /** Sent to the proxy with each CONNECT, and to nobody else. */
  readonly headers: ReadonlyMap<string, readonly string[]>;
}

/** What decides whether a connection goes through a proxy. */
export interface ProxyChoice {
  /** For every address; where it is not set the environment may name one. */
  readonly url: string | undefined;
  readonly headers: ReadonlyMap<string, readonly string[]>;
  /** Addresses that are reached directly, in the words of NO_PROXY. */
  readonly noProxy: readonly string[];
  readonly fromEnvironment: boolean;
}

/** The default: the environment decides. */
export const environmentsProxy: ProxyChoice = {
  url: undefined,
  headers: new Map(),
  noProxy: [],
  fromEnvironment: true,
};

/** How an address is reached; `why` is a sentence for people. */
export type Way =
  | { readonly is: "direct" }
  | { readonly is: "proxied"; readonly proxy: ProxyOptions }
  | { readonly is: "unusable"; readonly why: string };

/** The address of a proxy as it is used, or what is wrong with it; never with what may be a password. */
type ProxyAddress =
  | { readonly is: "valid"; readonly url: string }
  | { readonly is: "invalid"; readonly message: string };

const direct: Way = { is: "direct" };

/** Reads the address of a proxy: a URL, or host and port, which means http. */
export function readProxy(text: string): ProxyAddress {
  const written = text.trim();
  const url = /^[a-z][a-z0-9+.-]*:\/\//i.test(written) ? written : `http://${written}`;
  if (/^socks/i.test(url)) return invalid("found a SOCKS proxy, which is not supported");
  if (!URL.canParse(url)) return invalid("found something else");
  const { protocol, href } = new URL(url);
  if (protocol === "http:" || protocol === "https:") return { is: "valid", url: href };
  return invalid(`found ${protocol}//`);
}

/** How to reach a ws, wss, http or https address. */
export function wayTo(
  address: string,
  choice: ProxyChoice,
  environment: ReadonlyMap<string, string>,
): Way {
  const { secure, host, port } = targetOf(address);
  const { url, headers, noProxy, fromEnvironment } = choice;
  if (bypasses(noProxy, host, port)) return direct;
  if (url !== undefined) return through(url, headers, "server.proxy.url");
  // As in Go: what the environment says of proxies is not meant for this machine itself.
  if (!fromEnvironment || isLoopback(host)) return direct;
  const [name, proxy] = firstSet([secure ? "HTTPS_PROXY" : "HTTP_PROXY", "ALL_PROXY"], environment);
  const [, exceptions] = firstSet(["NO_PROXY"], environment);
  if (proxy === "" || bypasses(exceptions.split(/[\s,]+/), host, port)) return direct;
  return through(proxy, headers, name);
}

/** Host and port that a URL stands for. */
export function targetOf(address: string): {
  readonly secure: boolean;
  readonly host: string;
  readonly port: number;
} {
  const { protocol, hostname, port } = new URL(address);
  const secure = protocol === "https:" || protocol === "wss:";
  const host = hostname.replace(/^\[|\]$/g, "");
  return { secure, host, port: port === "" ? (secure ? 443 : 80) : Number(port) };
}

function through(text: string, headers: ProxyOptions["headers"], name: string): Way {
  const read = readProxy(text);
  if (read.is === "valid") return { is: "proxied", proxy: { url: read.url, headers } };
  return { is: "unusable", why: `${name}: ${read.message}` };
}

function invalid(found: string): ProxyAddress {
  const message = `expected the URL of an HTTP proxy, as http://host:3128, or host:port, ${found}`;
  return { is: "invalid", message };
}

// Both spellings are in use; an empty value switches a variable off.
function firstSet(
  names: readonly string[],
  environment: ReadonlyMap<string, string>,
): readonly [name: string, value: string] {
  for (const name of names.flatMap((each) => [each, each.toLowerCase()])) {
    const value = environment.get(name) ?? "";
    if (value !== "") return [name, value];
  }
  return ["", ""];
}
