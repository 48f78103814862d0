import { join } from "node:path";
import { expect, test } from "vitest";
import { statusHost } from "../../src/supervisor/status-host.ts";
import { createAuthority, dayMs } from "../helpers/net/certificates.ts";
import { createAgentFolder, settingsOf } from "./settings/fixture-folder.ts";

const from = Date.UTC(2030, 0, 1);
const of = { version: "1.0.0", begunAt: 0 };

function hostWith(agent = ""): {
  readonly folder: ReturnType<typeof createAgentFolder>;
  readonly text: string;
} {
  const folder = createAgentFolder();
  const authority = createAuthority("Test Authority", { from, until: from + 900 * dayMs });
  const pair = authority.issue({ commonName: "host.test", from, until: from + 30 * dayMs });
  folder.write("ca.pem", authority.cert);
  folder.write("cert.pem", `${pair.cert}\n${authority.cert}`);
  folder.write("key.pem", pair.key);
  const tls = "tls: {ca_file: ca.pem, cert_file: cert.pem, key_file: key.pem}";
  const server = `server: {endpoint: "wss://127.0.0.1:4320/v1/opamp", ${tls}}\n`;
  return { folder, text: `${server}agent:\n  executable: ./otelcol\n${agent}` };
}

test("certificates are read from their files as they are now, of several the one that ends first", () => {
  const { folder, text } = hostWith();
  const settings = settingsOf(folder.read(text));
  const { certificates, paths } = statusHost(settings, "/storage", of);
  expect(certificates).toMatchObject([
    { use: "server.tls.cert", subject: "CN=host.test", expiresAt: { unixMs: from + 30 * dayMs } },
    { use: "server.tls.ca", file: join(folder.path, "ca.pem") },
  ]);
  expect(JSON.stringify(certificates)).not.toContain("PRIVATE KEY");
  expect(paths.agentLog).toBe("/storage/agent.log");
  folder.write("cert.pem", createAuthority("Other", { from, until: from + dayMs }).cert);
  const [renewed] = statusHost(settings, "/storage", of).certificates;
  expect(renewed).toMatchObject({ subject: "CN=Other", expiresAt: { unixMs: from + dayMs } });
  folder.write("cert.pem", "no certificate any more");
  expect(statusHost(settings, "/storage", of).certificates).toHaveLength(1);
});

test("an agent whose lines go through the supervisor's log has no file of its own", () => {
  const { folder, text } = hostWith("  passthrough_logs: true\n");
  const { paths } = statusHost(settingsOf(folder.read(text)), "/storage", of);
  expect(paths.agentLog).toBeNull();
});
