import { type Exchanged, exchange } from "../../net/exchange.ts";
import { type Way, targetOf, type ProxyOptions } from "../../net/proxy.ts";
import { type Requester, type RequesterTerms, createRequester } from "../../net/requester.ts";
import { connectFailure } from "../../opamp-client/transport/connect-failure.ts";
import { connectionOptions } from "../../opamp-client/transport/tls-options.ts";
import type { TokenTls, TextSource } from "../settings/auth-settings.ts";
import { readTextSource } from "./credential-file.ts";

/** A form that is ready to be sent. */
interface Form {
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
interface FormTarget {
  readonly url: string;
  readonly timeoutMs: number;
  readonly tls: TokenTls;
  readonly way: Way;
}

/** Posts a form once, within a time; redirects are not followed. Rejects with words that name the server. */
export async function postForm(target: FormTarget, form: Form): Promise<FormAnswer> {
  const { url } = target;
  const proxy = proxyOf(target);
  const tls = targetOf(url).secure ? connectionOptions(await tlsOptionsOf(target.tls)) : {};
  const outcome = await exchanged(target, form, { tls, proxy, keepAlive: false });
  if (outcome.is === "answered") {
    return { status: outcome.status, body: new TextDecoder().decode(outcome.body) };
  }
  const { error, progress } = outcome;
  throw new Error(connectFailure(error, url, progress), { cause: error });
}

// A request without encryption is for this machine alone and takes no proxy: the client's secret must not leave the
// machine.
function proxyOf({ url, way }: FormTarget): ProxyOptions | undefined {
  if (!targetOf(url).secure || way.is === "direct") return undefined;
  if (way.is === "proxied") return way.proxy;
  throw new Error(`no way to the authorization server ${new URL(url).host}: ${way.why}`);
}

async function exchanged(
  { url, timeoutMs }: FormTarget,
  { headers, body }: Form,
  terms: RequesterTerms,
): Promise<Exchanged> {
  const length = { "content-length": Buffer.byteLength(body) };
  let requester: Requester | undefined;
  try {
    // Certificates that can never work are found out here.
    requester = createRequester(url, terms);
    return await exchange(requester, {
      options: { method: "POST", headers: { ...headers, accept: "application/json", ...length } },
      body,
      timeoutMs,
      maxBodyBytes: largestBytes,
      wantsBody: () => true,
    });
  } catch (error) {
    throw new Error(connectFailure(error, url), { cause: error });
  } finally {
    requester?.end();
  }
}

async function tlsOptionsOf(tls: TokenTls): Promise<Parameters<typeof connectionOptions>[0]> {
  const { ca, cert, key, ...others } = tls;
  return {
    ...others,
    ca: await pemOf(ca),
    cert: await pemOf(cert),
    key: await pemOf(key),
  };
}

async function pemOf(source: TextSource | undefined): Promise<string | undefined> {
  return source === undefined ? undefined : await readTextSource(source, largestPemBytes);
}
