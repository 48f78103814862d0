import { readdir, readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { extname, join } from "node:path";
import { SupervisorError, messageOf } from "../../errors.ts";
import type { PostDevServerEvent } from "../fleet/dev-server-event.ts";
import { listen, urlHost } from "../opamp/start-listening.ts";
import { describedRoutes, type MethodsAt } from "../openapi/described-routes.ts";
import { type PageApi, answerApi } from "./page-api.ts";
import { knowProxies, proxyProblem } from "./counted-place.ts";
import { createAccess, type PageAccess } from "./page-access.ts";
import { answerSession } from "./page-session.ts";
import { guard, loopbackHost, loopbackOrigin, originProblem } from "./page-guard.ts";

/** Where the page is served. */
interface PageOptions {
  /** Whoever reaches the page may configure every agent: another address than a loopback one needs a token. */
  readonly host: string;
  /** What whoever uses the API has to know; undefined: nothing. */
  readonly token: string | undefined;
  /** Where browsers reach it through a proxy; one that others reach needs a token, too. */
  readonly origins: readonly string[];
  /** Who says for others where they come from, as addresses and networks. */
  readonly proxies: readonly string[];
  readonly port: number;
  readonly directory: string;
  readonly maxBodyBytes: number;
}

/** The listening page. */
interface PageServer {
  readonly url: string;
  close(): Promise<void>;
}

interface Asset {
  readonly type: string;
  readonly body: Buffer;
}

/** What the page is made of; other files of its folder are sources of it, and nobody's to read. */
const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
};

const securityHeaders = {
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cache-control": "no-store",
};

/** Serves the page's files and the JSON API, to this machine only. */
export async function createPageServer(
  options: PageOptions,
  api: PageApi,
  post: PostDevServerEvent,
): Promise<PageServer> {
  const { host, port, token, origins, proxies } = options;
  const problem = optionsProblem(options);
  if (problem !== undefined) throw new SupervisorError("settings-invalid", problem);
  const isProxy = knowProxies(proxies);
  const access =
    token === undefined ? undefined : createAccess(token, isProxy, () => performance.now());
  const entrance = { hasToken: access !== undefined, origins };
  const assets = await readAssets(options.directory);
  const methodsAt = describedRoutes();
  const server = createServer((request, response) => {
    for (const [name, value] of Object.entries(securityHeaders)) response.setHeader(name, value);
    const refusal = guard(request, entrance);
    if (refusal !== undefined) {
      post({ on: "request-refused", ...refusal });
      turnAway(response, refusal.status, refusal.why);
      request.resume();
      return;
    }
    if (serveAsset(assets, request, response)) return;
    const unknown = strangeness(methodsAt, request);
    if (unknown !== undefined) {
      turnAway(response, unknown.status, unknown.why);
      request.resume();
      return;
    }
    admit(access, api, options.maxBodyBytes, request, response).catch((error: unknown) => {
      post({ on: "request-refused", status: 500, why: messageOf(error) });
      response.destroy();
    });
  });
  const listening = await listen(server, { host, port, option: "--page-port" });
  return {
    url: `http://${urlHost(host)}:${listening}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Why nobody may be let in like this. */
function optionsProblem({ host, token, origins, proxies }: PageOptions): string | undefined {
  for (const origin of origins) {
    const problem = originProblem(origin);
    if (problem !== undefined) return `--page-origin: ${problem}`;
  }
  const wrong = proxies.map(proxyProblem).find((problem) => problem !== undefined);
  if (wrong !== undefined) return `--page-proxy: ${wrong}`;
  if (token !== undefined) return undefined;
  const advice =
    "without one: name a file with --page-token-file, or set OPAMPSUPERVISOR_CONSOLE_TOKEN";
  if (!loopbackHost(host)) {
    return `expected a loopback address for the page (127.0.0.1, ::1, localhost) or a token, found ${host} ${advice}`;
  }
  const reached = origins.find((origin) => !loopbackOrigin(origin));
  if (reached === undefined) return undefined;
  return `expected a token for a page that others reach at ${reached}, found it ${advice}`;
}

/** Why a request is none of the API; undefined: it is one. */
function strangeness(
  methodsAt: MethodsAt,
  { url = "", method = "" }: IncomingMessage,
): { readonly status: 404 | 405; readonly why: string } | undefined {
  const [path = ""] = url.split("?", 1);
  const methods = methodsAt(path);
  if (methods === undefined) return { status: 404, why: `there is nothing at ${path}` };
  if (methods.includes(method)) return undefined;
  return { status: 405, why: `expected ${methods.join(" or ")}, found ${method}` };
}

/** The way in where there is a token: everybody may log in, and only who has done so goes further. */
async function admit(
  access: PageAccess | undefined,
  api: PageApi,
  maxBodyBytes: number,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (access !== undefined) {
    const session = await answerSession(access, request);
    const refusal = session ?? access.refusal(request);
    if (refusal !== undefined) {
      const { status, why, cookie } = { cookie: undefined, ...refusal };
      request.resume();
      if (cookie !== undefined) response.setHeader("set-cookie", cookie);
      if (status === 429) response.setHeader("retry-after", 60);
      response.writeHead(status, { "content-type": "application/json; charset=utf-8" });
      response.end(JSON.stringify(status === 200 ? {} : { error: why }));
      return;
    }
  }
  await answerApi(api, maxBodyBytes, request, response);
}

/** The connection ends with it, because an unread body may be on its way. */
function turnAway(response: ServerResponse, status: number, why: string): void {
  const type = "application/json; charset=utf-8";
  response.writeHead(status, { "content-type": type, connection: "close" });
  response.end(JSON.stringify({ error: why }));
}

async function readAssets(directory: string): Promise<ReadonlyMap<string, Asset>> {
  try {
    const names = (await readdir(directory)).filter((name) => types[extname(name)] !== undefined);
    if (!names.includes("index.html")) throw new Error("there is no index.html");
    const read = names.map(async (name): Promise<[string, Asset]> => {
      const path = name === "index.html" ? "/" : `/${name}`;
      const type = types[extname(name)] ?? "";
      return [path, { type, body: await readFile(join(directory, name)) }];
    });
    return new Map(await Promise.all(read));
  } catch (error) {
    const message = `expected the page's files in ${directory}: ${messageOf(error)}`;
    throw new SupervisorError("internal", message, { cause: error });
  }
}

function serveAsset(
  assets: ReadonlyMap<string, Asset>,
  request: IncomingMessage,
  response: ServerResponse,
): boolean {
  const asset = assets.get(request.url?.split("?")[0] ?? "");
  if (asset === undefined || (request.method !== "GET" && request.method !== "HEAD")) return false;
  response.writeHead(200, { "content-type": asset.type, "content-length": asset.body.length });
  response.end(asset.body);
  return true;
}
