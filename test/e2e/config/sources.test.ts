import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { nopConfig } from "../../helpers/agent/agent-configs.ts";
import { eventually, program } from "../../helpers/e2e/daemon.ts";
import { createHost, type Host } from "../../helpers/e2e/scene.ts";
import { nobody } from "../../helpers/e2e/settings-text.ts";

/** A web server with one text, which can be exchanged, or nothing. */
interface Web {
  readonly address: string;
  readonly put: (text: string | undefined) => void;
}

async function serve(): Promise<Web> {
  const held: { text?: string | undefined } = {};
  const server = createServer((_, response) =>
    held.text === undefined ? response.writeHead(503).end() : response.end(held.text),
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/base.yaml`;
  return { address, put: (text) => void (held.text = text) };
}

test("a layer from elsewhere runs, is fetched again on SIGHUP, and its copy starts the agent without it", async () => {
  const web = await serve();
  const host = createHost(nobody, { local: false, configFiles: [web.address] });
  const environment = { XDG_CACHE_HOME: host.path("cache") };
  // Nothing is there yet: the start fails with the code after which systemd tries again.
  const early = host.boot(environment);
  expect(await early.ended).toBe(1);
  expect(early.stderr()).toContain(`${web.address} cannot be fetched`);

  web.put(nopConfig("one"));
  const first = host.boot(environment);
  await first.waitForLog("agent is healthy");
  expect(host.effective()).toContain("nop/one");
  await eventually(() => host.keepsGood());

  web.put(nopConfig("two"));
  first.signal("SIGHUP");
  await eventually(() => host.effective().includes("nop/two"));
  first.signal("SIGTERM");
  await first.ended;

  web.put(undefined);
  const second = host.boot(environment);
  await second.waitForLog(({ msg }) => msg.includes("the copy of the last time is used"));
  await second.waitForLog("agent is healthy");
  expect(host.effective()).toContain("nop/two");
});

test("a file that is gone at a start is no end of the agent: its copy is run, and it is told", async () => {
  const host = createHost(nobody, { local: nopConfig("one") });
  const environment = { XDG_CACHE_HOME: host.path("cache") };
  const first = host.boot(environment);
  await first.waitForLog("agent is healthy");
  const copies = host.path("cache/opampsupervisor/sources");
  host.write("local.yaml", nopConfig("two"));
  first.signal("SIGHUP");
  await eventually(() => host.effective().includes("nop/two"));
  await eventually(() => existsSync(copies) && readdirSync(copies).length === 1);
  const asked = await askStatus(host, environment);
  rmSync(host.path("local.yaml"));
  // Somebody who asks how things are has to be answered just then.
  expect(asked).toBe(0);
  expect(await askStatus(host, environment)).toBe(0);
  first.signal("SIGHUP");
  await first.waitForLog(({ msg }) => msg.includes("does not exist"));
  first.signal("SIGTERM");
  await first.ended;

  const second = host.boot(environment);
  const told = await second.waitForLog(({ msg }) =>
    msg.includes("does not exist: the copy of its last content is used"),
  );
  expect(told["key"]).toBe("agent.config_files[0]");
  await second.waitForLog("agent is healthy");
  expect(host.effective()).toContain("nop/two");
  second.signal("SIGTERM");
  await second.ended;

  rmSync(copies, { recursive: true });
  const third = host.boot(environment);
  expect(await third.ended).toBe(2);
  expect(third.stderr()).toContain("does not exist: expected a collector configuration");
});

async function askStatus(
  host: Host,
  environment: Readonly<Record<string, string>>,
): Promise<number> {
  const config = `--config=${host.path("supervisor.yaml")}`;
  const env = { ...process.env, ...environment };
  const child = spawn(process.execPath, [program, "status", config], { env, cwd: host.folder });
  const [code] = (await once(child, "exit")) as [number | null];
  return code ?? -1;
}

test("the settings themselves may come from a variable, as in a task of ECS", async () => {
  const host = createHost(nobody);
  const script = 'SETTINGS="$(cat supervisor.yaml)" exec "$0" "$1" --config=env:SETTINGS';
  const daemon = host.boot({}, ["sh", "-c", script]);
  await daemon.waitForLog("agent is healthy");
});
