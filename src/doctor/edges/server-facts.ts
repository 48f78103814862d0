import { pino } from "pino";
import { targetOf } from "../../net/proxy.ts";
import { connectionOptions } from "../../opamp-client/transport/tls-options.ts";
import { type Attempt, defaultTls } from "../../opamp-client/transport/client-options.ts";
import { connectFailure, isUntrusted } from "../../opamp-client/transport/connect-failure.ts";
import { messageOf } from "../../errors.ts";
import type { PeerCertificate } from "node:tls";
import type { ServerSettingsInForce } from "../../supervisor/core/state/offers.ts";
import { headersNow } from "../../supervisor/credentials/headers-now.ts";
import { createAttemptOptions } from "../../supervisor/server/attempt.ts";
import { attemptWith, endpointsOf } from "../../supervisor/server/server-target.ts";
import type { ServerSettings } from "../../supervisor/settings/settings.ts";
import type { ConnectionFacts } from "../judge/judge-server.ts";
import { connectOnce } from "./connect-once.ts";

/** Nobody reads what the parts of the daemon would log here: what matters is in the findings. */
const silent = pino({ level: "silent" });

const timeoutMs = 5_000;

/** Makes one connection to each server that the supervisor would use, all at the same time. */
export async function lookAtServers(
  server: ServerSettings,
  offered: ServerSettingsInForce | undefined,
  environment: ReadonlyMap<string, string>,
): Promise<readonly ConnectionFacts[]> {
  const headers = headersNow(server, environment, silent);
  const options = createAttemptOptions(server, environment, silent);
  const look = async (endpoint: string, first: boolean): Promise<ConnectionFacts> => {
    const nothing = {
      endpoint,
      first,
      proxy: undefined,
      steps: [],
      certificate: undefined,
      answer: undefined,
    };
    const attempt = { endpoint, denied: false, failures: 0 };
    const began = performance.now();
    try {
      const own = headers === undefined ? server.headers : await headers(attempt);
      const tookMs = Math.round(performance.now() - began);
      const facts = await connect({ ...attempt, headers: own, first }, offered, options);
      if (headers === undefined) return facts;
      return { ...facts, steps: [{ step: "credentials", tookMs, detail: "" }, ...facts.steps] };
    } catch (error) {
      return { ...nothing, failure: { step: "credentials", why: messageOf(error) } };
    }
  };
  const endpoints = endpointsOf(server, offered);
  return await Promise.all(endpoints.map((endpoint, at) => look(endpoint, at === 0)));
}

type Options = ReturnType<typeof createAttemptOptions>;

async function connect(
  {
    headers,
    first,
    ...attempt
  }: Attempt & { readonly headers: ServerSettings["headers"]; readonly first: boolean },
  offered: ServerSettingsInForce | undefined,
  options: Options,
): Promise<ConnectionFacts> {
  const { endpoint } = attempt;
  const terms = async (untrusted: boolean) => {
    const { tls = defaultTls, proxy } = await options({ ...attempt, untrusted });
    // What was offered holds over what is written, as for the supervisor itself.
    return attemptWith({ headers, tls, proxy: proxy }, offered, attempt);
  };
  const connectWith = async (untrusted: boolean) => {
    const { headers: all, tls, proxy } = await terms(untrusted);
    const found = await connectOnce({
      endpoint,
      headers: all,
      tls: connectionOptions(tls),
      proxy,
      timeoutMs,
    });
    return { found, proxy };
  };
  const usual = await connectWith(false);
  const { found, proxy } = isUntrusted(usual.found.error?.cause) ? await connectWith(true) : usual;
  const { error, certificate } = found;
  return {
    ...{ endpoint, first, steps: found.steps, answer: found.answer },
    proxy: proxy === undefined ? undefined : hostOf(proxy.url),
    certificate: certificateOf(certificate),
    failure:
      error === undefined
        ? undefined
        : { step: error.step, why: connectFailure(error.cause, endpoint, error.progress) },
  };
}

function hostOf(url: string): string {
  const { host, port } = targetOf(url);
  return `${host}:${port}`;
}

/** The first of the chain that ends, and who has signed the server's own. */
function certificateOf(shown: PeerCertificate | undefined): ConnectionFacts["certificate"] {
  if (shown === undefined || Object.keys(shown).length === 0) return undefined;
  const ends: number[] = [];
  const seen = new Set<unknown>();
  let one: PeerCertificate | undefined = shown;
  while (one !== undefined && !seen.has(one) && seen.size < 10) {
    seen.add(one);
    ends.push(Date.parse(one.valid_to));
    one =
      "issuerCertificate" in one
        ? (one.issuerCertificate as PeerCertificate | undefined)
        : undefined;
  }
  const issuer = nameOf(shown.issuer);
  const subject = nameOf(shown.subject);
  return {
    issuer,
    subject: subject === "" ? "" : ` for ${subject}`,
    expiresAt: Math.min(...ends.filter(Number.isFinite)),
  };
}

/** It comes from whoever answered: one line of harmless characters, and not a long one. */
function nameOf(name: PeerCertificate["issuer"] | undefined): string {
  const { CN, O } = (name ?? {}) as Partial<PeerCertificate["issuer"]>;
  const text = [CN ?? O ?? "an unnamed one"].flat().join(", ");
  return text.replaceAll(/[^\x20-\x7e\xa1-\uffff]/g, "").slice(0, 100);
}
