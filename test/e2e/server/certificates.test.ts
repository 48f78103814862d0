import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { uidFromText } from "../../../src/opamp-client/wire/instance-uid.ts";
import type { AgentView } from "../../../src/dev-server/fleet/view.ts";
import { connect } from "../../dev-server/raw-agent.ts";
import { nopConfig } from "../../helpers/agent/agent-configs.ts";
import { agentPath } from "../../helpers/agent/agents.ts";
import { count, type Daemon, startDaemon } from "../../helpers/e2e/daemon.ts";
import { type TestServer, startServer } from "../../helpers/e2e/dev-world.ts";
import { freePorts } from "../../helpers/net/free-ports.ts";
import { lives } from "../../helpers/agent/processes.ts";
import { type Host, createHost } from "../../helpers/e2e/scene.ts";

const asked = "a client certificate is asked for";

async function hostFor(server: TestServer, more = "", over = "wss"): Promise<Host> {
  const [health = 0] = await freePorts(1);
  return createHost(server.opampUrl.replace("wss:", `${over}:`), {
    local: nopConfig(undefined, { health: `127.0.0.1:${health}` }),
    server: `tls: {insecure_skip_verify: true}, certificate: {request: true${more}}`,
    capabilities: ["accepts_opamp_connection_settings"],
    executable: agentPath("healthy"),
  });
}

/** A daemon that has its first certificate, and its one agent's process. */
async function certified(
  server: TestServer,
  over: "wss" | "https" = "wss",
): Promise<Host & { daemon: Daemon; uid: string; fingerprint: string }> {
  const host = await hostFor(server, "", over);
  const daemon = host.boot();
  await daemon.waitForLog("agent process started");
  const { uid, connections } = await server.agent(isCertified);
  const fingerprint = connections.certificate?.fingerprint ?? "";
  return { ...host, daemon, uid, fingerprint };
}

function isCertified({ uid, connections: { certificate, status } }: AgentView): boolean {
  const named = certificate?.issuedHere === true && certificate.subject === `CN=${uid}`;
  return named && status?.status === "applied";
}

const showsOther =
  (fingerprint: string) =>
  (agent: AgentView): boolean =>
    isCertified(agent) && agent.connections.certificate?.fingerprint !== fingerprint;

const kindsIn = (agent: AgentView): ReadonlySet<string> =>
  new Set(agent.history.map(({ kind }) => kind));

function expectOneProcess(daemon: Daemon): void {
  const started = daemon.lines.filter(({ msg }) => msg === "agent process started");
  expect(started).toHaveLength(1);
  expect(lives(Number(started[0]?.["pid"]))).toBe(true);
}

test.each(["wss", "https"] as const)(
  "C-170 C-172 C-175 a certificate is asked for, signed, proved and used, from the first connection on after a start, %s",
  async (over) => {
    const server = await startServer({ tls: true });
    const { path, read, boot, daemon, uid, fingerprint } = await certified(server, over);
    expectOneProcess(daemon);
    const [ca, cert] = [path("ca.pem"), path("client.pem")];
    const journal = read("storage/journal.json");
    const quoted = /"(-----BEGIN CERTIFICATE-----[^"]*)"/.exec(journal)?.[1] ?? "";
    writeFileSync(ca, server.authorityCert);
    writeFileSync(cert, quoted.replaceAll("\\n", "\n"));
    const args = ["verify", "-x509_strict", "-purpose", "sslclient", "-CAfile", ca, cert];
    expect(execFileSync("openssl", args, { encoding: "utf8" })).toContain("OK");

    daemon.signal("SIGTERM");
    await daemon.ended;
    const before = await server.agent(({ connected }) => !connected);
    const again = boot();
    await again.waitForLog("agent is healthy");
    const after = await server.agent(({ connected, up }) => connected && up === "true");
    expect(after.uid).toBe(uid);
    expect(after.connections.certificate?.fingerprint).toBe(fingerprint);
    const since = after.history.slice(before.history.length).map(({ kind }) => kind);
    expect(since).not.toContain("certificate");
    expect(count(again, asked)).toBe(0);
  },
);

