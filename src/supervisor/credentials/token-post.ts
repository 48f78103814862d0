import type { ClientRequest, IncomingMessage } from "node:http";
import { type Way, targetOf, type ProxyOptions } from "../../net/proxy.ts";
import { type Requester, createRequester } from "../../net/requester.ts";
import { type Progress, watchConnection } from "../../net/watch-connection.ts";
import { tooLate, connectFailure } from "../../opamp-client/transport/connect-failure.ts";
import { readBody } from "../../opamp-client/transport/http-body.ts";
import { connectionOptions } from "../../opamp-client/transport/tls-options.ts";
import type { TokenTls, TextSource } from "../settings/auth-settings.ts";
import { readTextSource } from "./credential-file.ts";

/** A form that is ready to be sent. */
export interface Form {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What a server says to a form. */
export interface FormAnswer {
  readonly status: number;
  readonly body: string;
}

/** No answer with a token is as long as this. */
const largestBytes = 256 * 1024;
/** The authorities of a whole system are in one file. */
const largestPemBytes = 4 * 1024 * 1024;

/** Where a form goes to, and how. */
export interface FormTarget {
  readonly url: string;
  readonly timeoutMs: number;
  readonly tls: TokenTls;
  readonly way: Way;
}

/** Posts a form once, within a time; redirects are not followed. Rejects with words that name the server. */
export async function postForm(target: FormTarget, form: Form): Promise<FormAnswer> {
  const { url, timeoutMs } = target;
  const { secure, host } = targetOf(url);
  const proxy = proxyOf(target);
  const tls = secure ? connectionOptions(await tlsOptionsOf(target.tls)) : {};
  let requester: Requester | undefined;
  let timer: NodeJS.Timeout | undefined;
  let progress: Progress | undefined;
  let late: Error | undefined;
  try {
    // Certificates that can never work are found out here.
    requester = createRequester(url, { tls, proxy, keepAlive: false });
    const { tunnels, end } = requester;
    const exchange = begin(requester, form);
    const seen = (progress = watchConnection(exchange, host, tunnels, () => undefined));
    timer = setTimeout(() => {
      late = tooLate(seen, timeoutMs);
      exchange.destroy(late);
      // A request that a proxy makes the connection for does not end before that.
      end();
    }, timeoutMs);
    return await exchanged(exchange, form.body);
  } catch (error) {
    // In the middle of a body the error is only that the connection is gone.
    throw new Error(connectFailure(late ?? error, url, progress), { cause: error });
  } finally {
    clearTimeout(timer);
    requester?.end();
  }
}

// A request without encryption is for this machine alone and takes no proxy: the client's secret must not leave the
// machine.
function proxyOf({ url, way }: FormTarget): ProxyOptions | undefined {
  if (!targetOf(url).secure || way.is === "direct") return undefined;
  if (way.is === "proxied") return way.proxy;
  throw new Error(`no way to the authorization server ${new URL(url).host}: ${way.why}`);
}

function begin(requester: Requester, { headers, body }: Form): ClientRequest {
  const length = { "content-length": Buffer.byteLength(body) };
  return requester.request({
    method: "POST",
    headers: { ...headers, accept: "application/json", ...length },
  });
}

async function exchanged(exchange: ClientRequest, body: string): Promise<FormAnswer> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    exchange.on("error", reject);
    exchange.on("response", resolve);
    exchange.end(body);
  });
  const answer = await readBody(response, largestBytes);
  return { status: response.statusCode ?? 0, body: new TextDecoder().decode(answer) };
}

async function tlsOptionsOf(tls: TokenTls): Promise<Parameters<typeof connectionOptions>[0]> {
  const { ca, cert, key, ...others } = tls;
  return {
    ...others,
    ca: await pemOf(ca),
    cert: await pemOf(cert),
    key: await pemOf(key),
    minVersion: "TLSv1.2",
    maxVersion: undefined,
    ciphers: undefined,
    curves: undefined,
  };
}

async function pemOf(source: TextSource | undefined): Promise<string | undefined> {
  return source === undefined ? undefined : await readTextSource(source, largestPemBytes);
}
