import { X509Certificate, createPrivateKey } from "node:crypto";
import { test, expect } from "vitest";
import { makeAuthority, authorityOf } from "../../../src/dev-server/connections/authority.ts";
import {
  type CertificateAnswer,
  answerRequest,
} from "../../../src/dev-server/fleet/certificate-answer.ts";
import type { Fleet } from "../../../src/dev-server/fleet/fleet-state.ts";
import { receive, disconnect } from "../../../src/dev-server/fleet/fleet.ts";
import { offerConnections } from "../../../src/dev-server/fleet/fleet-connections.ts";
import { uidToText } from "../../../src/opamp-client/wire/instance-uid.ts";
import {
  AgentCapability,
  type AgentToServer,
  type ServerToAgent,
  ConfigStatus,
  ServerErrorType,
} from "../../../src/opamp-client/wire/messages.ts";
import { makeCertificateRequest } from "../../../src/pki/certificate-request.ts";
import { emptyFleet, socketA, conversation, full, uid1, socketB } from "../conversation.ts";
import { fullCapabilities, bare, uidOf } from "../raw-agent.ts";

const now = Date.parse("2026-03-01T12:00:00Z");
const authorityPem = makeAuthority(now);
const authority = authorityOf(authorityPem, 60_000);
const capabilities =
  fullCapabilities |
  AgentCapability.AcceptsOpampConnectionSettings |
  AgentCapability.ReportsConnectionSettingsStatus;

const asks = (csr: string, sequenceNum = 1n, bits = capabilities): AgentToServer => ({
  ...bare(1, sequenceNum, bits),
  connectionSettingsRequest: { opamp: { certificateRequest: { csr: Buffer.from(csr) } } },
});

const answer = (
  message: AgentToServer,
  fleet: Fleet = emptyFleet(),
): CertificateAnswer | undefined => answerRequest(authority, fleet, socketA, message, now);

/** The whole way of a message in which a certificate is asked for. */
function ask(
  talk: ReturnType<typeof conversation>,
  message: AgentToServer,
  connection = socketA,
): ServerToAgent {
  const certificate = answerRequest(authority, talk.fleet(), connection, message, now);
  const received = { connection, message, now, freshUid: uidOf(99), certificate };
  const { news, reply } = receive(talk.fleet(), received);
  talk.change(news);
  return reply;
}

test("a message without a request has no answer to one", () => {
  expect(answer(bare(1, 1n, capabilities))).toBeUndefined();
});

test("S-038 S-042 a request is answered by a certificate for its key and the authority's own", () => {
  const talk = conversation();
  talk.say(full(1, 0n, capabilities));
  const { csr, key } = makeCertificateRequest(uid1);
  const reply = ask(talk, asks(csr));
  const { hash, opamp } = reply.connectionSettings!;
  expect(hash).toHaveLength(32);
  expect(opamp?.certificate?.privateKey).toBeUndefined();
  expect(Buffer.from(opamp!.certificate!.caCert!).toString()).toBe(authorityPem.cert);
  const cert = new X509Certificate(Buffer.from(opamp!.certificate!.cert!));
  expect(cert.subject).toBe(`CN=${uid1}`);
  expect(cert.checkPrivateKey(createPrivateKey(key))).toBe(true);
});

test("S-045 what else is wanted of its connections rides along, under one hash", () => {
  const talk = conversation();
  talk.say(full(1, 0n, capabilities));
  const opamp = { headers: { headers: [{ key: "a", value: "b" }] } };
  talk.change(offerConnections(talk.fleet(), uid1, { opamp }, now).news);
  const reply = ask(talk, asks(makeCertificateRequest(uid1).csr));
  expect(reply.connectionSettings?.opamp).toMatchObject({ ...opamp, certificate: {} });
  const status = {
    lastConnectionSettingsHash: reply.connectionSettings!.hash!,
    status: ConfigStatus.Applied,
  };
  const said = { ...bare(1, 2n, capabilities), connectionSettingsStatus: status };
  expect(talk.say(said).connectionSettings).toBeUndefined();
  // Who has lost all it knew has lost the key too.
  talk.change(disconnect(talk.fleet(), "ws-1", "gone", now));
  const anew = { ...full(1, 0n, capabilities), connectionSettingsStatus: {} };
  expect(talk.say(anew, socketB).connectionSettings?.opamp).toEqual(opamp);
});

test("S-043 S-044 the uid in it is the sender's, or the one that it was just given", () => {
  const csrFor = (byte: number): string => makeCertificateRequest(uidToText(uidOf(byte))).csr;
  expect(answer(asks(csrFor(1)))?.is).toBe("signed");
  expect(answer(asks(csrFor(2)))).toMatchObject({
    is: "refused",
    why: expect.stringContaining(`expected the common name ${uid1}`) as string,
  });
  const talk = conversation();
  talk.say(full(1, 0n, capabilities));
  const given = talk.say({ ...full(1, 1n, capabilities), flags: 1n }).agentIdentification;
  const name = uidToText(given!.newInstanceUid!);
  expect(answer(asks(makeCertificateRequest(name).csr), talk.fleet())?.is).toBe("signed");
  expect(answer(asks(makeCertificateRequest("edge-7").csr))?.is).toBe("signed");
});

test.each<[string, AgentToServer, string]>([
  ["garbage", asks("garbage"), "expected one PEM block"],
  ["a request for nothing", { ...asks(""), connectionSettingsRequest: {} }, "one PEM block"],
  [
    "a request of one that takes no offers",
    asks(makeCertificateRequest(uid1).csr, 1n, fullCapabilities),
    "AcceptsOpAMPConnectionSettings",
  ],
])("S-016 S-018 S-046 %s is answered by BAD_REQUEST and nothing else", (_, message, why) => {
  const talk = conversation();
  talk.say(full(1, 0n, message.capabilities));
  expect(ask(talk, message)).toEqual({
    instanceUid: uidOf(1),
    errorResponse: {
      type: ServerErrorType.BadRequest,
      errorMessage: expect.stringContaining(why) as string,
    },
  });
  const record = talk.fleet().agents.get(uid1);
  expect(record?.history.at(-1)).toMatchObject({ kind: "certificate" });
  expect(record?.link.at).toBe("open");
});

test("a stranger whose request is refused is not taken in", () => {
  const talk = conversation();
  expect(ask(talk, asks("garbage")).errorResponse).toBeDefined();
  expect(talk.fleet().agents.size).toBe(0);
});
