import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { onTestFinished, test, expect } from "vitest";
import { defaultTls } from "../../../src/opamp-client/transport/client-options.ts";
import type { ClientEvent } from "../../../src/opamp-client/client.ts";
import { environmentsProxy } from "../../../src/net/proxy.ts";
import { connectToServer, logEvent } from "../../../src/supervisor/server/server-link.ts";
import type { ServerSettings } from "../../../src/supervisor/settings/settings.ts";
import { createAuthority } from "../../helpers/net/certificates.ts";
import { startConnectProxy } from "../../helpers/net/connect-proxy.ts";
import { createEventLog } from "../../helpers/event-log.ts";
import { someReport } from "../../helpers/opamp/fake-client.ts";
import { startFakeServer } from "../../helpers/opamp/fake-opamp-server.ts";
import { keptLog } from "../../helpers/log-lines.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";

const none = { ca: undefined, cert: undefined, key: undefined };
const noFiles = { caFile: undefined, certFile: undefined, keyFile: undefined };
const plain: Omit<ServerSettings, "endpoint"> = {
  fallbackEndpoints: [],
  headers: new Map(),
  tls: { ...defaultTls, ...none, ...noFiles },
  proxy: environmentsProxy,
  compression: "none",
  headerFiles: new Map(),
  headerCommands: new Map(),
  headerCommandIntervalMs: 60_000,
  auth: undefined,
  authExtension: undefined,
  offers: { allowedHosts: undefined, allowWeakerTls: false },
  certificate: undefined,
};

function connectedTo(settings: ServerSettings, environment: Readonly<Record<string, string>> = {}) {
  const { log, lines } = keptLog();
  const events = createEventLog<ClientEvent>();
  const surroundings = { environment: new Map(Object.entries(environment)), log };
  const client = connectToServer(settings, undefined, surroundings, (event) => {
    logEvent(event, log);
    events.add(event);
  });
  onTestFinished(() => client.stop());
  client.report(someReport());
  client.start();
  const reached = (count: number) =>
    events.until((event) => event.on === "link-changed" && event.link.at === "accepted", count);
  const reasons = (): readonly string[] =>
    lines.all.flatMap(({ fields }) => (typeof fields.reason === "string" ? [fields.reason] : []));
  return { reached, lines, reasons };
}

test("a server whose authority changes is reached again with what the file says now", async () => {
  const [before, after] = [createAuthority("Before"), createAuthority("After")];
  const caFile = join(temporaryFolder(), "ca.pem");
  writeFileSync(caFile, before.cert);
  const server = await startFakeServer({ tls: before.issue() });
  const tls = { ...plain.tls, ca: before.cert, includeSystemCa: false, caFile };
  const { reached, lines } = connectedTo({ ...plain, endpoint: server.wsUrl, tls });
  await reached(1);
  server.setTls(after.issue());
  (await server.connection(1)).cut();
  await lines.until(({ fields }) => /from the authority "After"/.test(String(fields.reason)));
  writeFileSync(caFile, after.cert);
  await reached(2);
});

test.each([
  ["as soon as they are missed", undefined],
  ["beside the configured ones", createAuthority("Another").cert],
])("the authorities that this machine trusts count %s", async (_how, ca) => {
  const authority = createAuthority("The Administrator's");
  const file = join(temporaryFolder(), "bundle.crt");
  writeFileSync(file, authority.cert);
  const server = await startFakeServer({ tls: authority.issue() });
  const tls = { ...plain.tls, ca, includeSystemCa: true };
  const settings = { ...plain, endpoint: server.httpUrl, tls };
  const { reached, lines } = connectedTo(settings, { SSL_CERT_FILE: file });
  await reached(1);
  const words = "the authorities that this machine trusts are used too from now on";
  expect(lines.all.filter((line) => line.words === words)).toHaveLength(1);
});

test("they do not count where only the configured ones are to", async () => {
  const authority = createAuthority("The Administrator's");
  const file = join(temporaryFolder(), "bundle.crt");
  writeFileSync(file, authority.cert);
  const server = await startFakeServer({ tls: authority.issue() });
  const tls = { ...plain.tls, ca: createAuthority("Another").cert, includeSystemCa: false };
  const settings = { ...plain, endpoint: server.wsUrl, tls };
  const { lines } = connectedTo(settings, { SSL_CERT_FILE: file });
  await lines.until(({ words }) => words === "not connected", 3);
  expect(server.messages()).toEqual([]);
  expect(lines.all.map(({ words }) => words).join()).not.toContain("this machine trusts");
});

test("a password for the proxy is in no line of the log", async () => {
  const server = await startFakeServer();
  const proxy = await startConnectProxy({ pair: "user:p4ssw0rd", to: server.port });
  onTestFinished(() => proxy.close());
  proxy.answer = 403;
  const endpoint = "ws://opamp.invalid:4320/v1/opamp";
  const { reached, lines, reasons } = connectedTo(
    { ...plain, endpoint },
    { http_proxy: proxy.url },
  );
  await lines.until(({ words }) => words === "not connected");
  expect(reasons()[0]).toContain("refused to connect to opamp.invalid:4320");
  proxy.answer = undefined;
  await reached(1);
  expect(JSON.stringify(lines.all)).not.toMatch(/p4ssw0rd|dXNlcjpw/);
});
