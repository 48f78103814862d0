import * as http from "node:http";
import type { ConnectionOptions } from "node:tls";
import { connectFailure } from "../opamp-client/connect-failure.ts";
import { readBody } from "../opamp-client/http-body.ts";
import { connectionOptions } from "../opamp-client/tls-options.ts";
import type { TextSource, TokenTls } from "./auth-settings.ts";
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

/** Posts a form once, within a time; redirects are not followed. Rejects with words that name the server. */
export async function postForm(
  url: string,
  form: Form,
  timeoutMs: number,
  tls: TokenTls,
): Promise<FormAnswer> {
  const secure = new URL(url).protocol === "https:";
  const exchange = begin(
    url,
    form,
    secure ? connectionOptions(await tlsOptionsOf(tls)) : undefined,
  );
  let late: Error | undefined;
  const timer = setTimeout(() => {
    late = new Error(`no answer within ${timeoutMs} ms`);
    exchange.destroy(late);
  }, timeoutMs);
  try {
    return await exchanged(exchange, form.body);
  } catch (error) {
    // In the middle of a body the error is only that the connection is gone.
    throw new Error(connectFailure(late ?? error, url), { cause: error });
  } finally {
    clearTimeout(timer);
    exchange.destroy();
  }
}

function begin(
  url: string,
  { headers, body }: Form,
  tls: ConnectionOptions | undefined,
): http.ClientRequest {
  const { request } = tls === undefined ? http : process.getBuiltinModule("node:https");
  const length = { "content-length": Buffer.byteLength(body) };
  try {
    return request(url, {
      method: "POST",
      // One request an hour needs no connection that is kept.
      agent: false,
      headers: { ...headers, accept: "application/json", ...length },
      ...tls,
    });
  } catch (error) {
    // Certificates that can never work are found out here.
    throw new Error(connectFailure(error, url), { cause: error });
  }
}

async function exchanged(exchange: http.ClientRequest, body: string): Promise<FormAnswer> {
  const response = await new Promise<http.IncomingMessage>((resolve, reject) => {
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
