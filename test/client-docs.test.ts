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

test("the example of docs/client.md connects, reports, and says goodbye when it is ended", async () => {
  const [, example = ""] = /```js\n(.*?)```/s.exec(docs) ?? [];
  expect(example.split("\n").length).toBeLessThan(40);
  const file = join(consumer(), "example.js");
  writeFileSync(file, example);
  const server = await startFakeServer();
  const child = spawn(process.execPath, [file], {
    env: { ...process.env, OPAMP_ENDPOINT: server.wsUrl },
    stdio: ["ignore", "pipe", "inherit"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  for await (const said of createInterface({ input: child.stdout })) {
    if (said === `link accepted ${server.wsUrl}`) break;
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
  const compile = (file: string): Promise<unknown> =>
    run(
      process.execPath,
      [
        join(root, "node_modules/typescript/bin/tsc"),
        ...["--noEmit", "--strict", "--target", "es2023", "--module", "nodenext", file],
      ],
      { cwd: folder },
    );
  await compile("good.ts");
  await expect(compile("bad.ts")).rejects.toMatchObject({
    stdout: expect.stringContaining("pingInterval") as string,
  });
});

test("every option of the client and its default are in docs/client.md", () => {
  for (const [name, value] of Object.entries(defaultLimits)) {
    expect(docs).toMatch(new RegExp(`^\\| \`${name}\` +\\| \`${value}\` +\\|`, "m"));
  }
});