test("while the certificate is proved the agent is never shown as gone, nor as another one", async () => {
  const server = await startServer({ tls: true });
  const { uid } = await certified(server);
  const [agent, ...others] = server.agents();
  expect(others).toEqual([]);
  expect(agent?.uid).toBe(uid);
  expect(kindsIn(agent!)).not.toContain("disconnected");
});

test("C-177 a certificate is renewed before it runs out, again and again", async () => {
  const server = await startServer({ tls: true, certificateMs: 6_000 });
  const { daemon, fingerprint } = await certified(server);
  const second = await server.agent(showsOther(fingerprint));
  const third = await server.agent(showsOther(second.connections.certificate?.fingerprint ?? ""));
  expect(third.connections.certificate?.fingerprint).not.toBe(fingerprint);
  expect(kindsIn(third)).not.toContain("disconnected");
  expectOneProcess(daemon);
});

test("an agent whose certificate is revoked comes back without one and is given another", async () => {
  const server = await startServer({ tls: true });
  const { daemon, uid, fingerprint } = await certified(server);
  expect(server.revokeCertificate(uid).is).toBe("pushed");
  await daemon.waitForLog(
    ({ msg, reason }) => msg === "not connected" && String(reason).includes("403"),
  );
  const back = await server.agent(
    ({ connected, connections }) => connected && connections.certificate === undefined,
  );
  expect(back.uid).toBe(uid);
  expect(server.offerConnections(uid, {}, true).is).toBe("pushed");
  await server.agent(showsOther(fingerprint));
  expectOneProcess(daemon);
});

test("C-176 a request that is refused is not asked again, and the agent is not touched", async () => {
  const server = await startServer({ tls: true });
  const foreign = ", common_name: 01900000-0000-7000-8000-000000000001";
  const daemon = (await hostFor(server, foreign)).boot();
  const { reason } = await daemon.waitForLog("server answered with an error");
  expect(reason).toContain("expected the common name");
  const { uid } = await server.agent(({ up }) => up === "true");
  server.offerConnections(uid, { opamp: { heartbeatIntervalSeconds: 1n } });
  const { sequenceNum } = await server.agent(
    ({ connections }) => connections.status?.status === "applied",
  );
  const later = await server.agent((each) => Number(each.sequenceNum) >= Number(sequenceNum) + 2);
  expect(later.history.filter(({ kind }) => kind === "certificate")).toHaveLength(1);
  expect(count(daemon, asked)).toBe(1);
  expectOneProcess(daemon);
});

test("C-179 an agent that is given another instance id asks for another certificate", async () => {
  const server = await startServer({ tls: true });
  const { boot, daemon, uid } = await certified(server);
  daemon.signal("SIGTERM");
  await daemon.ended;
  // Somebody else goes by its id meanwhile.
  const other = await connect(server.opampUrl, { rejectUnauthorized: false });
  await other.ask({ instanceUid: uidFromText(uid)!, sequenceNum: 0n, capabilities: 1n });
  const again = boot();
  await again.waitForLog("agent process started");
  const renamed = await server.agent((each) => each.uid !== uid && isCertified(each));
  expect(renamed.connections.certificate?.subject).toBe(`CN=${renamed.uid}`);
  // It asked with the certificate for its former name.
  const shown = renamed.history.filter(({ text }) => text.includes(" shown, "));
  expect(shown[0]?.text).toContain(`CN=${uid}`);
  expectOneProcess(again);
});

test("C-179 an agent that is renamed before its first certificate asks for it in its new name", async () => {
  const server = await startServer({ tls: true });
  const { folder, settings, boot } = await hostFor(server);
  const before = startDaemon(folder, settings.replace("request: true", "request: false"));
  const { uid } = await server.agent(({ up }) => up === "true");
  before.signal("SIGTERM");
  await before.ended;
  const other = await connect(server.opampUrl, { rejectUnauthorized: false });
  await other.ask({ instanceUid: uidFromText(uid)!, sequenceNum: 0n, capabilities: 1n });
  const again = boot();
  await again.waitForLog("agent process started");
  await server.agent((each) => each.uid !== uid && isCertified(each));
  expectOneProcess(again);
});
