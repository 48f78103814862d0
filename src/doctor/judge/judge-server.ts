import { pageFailure, statusFailure } from "../../opamp-client/transport/connect-failure.ts";
import { type Finding, apart, fine, problem, warning } from "./finding.ts";

/** How far one connection to the server has come; each step with the time that it took. */
export interface ConnectionFacts {
  readonly endpoint: string;
  /** False of one that is only used while those before it cannot be had. */
  readonly first: boolean;
  /** The proxy, as host:port. */
  readonly proxy: string | undefined;
  readonly steps: readonly ConnectionStep[];
  readonly certificate: CertificateFacts | undefined;
  readonly answer: AnswerFacts | undefined;
  /** Why it went no further, with what to do, and the step that failed. */
  readonly failure: { readonly step: StepName; readonly why: string } | undefined;
}

export type StepName = "credentials" | "proxy" | "name" | "connection" | "tls" | "answer";

interface ConnectionStep {
  readonly step: StepName;
  readonly tookMs: number;
  readonly detail: string;
}

interface CertificateFacts {
  readonly issuer: string;
  /** When the first of the chain ends. */
  readonly expiresAt: number;
  readonly subject: string;
}

export interface AnswerFacts {
  readonly status: number;
  /** The upgrade was taken, as RFC 6455 wants it. */
  readonly accepted: boolean;
  readonly contentType: string | undefined;
  readonly location: string | undefined;
  /** The date of the answer, and ours at that moment. */
  readonly clock: { readonly theirs: number; readonly ours: number } | undefined;
}

const dayMs = 86_400_000;
const warnDays = 14;
const slowMs = 2_000;
/** The date of an answer has whole seconds, and its way takes time. */
const clockWarnMs = 5_000;
const clockProblemMs = 300_000;

/** One finding for each step of the way to a server. */
export function judgeConnection(facts: ConnectionFacts, now: number): readonly Finding[] {
  const { endpoint, steps, failure, answer } = facts;
  const done = steps.map((each) => judgeStep(facts, each, now));
  if (failure !== undefined) return [...done, softened(facts, failed(facts, failure))];
  if (answer === undefined) return done;
  return [...done, softened(facts, judgeAnswer(endpoint, answer)), ...clockOf(answer)];
}

/** A server that only stands in for another one stops nothing by being away. */
function softened({ first }: ConnectionFacts, finding: Finding): Finding {
  return first || finding.grade !== "problem" ? finding : { ...finding, grade: "warning" };
}

const labels: Readonly<Record<StepName, string>> = {
  credentials: "credentials for it are there",
  proxy: "the proxy makes the connection",
  name: "its name is known",
  connection: "it takes connections",
  tls: "TLS is agreed on",
  answer: "it answers",
};

const lookThere = "look at the log of the server, and whether this is the right address";

function judgeStep(
  facts: ConnectionFacts,
  step: ConnectionFacts["steps"][number],
  now: number,
): Finding {
  const check = `server.${step.step}`;
  const host = hostOf(facts.endpoint);
  const { tookMs } = step;
  if (step.step === "tls" && facts.certificate !== undefined) {
    return { ...judgeCertificate(check, host, facts.certificate, now), tookMs };
  }
  const detail = step.detail === "" ? "" : ` (${step.detail})`;
  const found = `${host}: ${labels[step.step]}${detail}`;
  if (tookMs < slowMs) return { ...fine(check, found), tookMs };
  const slow = `${found}, after ${(tookMs / 1000).toFixed(1)} s only`;
  return { ...warning(check, slow, slowAdvice[step.step]), tookMs };
}

const slowAdvice: Readonly<Record<StepName, string>> = {
  credentials: "look what keeps the command or the file that holds them",
  proxy: "look what keeps the proxy",
  name: "look at the name servers of this machine in /etc/resolv.conf",
  connection: "look at the network between here and there",
  tls: "look at the network between here and there, and at the load of the server",
  answer: "look at the load of the server",
};

