import { uidToText, uidFromText } from "../../opamp-client/wire/instance-uid.ts";
import {
  type TlsCertificate,
  type AgentToServer,
  AgentCapability,
} from "../../opamp-client/wire/messages.ts";
import { readCertificateRequest, type ReadRequest } from "../../pki/read-certificate-request.ts";
import { type Connection, type KnownAgent, remember } from "./known-agent.ts";
import type { Authority } from "../connections/authority.ts";
import { withCertificate } from "../connections/connection-settings.ts";
import type { Fleet } from "./fleet-state.ts";

/** What became of a request for a client certificate. */
export type CertificateAnswer =
  | { readonly is: "signed"; readonly certificate: TlsCertificate }
  | { readonly is: "refused"; readonly why: string };

/** Signs the request in a message, or says why not; undefined when there is none (specification.md#agent-initiated-csr-flow). */
export function answerRequest(
  authority: Authority,
  fleet: Fleet,
  connection: Connection,
  message: AgentToServer,
  now: number,
): CertificateAnswer | undefined {
  if (message.connectionSettingsRequest === undefined) return undefined;
  const { opamp } = message.connectionSettingsRequest;
  const request = readCertificateRequest(opamp?.certificateRequest?.csr ?? new Uint8Array());
  const why = problemOf(request, fleet, connection, message);
  if (request.is === "unreadable" || why !== undefined) {
    return { is: "refused", why: `the certificate request was refused: ${why ?? ""}` };
  }
  const cert = Buffer.from(authority.sign(request.commonName, request.publicKey, now));
  return { is: "signed", certificate: { cert, caCert: Buffer.from(authority.cert) } };
}

/** What is wanted of the agent's connections once its request was signed: all that was wanted before, and this. */
export function withAnswer(
  record: KnownAgent,
  answer: CertificateAnswer | undefined,
  now: number,
): KnownAgent {
  if (answer?.is !== "signed") return record;
  const settings = withCertificate(record.settingsOffer?.settings, answer.certificate);
  const signed = { ...record, settingsOffer: { settings, at: now, settled: false } };
  return remember(signed, [{ at: now, kind: "certificate", text: "Certificate request signed" }]);
}

/**
 * Notes the refusal and nothing else of the message: it counts as not received, so that the next answer asks for all
 * that was in it.
 */
export function noteRefusal(record: KnownAgent, why: string, now: number): KnownAgent {
  return remember(record, [{ at: now, kind: "certificate", text: `Answered: ${why}` }]);
}

function problemOf(
  request: ReadRequest,
  fleet: Fleet,
  connection: Connection,
  message: AgentToServer,
): string | undefined {
  if (request.is === "unreadable") return request.why;
  const uid = uidToText(message.instanceUid);
  const known = fleet.agents.get(uid);
  if (connection.guestFrom !== undefined && known?.guest?.is !== "approved") {
    return "the agent waits to be approved";
  }
  const capabilities = message.capabilities || (known?.capabilities ?? 0n);
  if ((capabilities & AgentCapability.AcceptsOpampConnectionSettings) === 0n) {
    return "expected the capability AcceptsOpAMPConnectionSettings, because the answer is an offer";
  }
  const named = uidFromText(request.commonName);
  if (named === undefined) return undefined;
  // Whoever was given another uid may ask under either of them.
  const given = fleet.assigned.get(connection.id)?.get(uid);
  const found = uidToText(named);
  return found === uid || found === given
    ? undefined
    : `expected the common name ${given ?? uid}, the agent's instance uid, found ${found}`;
}
