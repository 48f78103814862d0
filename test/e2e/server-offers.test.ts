import { writeFileSync, statSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { onTestFinished, test, expect } from "vitest";
import { makeCertificate } from "../../src/dev-server/fleet/self-signed.ts";
import { uidToText } from "../../src/opamp-client/wire/instance-uid.ts";
import {
  type ConnectionSettingsOffers,
  ConfigStatus,
  AgentCapability,
} from "../../src/opamp-client/wire/messages.ts";
import { agentPath } from "../helpers/agents.ts";
import { type Daemon, scratchFolder, startDaemon, eventually } from "../helpers/daemon.ts";
import {
  type FakeServer,
  startFakeServer,
  type SeenMessage,
} from "../helpers/fake-opamp-server.ts";
import { freePorts } from "../helpers/free-ports.ts";

const both = ["ws", "http"] as const;
type Over = (typeof both)[number];
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const urlOf = (server: FakeServer, over: Over): string =>
  over === "ws" ? server.wsUrl : server.httpUrl;

async function startServer(port?: number): Promise<FakeServer> {
  const server = await startFakeServer(port === undefined ? {} : { port });
  onTestFinished(() => server.close());
  return server;
}

/** A folder with a supervisor.yaml for a pretended collector. */
async function settingsIn(folder: string, endpoint: string, more = ""): Promise<string> {
  const [health = 0] = await freePorts(1);
  writeFileSync(
    join(folder, "local.yaml"),
    `receivers: {nop: }
exporters: {nop: }
extensions: {health_check: {endpoint: "127.0.0.1:${health}"}}
service:
  extensions: [health_check]
  pipelines: {traces: {receivers: [nop], exporters: [nop]}}
`,
  );
  return `server:
  endpoint: "${endpoint}"
  headers: {Authorization: Bearer bootstrap-credential}
${more}capabilities: {accepts_opamp_connection_settings: true}
agent: {executable: ${agentPath("healthy")}, config_files: [local.yaml]}
storage: {directory: ./storage}
`;
}

/** From here on each reply offers these settings, as long as they have not been answered. */
function offer(server: FakeServer, hash: string, opamp: ConnectionSettingsOffers["opamp"]): void {
  server.script.reply = () => ({
    capabilities: 0x27n,
    ...(opamp === undefined ? {} : { connectionSettings: { hash: bytes(hash), opamp } }),
  });
}

function statusOf(server: FakeServer, hash: string, status: number): Promise<SeenMessage> {
  return server.seen.until((each) => {
    const told = each.saw === "message" ? each.message.connectionSettingsStatus : undefined;
    const same = Buffer.from(told?.lastConnectionSettingsHash ?? []).toString() === hash;
    return same && told?.status === status;
  }) as Promise<SeenMessage>;
}

const authorizations = (server: FakeServer): readonly (string | undefined)[] =>
  server.seen.all.flatMap((each) =>
    each.saw === "request" ? [each.request.headers.authorization] : [],
  );

async function agentPid(daemon: Daemon): Promise<unknown> {
  return (await daemon.waitForLog("agent process started")).pid;
}

test.each(both)(
  "C-028 C-138 C-143 C-147 C-154 C-255 a fleet is moved and re-keyed by an offer, %s",
  async (over) => {
    const [first, second] = [await startServer(), await startServer()];
    const folder = scratchFolder();
    offer(first, "move", {
      destinationEndpoint: urlOf(second, over),
      headers: { headers: [{ key: "authorization", value: "Bearer offered-credential" }] },
      heartbeatIntervalSeconds: 1n,
    });
    offer(second, "", undefined);
    const yaml = await settingsIn(folder, urlOf(first, over));
    const daemon = startDaemon(folder, yaml);
    const pid = await agentPid(daemon);
    const { message } = await statusOf(second, "move", ConfigStatus.Applied);
    expect(message.capabilities & AgentCapability.AcceptsOpampConnectionSettings).not.toBe(0n);
    await statusOf(first, "move", ConfigStatus.Applying);
    expect(new Set(authorizations(first))).toEqual(new Set(["Bearer bootstrap-credential"]));
    expect(new Set(authorizations(second))).toEqual(new Set(["Bearer offered-credential"]));
    // The old server was told goodbye.
    await first.seen.until(
      (each) => each.saw === "message" && each.message.agentDisconnect !== undefined,
    );
    // The offered interval holds.
    const count = second.messages().length;
    await eventually(() => second.messages().length >= count + 2);
    expect(statSync(join(folder, "storage/journal.json")).mode & 0o777).toBe(0o600);

    daemon.signal("SIGTERM");
    await daemon.ended;
    const before = first.seen.all.length;
    const again = startDaemon(folder, yaml);
    await again.waitForLog("connected");
    expect(first.seen.all.length).toBe(before);
    expect(pid).toBeTypeOf("number");
    expect(readFileSync(join(folder, "storage/effective.yaml"), "utf8")).not.toContain(
      "credential",
    );
  },
);

test.each(both)("C-144 a server that is not there changes nothing, %s", async (over) => {
  const server = await startServer();
  const [nobody = 0] = await freePorts(1);
  offer(server, "away", { destinationEndpoint: `${over}://127.0.0.1:${nobody}` });
  const folder = scratchFolder();
  const daemon = startDaemon(folder, await settingsIn(folder, urlOf(server, over)));
  const { message } = await statusOf(server, "away", ConfigStatus.Failed);
  expect(message.connectionSettingsStatus?.errorMessage).toMatch(/cannot be used: .*refused/i);
  await agentPid(daemon);
  expect(daemon.lines.filter(({ msg }) => msg === "connected")).toHaveLength(1);
});

test.each(both)(
  "C-142 a server that takes the connection and refuses the message is none, %s",
  async (over) => {
    const [first, second] = [await startServer(), await startServer()];
    second.script.reply = () => ({ errorResponse: { type: 1, errorMessage: "not one of ours" } });
    offer(first, "refuses", { destinationEndpoint: urlOf(second, over) });
    const folder = scratchFolder();
    startDaemon(folder, await settingsIn(folder, urlOf(first, over)));
    const { message } = await statusOf(first, "refuses", ConfigStatus.Failed);
    expect(message.connectionSettingsStatus?.errorMessage).toContain("not one of ours");
  },
);

test("C-159 local limits hold against an offer, and nobody is connected to", async () => {
  const [first, second] = [await startServer(), await startServer()];
  offer(first, "elsewhere", {
    destinationEndpoint: second.wsUrl.replace("127.0.0.1", "localhost"),
  });
  const folder = scratchFolder();
  const limits = "  offers: {allowed_hosts: [127.0.0.1]}\n";
  startDaemon(folder, await settingsIn(folder, first.wsUrl, limits));
  const { message } = await statusOf(first, "elsewhere", ConfigStatus.Failed);
  expect(message.connectionSettingsStatus?.errorMessage).toContain("server.offers.allowed_hosts");
  expect(second.seen.all).toEqual([]);
});

test("a new server that goes away in its trial is given up, and the old one hears why", async () => {
  const [first, second] = [await startServer(), await startServer()];
  offer(first, "brief", { destinationEndpoint: second.wsUrl });
  offer(second, "", undefined);
  const folder = scratchFolder();
  const daemon = startDaemon(folder, await settingsIn(folder, first.wsUrl));
  await statusOf(second, "brief", ConfigStatus.Applied);
  await second.close();
  const { message } = await statusOf(first, "brief", ConfigStatus.Failed);
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
  const [first, second] = [await startServer(), await startServer()];
  offer(first, "move", {
    destinationEndpoint: second.wsUrl,
    headers: { headers: [{ key: "Authorization", value: "Bearer offered-credential" }] },
  });
  offer(second, "", undefined);
  const folder = scratchFolder();
  const yaml = await settingsIn(folder, first.wsUrl);
  const killed = startDaemon(folder, yaml, { OPAMPSUPERVISOR_TEST_KILL: place });
  await killed.ended;
  startDaemon(folder, yaml);
  const { message } = await statusOf(second, "move", ConfigStatus.Applied);
  expect(uidToText(message.instanceUid)).toHaveLength(36);
});

test("C-148 C-149 C-153 a client certificate that is offered is shown, and the former is forgotten", async () => {
  const ours = makeCertificate(Date.now());
  const tls = { ...makeCertificate(Date.now()), requestCert: true, rejectUnauthorized: false };
  const server = await startFakeServer({ tls });
  onTestFinished(() => server.close());
  offer(server, "certificate", {
    certificate: { cert: bytes(ours.cert), privateKey: bytes(ours.key) },
  });
  const folder = scratchFolder();
  const insecure = "  tls: {insecure_skip_verify: true}\n";
  startDaemon(folder, await settingsIn(folder, server.wsUrl, insecure));
  await statusOf(server, "certificate", ConfigStatus.Applied);
  const journal = readFileSync(join(folder, "storage/journal.json"), "utf8");
  expect(journal).toContain(JSON.stringify(ours.cert).slice(1, 60));
});