function judgeCertificate(
  check: string,
  host: string,
  { issuer, expiresAt, subject }: CertificateFacts,
  now: number,
): Finding {
  const days = Math.floor((expiresAt - now) / dayMs);
  const found = `${host}: TLS is agreed on; its certificate${subject} is from ${issuer} and good for ${days} more ${days === 1 ? "day" : "days"}`;
  return days < warnDays ? warning(check, found, "have it renewed in time") : fine(check, found);
}

function failed(
  { endpoint, proxy }: ConnectionFacts,
  { step, why }: NonNullable<ConnectionFacts["failure"]>,
): Finding {
  const { found, advice } = apart(why, lookThere);
  const way = proxy === undefined || found.includes(proxy) ? "" : ` (by the proxy ${proxy})`;
  const command = step === "name" ? `getent hosts ${new URL(endpoint).hostname}` : undefined;
  return problem(`server.${step}`, `${found}${way}`, advice, command);
}

function judgeAnswer(endpoint: string, answer: AnswerFacts): Finding {
  const check = "server.answer";
  const host = hostOf(endpoint);
  const { status, accepted, contentType } = answer;
  if (accepted) return fine(check, `${host}: it takes a WebSocket for OpAMP`);
  const page = status === 200 ? pageFailure(contentType, endpoint) : undefined;
  if (page !== undefined)
    return problem(check, page, "check host, port and path of server.endpoint");
  if (status >= 300 && status < 400) {
    const where = answer.location === undefined ? "" : ` to ${placeOf(answer.location)}`;
    return warning(
      check,
      `${host} sends its clients elsewhere${where} (HTTP status ${status})`,
      "put the new address into server.endpoint, or leave it: the supervisor follows it",
    );
  }
  const plain = /^https?:/i.test(endpoint);
  if (plain && (status < 300 || [400, 405, 411, 415, 426].includes(status))) {
    return fine(
      check,
      `${host}: it answers (HTTP status ${status} to a question without a message; no message is sent here)`,
    );
  }
  if (plain && status === 404) {
    const found = `${host} answered with HTTP status 404 to a question without a message, which some servers do at the right path too`;
    return warning(check, found, "check the path of server.endpoint");
  }
  if (status === 101)
    return problem(
      check,
      `${host} agrees to a WebSocket in a wrong way`,
      "look what stands between here and the server",
    );
  const { found, advice } = apart(statusFailure(status, endpoint), lookThere);
  return [429, 503].includes(status)
    ? warning(check, found, "nothing here: the supervisor waits and tries again")
    : problem(check, found, advice);
}

function clockOf({ clock }: AnswerFacts): readonly Finding[] {
  if (clock === undefined) return [];
  const offMs = clock.ours - clock.theirs;
  const offS = Math.round(Math.abs(offMs) / 1000);
  const found = `the clock of this machine is ${offS} s ${offMs < 0 ? "behind" : "ahead of"} that of the server`;
  const advice =
    "have the clock set by the network: certificates and the times of all data depend on it";
  if (Math.abs(offMs) < clockWarnMs)
    return [fine("clock", "the clock of this machine and that of the server agree")];
  const grade = Math.abs(offMs) < clockProblemMs ? warning : problem;
  return [grade("clock", found, advice, "timedatectl")];
}

function hostOf(endpoint: string): string {
  return new URL(endpoint).host;
}

/** Without what may be a secret in it. */
function placeOf(location: string): string {
  return URL.canParse(location)
    ? `${new URL(location).origin}${new URL(location).pathname}`
    : "another path";
}

/** The certificate that we show: the server turns us away once it has ended. */
export function judgeOwnCertificate(expiresAt: number, now: number): Finding {
  const check = "server.client_certificate";
  const days = Math.floor((expiresAt - now) / dayMs);
  const advice =
    "have it renewed, or have the supervisor ask for new ones (server.certificate.request)";
  if (days < 0) return problem(check, "our client certificate has ended", advice);
  const found = `our client certificate is good for ${days} more ${days === 1 ? "day" : "days"}`;
  return days < warnDays ? warning(check, found, advice) : fine(check, found);
}
