import { statSync } from "node:fs";
import { test, expect } from "vitest";
import { makeCertificate } from "../../../src/dev-server/connections/self-signed.ts";
import { uidToText } from "../../../src/opamp-client/wire/instance-uid.ts";
import {
  type ConnectionSettingsOffers,
  ConfigStatus,
  AgentCapability,
} from "../../../src/opamp-client/wire/messages.ts";
import { nopConfig } from "../../helpers/agent/agent-configs.ts";
import { agentPath } from "../../helpers/agent/agents.ts";
import { eventually, firstPid } from "../../helpers/e2e/daemon.ts";
import {
  type FakeServer,
  settingsStatus,
  startFakeServer,
} from "../../helpers/opamp/fake-opamp-server.ts";
import { freePorts } from "../../helpers/net/free-ports.ts";
import { type Host, createHost } from "../../helpers/e2e/scene.ts";

const both = ["ws", "http"] as const;
type Over = (typeof both)[number];
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const urlOf = (server: FakeServer, over: Over): string =>
  over === "ws" ? server.wsUrl : server.httpUrl;

/** A host with a pretended collector. */
async function hostFor(endpoint: string, more = ""): Promise<Host> {
  const [health = 0] = await freePorts(1);
  return createHost(endpoint, {
    local: nopConfig(undefined, { health: `127.0.0.1:${health}` }),
    server: `headers: {Authorization: Bearer bootstrap-credential}${more}`,
    capabilities: ["accepts_opamp_connection_settings"],
    executable: agentPath("healthy"),
  });
}

/** From here on each reply offers these settings, as long as they have not been answered. */
function offer(server: FakeServer, hash: string, opamp: ConnectionSettingsOffers["opamp"]): void {
  server.script.reply = () => ({
    capabilities: 0x27n,
    ...(opamp === undefined ? {} : { connectionSettings: { hash: bytes(hash), opamp } }),
  });
}

const authorizations = (server: FakeServer): readonly (string | undefined)[] =>
  server.seen.all.flatMap((each) =>
    each.saw === "request" ? [each.request.headers.authorization] : [],
  );

test.each(both)(
  "C-028 C-138 C-143 C-147 C-154 C-255 a fleet is moved and re-keyed by an offer, %s",
  async (over) => {
    const [first, second] = [await startFakeServer(), await startFakeServer()];
    offer(first, "move", {
      destinationEndpoint: urlOf(second, over),
      headers: { headers: [{ key: "authorization", value: "Bearer offered-credential" }] },
      heartbeatIntervalSeconds: 1n,
    });
    offer(second, "", undefined);
    const { path, effective, boot } = await hostFor(urlOf(first, over));
    const daemon = boot();
    const pid = await firstPid(daemon);
    const { message } = await settingsStatus(second, "move", ConfigStatus.Applied);
    expect(message.capabilities & AgentCapability.AcceptsOpampConnectionSettings).not.toBe(0n);
    await settingsStatus(first, "move", ConfigStatus.Applying);
    expect(new Set(authorizations(first))).toEqual(new Set(["Bearer bootstrap-credential"]));
    expect(new Set(authorizations(second))).toEqual(new Set(["Bearer offered-credential"]));
    // The old server was told goodbye.
    await first.seen.until(
      (each) => each.saw === "message" && each.message.agentDisconnect !== undefined,
    );
    // The offered interval holds.
    const count = second.messages().length;
    await eventually(() => second.messages().length >= count + 2);
    expect(statSync(path("storage/journal.json")).mode & 0o777).toBe(0o600);

    daemon.signal("SIGTERM");
    await daemon.ended;
    const before = first.seen.all.length;
    const again = boot();
    await again.waitForLog("connected");
    expect(first.seen.all.length).toBe(before);
    expect(pid).toBeTypeOf("number");
    expect(effective()).not.toContain("credential");
  },
);

