import * as http from "node:http";
import { connectFailure } from "../opamp-client/connect-failure.ts";
import { readBody } from "../opamp-client/http-body.ts";
import { connectionOptions } from "../opamp-client/tls-options.ts";
import type { TextSource, TokenTls } from "./auth-settings.ts";
import { readTextSource } from "./credential-file.ts";

/** What a server says to a form. */
export interface FormAnswer {
  readonly status: number;
  readonly body: string;
}

/** No answer with a token is as long as this. */
const largestBytes = 256 * 1024;

/** Posts a form once, within a time; redirects are not followed. Rejects with words that name the server. */
export async function postForm(
  url: string,
  form: { readonly headers: Readonly<Record<string, string>>; readonly body: string },
  timeoutMs: number,
  tls: TokenTls,
): Promise<FormAnswer> {
  const secure = new URL(url).protocol === "https:";
  const { request } = secure ? process.getBuiltinModule("node:https") : http;
  const exchange = request(url, {
    method: "POST",
    // One request an hour needs no connection that is kept.
    agent: false,
    headers: {
      ...form.headers,
      accept: "application/json",
      "content-length": Buffer.byteLength(form.body),
    },
    ...(secure ? connectionOptions(await tlsOptionsOf(tls)) : {}),
  });
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
  };
}

async function pemOf(source: TextSource | undefined): Promise<string | undefined> {
  return source === undefined ? undefined : await readTextSource(source);
}
