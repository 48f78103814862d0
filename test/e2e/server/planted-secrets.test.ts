import { mkdirSync, writeFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test, expect } from "vitest";
import { agentPath } from "../../helpers/agent/agents.ts";
import { startDaemon, scratchFolder, patienceMs } from "../../helpers/e2e/daemon.ts";
import { startFakeServer } from "../../helpers/opamp/fake-opamp-server.ts";
import { secretMark, findSecrets } from "../../helpers/e2e/planted-secrets.ts";

test.each([
  ["in flow style", (url: string) => `server: {endpoint: "${url}"}\n`],
  ["in block style", (url: string) => `server:\n  endpoint: ${url}\n`],
])(
  "the secrets that every daemon of these tests has reach the server, settings %s",
  async (_, section) => {
    const server = await startFakeServer();
    const agent = `agent: {executable: "${agentPath("healthy")}"}\nstorage: {directory: ./storage}\n`;
    const daemon = startDaemon(scratchFolder(), section(server.wsUrl) + agent);
    await daemon.waitForLog("connected");
    const [request] = server.seen.all.flatMap((each) =>
      each.saw === "request" ? [each.request] : [],
    );
    expect(request?.headers).toMatchObject({
      "x-text": `${secretMark}-of-a-text`,
      "x-variable": `${secretMark}-of-a-variable`,
    });
  },
  2 * patienceMs,
);

test("a secret is found in any file but the settings, in what was said, and in base64", () => {
  const folder = scratchFolder();
  mkdirSync(join(folder, "storage/generations"), { recursive: true });
  const hidden = join(folder, "storage/generations/1.yaml");
  writeFileSync(join(folder, "supervisor.yaml"), secretMark);
  writeFileSync(join(folder, "storage/agent.log"), "harmless");
  expect(findSecrets(folder, { log: "harmless", stderr: "" })).toEqual([]);
  writeFileSync(hidden, `a: ${secretMark}-1\n`);
  expect(findSecrets(folder, { log: `a ${secretMark}`, stderr: "" })).toEqual(["log", hidden]);
  for (const before of ["", "a", "ab", "abc"]) {
    writeFileSync(hidden, btoa(`${before}${secretMark}-of-a-client`));
    expect(findSecrets(folder, {})).toEqual([hidden]);
  }
  expect(readFileSync(hidden, "utf8")).not.toContain(secretMark);
});
