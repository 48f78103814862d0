import { test, onTestFinished, expect } from "vitest";
import { makeCertificate } from "../../src/dev-server/connections/self-signed.ts";
import { watchedClient, someReport } from "../helpers/opamp/fake-client.ts";
import { startFakeServer } from "../helpers/opamp/fake-opamp-server.ts";

const csr = new TextEncoder().encode("-----BEGIN CERTIFICATE REQUEST-----");

test.each([
  ["ws", 0x40n, 1],
  ["http", 0x40n, 1],
  ["ws", 0x1n, 0],
  ["http", 0x1n, 0],
  ["ws", undefined, 1],
  ["http", undefined, 1],
] as const)(
  "C-170 C-172 C-173 over %s a request goes to a server with capabilities %s, once and alone",
  async (over, bit, count) => {
    const server = await startFakeServer();
    server.script.reply = () => (bit === undefined ? {} : { capabilities: 0x7n | bit });
    const endpoint = over === "ws" ? server.wsUrl : server.httpUrl;
    const { client, received } = watchedClient({ endpoint, heartbeatIntervalMs: 20 });
    onTestFinished(() => client.stop());
    client.report(someReport());
    client.requestCertificate(csr);
    client.start();
    await received(4);
    const requests = server.messages().map(({ message }) => message.connectionSettingsRequest);
    expect(requests[0]).toBeUndefined();
    const sent = requests.filter((request) => request !== undefined);
    expect(sent).toEqual(
      Array.from({ length: count }, () => ({ opamp: { certificateRequest: { csr } } })),
    );
  },
);

test.each(["ws", "http"] as const)(
  "C-171 over %s a server that cannot be trusted gets no request",
  async (over) => {
    const server = await startFakeServer({ tls: makeCertificate(Date.now()) });
    const endpoint = over === "ws" ? server.wsUrl : server.httpUrl;
    const { client, link } = watchedClient({ endpoint });
    onTestFinished(() => client.stop());
    client.report(someReport());
    client.requestCertificate(csr);
    client.start();
    await link("waiting", 2);
    expect(server.messages()).toEqual([]);
  },
);
