import { messageOf } from "../../errors.ts";
import { type ProxyChoice, wayTo } from "../../net/proxy.ts";
import type { OAuth2Auth } from "../settings/auth-settings.ts";
import {
  type AccessToken,
  type Moment,
  type TokenStyle,
  type TokenQuestion,
  isFresh,
  tokenRequest,
  readTokenAnswer,
  readTokenError,
} from "./access-token.ts";
import { readTextSource } from "./credential-file.ts";
import { sharing } from "./single-flight.ts";
import { assertionForm } from "./token-assertion.ts";
import { postForm, type FormAnswer } from "./token-post.ts";

/** What a source of tokens needs of its surroundings. */
export interface TokenSurroundings {
  /** The proxy of the connection to the server; it is used for the authorization server too. */
  readonly proxy: ProxyChoice;
  readonly environment: ReadonlyMap<string, string>;
  readonly now: () => Moment;
  /** Told once that an old token is used because there is no newer one. */
  readonly warn: (reason: string) => void;
}

/**
 * The value of the header Authorization, with a token that is kept as long as it is fresh; `anew` asks for another
 * one. Rejects with words that name the server and no secret.
 */
export function createTokenSource(
  settings: OAuth2Auth,
  surroundings: TokenSurroundings,
): (anew: boolean) => Promise<string> {
  const { now, warn } = surroundings;
  let token: AccessToken | undefined;
  let style: TokenStyle | undefined;
  let warned = false;
  const fetch = sharing(async () => {
    const got = await askForToken(settings, style, surroundings);
    ({ token, style } = got);
    warned = false;
    return got.token.value;
  });
  return async (anew) => {
    if (!anew && token !== undefined && isFresh(token, now())) return token.value;
    const old = token;
    try {
      return await fetch();
    } catch (error) {
      // One that was refused does not become better.
      if (anew || old === undefined || now().at >= old.expiresAt) throw error;
      if (!warned) warn(messageOf(error));
      warned = true;
      return old.value;
    }
  };
}

async function askForToken(
  settings: OAuth2Auth,
  known: TokenStyle | undefined,
  { proxy, environment, now }: TokenSurroundings,
): Promise<{ readonly token: AccessToken; readonly style: TokenStyle }> {
  const { clientId, clientSecret, scopes, endpointParams, expiryBufferMs } = settings;
  const { tokenUrl: url, timeoutMs, tls } = settings;
  const question: TokenQuestion = {
    clientId: await readTextSource(clientId),
    clientSecret: await readTextSource(clientSecret),
    scopes,
    endpointParams,
  };
  const target = { url, timeoutMs, tls, way: wayTo(url, proxy, environment) };
  let style = known ?? "header";
  const signed = await signedForm(settings, question, now().date);
  let answer = await postForm(target, signed ?? tokenRequest(question, style));
  if (
    signed === undefined &&
    known === undefined &&
    (answer.status === 400 || answer.status === 401)
  ) {
    // Some servers only know the other way.
    style = "body";
    answer = await postForm(target, tokenRequest(question, style));
  }
  if (answer.status !== 200) throw new Error(refusalText(settings, question, answer));
  const read = readTokenAnswer(answer.body, now(), expiryBufferMs);
  if (read.is === "token") return { token: read.token, style };
  throw new Error(`${serverOf(settings)} answered ${read.why}: expected JSON with an access_token`);
}

async function signedForm(
  { assertion, tokenUrl }: OAuth2Auth,
  { clientId, scopes, endpointParams }: TokenQuestion,
  date: Moment["date"],
): Promise<ReturnType<typeof tokenRequest> | undefined> {
  if (assertion === undefined) return undefined;
  const { key: source, ...terms } = assertion;
  const key = await readTextSource(source);
  const form = assertionForm({ clientId, key, terms, tokenUrl, scopes, endpointParams }, date);
  const headers = { "content-type": "application/x-www-form-urlencoded" };
  return { headers, body: form.toString() };
}

function refusalText(
  settings: OAuth2Auth,
  { clientSecret, endpointParams }: TokenQuestion,
  { status, body }: FormAnswer,
): string {
  const said = readTokenError(body, [clientSecret, ...[...endpointParams.values()].flat()]);
  const words = said === undefined ? "" : ` (${said})`;
  return `${serverOf(settings)} handed out no token, HTTP status ${status}${words}`;
}

function serverOf({ tokenUrl }: OAuth2Auth): string {
  return `the authorization server ${new URL(tokenUrl).host}`;
}
