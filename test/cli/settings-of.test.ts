import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { settingsToAsk } from "../../src/cli/settings-of.ts";
import type { Settings } from "../../src/supervisor/settings/settings.ts";
import { agentPath } from "../helpers/agent/agents.ts";
import { createFolder } from "../supervisor/settings/fixture-folder.ts";

/** A place in the web with settings and nothing else; it notes what it is asked for. */
async function web(): Promise<{
  readonly address: string;
  readonly asked: readonly string[];
  readonly answers: Map<string, string>;
}> {
  const asked: string[] = [];
  const answers = new Map<string, string>();
  const server = createServer(({ url = "" }, response) => {
    asked.push(url);
    const text = answers.get(url);
    response.writeHead(text === undefined ? 503 : 200).end(text);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return { address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked, answers };
}

const settings = (layer: string, more = ""): string => `server:
  endpoint: ws://127.0.0.1:1
  headers: {Authorization: "Bearer \${ssm:/token}"}
storage: {directory: storage}
agent: {executable: ${agentPath("healthy")}, config_files: [${layer}]}
${more}`;

async function read(
  file: string,
  folder: string,
): Promise<{ readonly found: Settings | undefined; readonly said: string }> {
  let said = "";
  const found = await settingsToAsk(file, {
    environment: new Map([["XDG_CACHE_HOME", folder]]),
    ...{ workingDirectory: folder, packageDirectory: folder, version: "0" },
    ...{ terminal: false, columns: 80, err: (text) => void (said += text) },
  });
  return { found, said };
}

test("who asks a running supervisor finds it while every source is away, and asks none of them", async () => {
  const { address, asked } = await web();
  const folder = createFolder();
  folder.write("supervisor.yaml", settings(`${address}/layer.yaml`));
  const { found, said } = await read("supervisor.yaml", folder.path);
  expect(found?.storage.directory).toBe(join(folder.path, "storage"));
  expect([said, asked]).toEqual(["", []]);
});

test("settings from elsewhere are fetched, and nothing that they refer to", async () => {
  const { address, asked, answers } = await web();
  answers.set("/supervisor.yaml", settings(`${address}/layer.yaml`));
  const folder = createFolder();
  const { found } = await read(`${address}/supervisor.yaml`, folder.path);
  expect(found?.storage.directory).toBe(join(folder.path, "storage"));
  expect(asked).toEqual(["/supervisor.yaml"]);
});

test("what is wrong in them is said all the same", async () => {
  const { address, asked } = await web();
  const folder = createFolder();
  const layer = `${address}/layer.yaml`;
  folder.write("supervisor.yaml", settings(layer, "").replace(/ {2}headers.*\n/, "  no_such: 1\n"));
  const { found, said } = await read("supervisor.yaml", folder.path);
  expect(found).toBeUndefined();
  expect(said).toContain("unknown key");
  expect(asked).toContain("/layer.yaml");
});
