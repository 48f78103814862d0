import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { expect, onTestFinished, test } from "vitest";
import { agentPath } from "../helpers/agent/agents.ts";
import { temporaryFolder } from "../helpers/temporary-folder.ts";

const program = join(import.meta.dirname, "..", "..", "bin", "opampsupervisor.cjs");

/** A supervisor that waits for its settings, which come from elsewhere. */
async function startThatWaits(): Promise<{
  readonly child: ChildProcessByStdio<null, Readable, null>;
  readonly folder: string;
  readonly answer: ServerResponse;
}> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const folder = temporaryFolder();
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/supervisor.yaml`;
  const asked = once(server, "request");
  const child = spawn(process.execPath, [program, "--config", address], {
    stdio: ["ignore", "pipe", "inherit"],
    // Where copies of what was fetched are kept.
    env: { ...process.env, STATE_DIRECTORY: join(folder, "copies") },
  });
  onTestFinished(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill("SIGKILL");
    await once(child, "exit");
  });
  const [, answer] = (await asked) as [unknown, ServerResponse];
  return { child, folder, answer };
}

test.each(["SIGTERM", "SIGINT", "SIGQUIT", "SIGPWR"] as const)(
  "%s ends a start that waits for its settings, and is no failure",
  async (signal) => {
    const { child } = await startThatWaits();
    child.kill(signal);
    expect(await once(child, "exit")).toEqual([0, null]);
  },
);

test("SIGHUP while a start waits for its settings is kept until it has begun", async () => {
  const { child, folder, answer } = await startThatWaits();
  child.kill("SIGHUP");
  answer.end(`server: {endpoint: "ws://127.0.0.1:1"}
storage: {directory: ${join(folder, "storage")}}
agent: {executable: ${agentPath("healthy")}}
`);
  let log = "";
  for await (const chunk of child.stdout) {
    log += String(chunk);
    if (log.includes("SIGHUP")) break;
  }
  expect(log).toContain("signal received");
  child.kill("SIGTERM");
  expect(await once(child, "exit")).toEqual([0, null]);
});
