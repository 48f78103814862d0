import { test, expect } from "vitest";
import { authorityOf, makeAuthority } from "../../../src/dev-server/connections/authority.ts";
import { withCertificate } from "../../../src/dev-server/connections/connection-settings.ts";
import { offerConnections } from "../../../src/dev-server/fleet/fleet-connections.ts";
import { viewFleet } from "../../../src/dev-server/fleet/view.ts";
import { AgentCapability, ConfigStatus } from "../../../src/opamp-client/wire/messages.ts";
import { conversation, full, uid1, socketA } from "../conversation.ts";
import { fullCapabilities, bare } from "../raw-agent.ts";

const capabilities = fullCapabilities | AgentCapability.AcceptsOpampConnectionSettings;
const { cert, key } = authorityOf(makeAuthority(1000), 60_000).issue("edge-7", 1000);
const headers = (...names: readonly string[]): object => ({
  headers: { headers: names.map((name) => ({ key: name, value: "secret-value" })) },
});
const settings = withCertificate(
  {
    opamp: {
      destinationEndpoint: "wss://user:secret-word@a.example/v1/opamp?token=secret-token",
      ...headers("Authorization", "X-Org"),
      heartbeatIntervalSeconds: 30n,
      tls: { caPemContents: "x", minVersion: "1.3" },
      proxy: { url: "http://user:secret-word@proxy:3128" },
    },
    ownLogs: {},
    otherConnections: new Map([["backend", { destinationEndpoint: "https://b.example/" }]]),
  },
  { cert: Buffer.from(cert), privateKey: Buffer.from(key) },
);

test("an offer is shown in words, without values of headers, keys, passwords and queries", () => {
  const { say, change, fleet } = conversation();
  say(full(1, 0n, capabilities));
  change(offerConnections(fleet(), uid1, settings, 1000).news);
  const [agent] = viewFleet(fleet());
  expect(agent?.connections.offer).toMatchObject({
    state: "waiting",
    connections: [
      {
        name: "server",
        taken: true,
        facts: [
          "endpoint wss://a.example/v1/opamp",
          "headers Authorization, X-Org",
          "certificate CN=edge-7",
          "authority given",
          "TLS 1.3 or newer",
          "proxy http://proxy:3128/",
          "heartbeat every 30 s",
        ],
      },
      { name: "own logs", taken: false, facts: ["endpoint none"] },
      { name: "backend", taken: false, facts: ["endpoint https://b.example/"] },
    ],
  });
  const text = JSON.stringify(viewFleet(fleet()));
  expect(text).not.toContain("secret");
  expect(text).not.toContain("PRIVATE KEY");
});

test("what the agent says of the offer is shown beside it, and of another one only as its status", () => {
  const { say, change, fleet } = conversation();
  say(full(1, 0n, capabilities));
  const asking = offerConnections(fleet(), uid1, settings, 1000);
  change(asking.news);
  const { hash } = asking.push!.message.connectionSettings!;
  const failed = (lastConnectionSettingsHash: Uint8Array): object => ({
    connectionSettingsStatus: {
      lastConnectionSettingsHash,
      status: ConfigStatus.Failed,
      errorMessage: "no way",
    },
  });
  say({ ...bare(1, 1n, capabilities), ...failed(hash!) });
  const about = { state: "failed", errorMessage: "no way" };
  expect(viewFleet(fleet())[0]?.connections).toMatchObject({
    offer: about,
    status: { status: "failed", errorMessage: "no way" },
  });
  say({ ...bare(1, 2n, capabilities), ...failed(Uint8Array.of(1)) });
  expect(viewFleet(fleet())[0]?.connections).toMatchObject({
    offer: { state: "waiting", errorMessage: "" },
    status: { status: "failed", hash: "01" },
  });
});

test("the certificate that was shown is there when its agent is gone", () => {
  const { say, fleet } = conversation();
  const certificate = { subject: "CN=a", fingerprint: "AA", expiresAt: 9000, issuedHere: true };
  say(full(1, 0n, capabilities), { ...socketA, certificate });
  say({ ...bare(1, 1n, capabilities), agentDisconnect: {} }, { ...socketA, certificate });
  expect(viewFleet(fleet())[0]?.connections.certificate).toEqual({
    ...certificate,
    revoked: false,
  });
});
