import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, mkdtempSync, rmSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { onTestFinished, test, expect } from "vitest";
import { defaultLimits } from "../src/opamp-client/transport/client-options.ts";
import { startFakeServer } from "./helpers/opamp/fake-opamp-server.ts";

const root = join(import.meta.dirname, "..");
const docs = readFileSync(join(root, "docs/client.md"), "utf8");
const [, example = ""] = /```js\n(.*?)```/s.exec(docs) ?? [];
const run = promisify(execFile);

/** A folder of somebody else's, with this package in its node_modules. */
function consumer(): string {
  const folder = mkdtempSync(join(tmpdir(), "opampsupervisor-consumer-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, "node_modules/@types"), { recursive: true });
  symlinkSync(root, join(folder, "node_modules/opampsupervisor"));
  symlinkSync(join(root, "node_modules/@types/node"), join(folder, "node_modules/@types/node"));
  writeFileSync(join(folder, "package.json"), '{"type": "module"}');
  return folder;
}

/** Compiles a file as strictly as a careful consumer does. */
function compile(folder: string, file: string): Promise<unknown> {
  const compiler = join(root, "node_modules/typescript/bin/tsc");
  const options = ["--noEmit", "--strict", "--target", "es2023", "--module", "nodenext"];
  const types = ["--types", "node"];
  return run(process.execPath, [compiler, ...options, ...types, file], { cwd: folder });
}

test("the example of docs/client.md connects, reports, and says goodbye when it is ended", async () => {
  expect(example.split("\n").length).toBeLessThan(45);
  const file = join(consumer(), "example.js");
  writeFileSync(file, example);
  const server = await startFakeServer();
  const child = spawn(process.execPath, [file], {
    env: { ...process.env, OPAMP_ENDPOINT: server.wsUrl },
    stdio: ["ignore", "pipe", "inherit"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  for await (const said of createInterface({ input: child.stdout })) {
    if (said.trim() === `link accepted ${server.wsUrl}`) break;
  }
  const { message } = await server.message(1);
  expect(message).toMatchObject({ health: { healthy: true, status: "StatusOK" } });
  const exited = once(child, "exit");
  child.kill("SIGTERM");
  expect(await exited).toEqual([0, null]);
  expect(server.messages().at(-1)!.message).toMatchObject({
    agentDisconnect: {},
    health: { status: "stopping" },
  });
});

test("without a server the example says why it waits", async () => {
  const file = join(consumer(), "example.js");
  writeFileSync(file, example);
  const child = spawn(process.execPath, [file], {
    env: { ...process.env, OPAMP_ENDPOINT: "ws://127.0.0.1:1/v1/opamp" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  let waiting = "";
  for await (const said of createInterface({ input: child.stdout })) {
    if (said.startsWith("link waiting")) waiting = said;
    if (waiting !== "") break;
  }
  expect(waiting).toContain("nothing listens there");
});

test("the example is one that a strict TypeScript program may contain", async () => {
  const folder = consumer();
  writeFileSync(join(folder, "example.ts"), example);
  await compile(folder, "example.ts");
});

test("the package has types that a strict program compiles with, and rejects what is no option", async () => {
  const folder = consumer();
  const good = `import { createClient, defaultLimits, type ClientEvent, type Report } from "opampsupervisor/client";
const post = (event: ClientEvent): void => void (event.on === "message-received" && event.message.remoteConfig?.config);
const client = createClient({ endpoint: ["wss://a", "https://b"], pingIntervalMs: defaultLimits.pingIntervalMs }, post);
const report: Report = { instanceUid: new Uint8Array(16), capabilities: 1n };
client.report(report);
`;
  writeFileSync(join(folder, "good.ts"), good);
  writeFileSync(join(folder, "bad.ts"), good.replace("pingIntervalMs:", "pingInterval:"));
  await compile(folder, "good.ts");
  await expect(compile(folder, "bad.ts")).rejects.toMatchObject({
    stdout: expect.stringContaining("pingInterval") as string,
  });
});

test("every option of the client and its default are in docs/client.md", () => {
  for (const [name, value] of Object.entries(defaultLimits)) {
    expect(docs).toMatch(new RegExp(`^\\| \`${name}\` +\\| \`${value}\` +\\|`, "m"));
  }
});