test.each(both)("C-144 a server that is not there changes nothing, %s", async (over) => {
  const server = await startFakeServer();
  const [nobody = 0] = await freePorts(1);
  offer(server, "away", { destinationEndpoint: `${over}://127.0.0.1:${nobody}` });
  const daemon = (await hostFor(urlOf(server, over))).boot();
  const { message } = await settingsStatus(server, "away", ConfigStatus.Failed);
  expect(message.connectionSettingsStatus?.errorMessage).toMatch(/cannot be used: .*refused/i);
  await firstPid(daemon);
  expect(daemon.lines.filter(({ msg }) => msg === "connected")).toHaveLength(1);
});

test.each(both)(
  "C-142 a server that takes the connection and refuses the message is none, %s",
  async (over) => {
    const [first, second] = [await startFakeServer(), await startFakeServer()];
    second.script.reply = () => ({ errorResponse: { type: 1, errorMessage: "not one of ours" } });
    offer(first, "refuses", { destinationEndpoint: urlOf(second, over) });
    (await hostFor(urlOf(first, over))).boot();
    const { message } = await settingsStatus(first, "refuses", ConfigStatus.Failed);
    expect(message.connectionSettingsStatus?.errorMessage).toContain("not one of ours");
  },
);

test("C-159 local limits hold against an offer, and nobody is connected to", async () => {
  const [first, second] = [await startFakeServer(), await startFakeServer()];
  offer(first, "elsewhere", {
    destinationEndpoint: second.wsUrl.replace("127.0.0.1", "localhost"),
  });
  (await hostFor(first.wsUrl, ", offers: {allowed_hosts: [127.0.0.1]}")).boot();
  const { message } = await settingsStatus(first, "elsewhere", ConfigStatus.Failed);
  expect(message.connectionSettingsStatus?.errorMessage).toContain("server.offers.allowed_hosts");
  expect(second.seen.all).toEqual([]);
});

test("a new server that goes away in its trial is given up, and the old one hears why", async () => {
  const [first, second] = [await startFakeServer(), await startFakeServer()];
  offer(first, "brief", { destinationEndpoint: second.wsUrl });
  offer(second, "", undefined);
  const daemon = (await hostFor(first.wsUrl)).boot();
  await settingsStatus(second, "brief", ConfigStatus.Applied);
  await second.close();
  const { message } = await settingsStatus(first, "brief", ConfigStatus.Failed);
  expect(message.connectionSettingsStatus?.errorMessage).toContain("the former one is used again");
  expect(daemon.lines.filter(({ msg }) => msg === "agent process started")).toHaveLength(1);
});

test.each([
  "fact settings-offered:1",
  "before journal:5",
  "journal written:5",
  "journal written:6",
  "before prove-server:1",
  "after prove-server:1",
  "fact server-proved:1",
  "before use-server:1",
  "after use-server:1",
])("C-139 killed %s, the next life settles with the new server", async (place) => {
  const [first, second] = [await startFakeServer(), await startFakeServer()];
  offer(first, "move", {
    destinationEndpoint: second.wsUrl,
    headers: { headers: [{ key: "Authorization", value: "Bearer offered-credential" }] },
  });
  offer(second, "", undefined);
  const { boot } = await hostFor(first.wsUrl);
  await boot({ OPAMPSUPERVISOR_TEST_KILL: place }).ended;
  boot();
  const { message } = await settingsStatus(second, "move", ConfigStatus.Applied);
  expect(uidToText(message.instanceUid)).toHaveLength(36);
});

test("C-148 C-149 C-153 a client certificate that is offered is shown, and the former is forgotten", async () => {
  const ours = makeCertificate(Date.now());
  const tls = { ...makeCertificate(Date.now()), requestCert: true, rejectUnauthorized: false };
  const server = await startFakeServer({ tls });
  offer(server, "certificate", {
    certificate: { cert: bytes(ours.cert), privateKey: bytes(ours.key) },
  });
  const host = await hostFor(server.wsUrl, ", tls: {insecure_skip_verify: true}");
  host.boot();
  await settingsStatus(server, "certificate", ConfigStatus.Applied);
  const journal = host.read("storage/journal.json");
  expect(journal).toContain(JSON.stringify(ours.cert).slice(1, 60));
});
