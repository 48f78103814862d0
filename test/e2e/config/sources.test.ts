import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { nopConfig } from "../../helpers/agent/agent-configs.ts";
import { eventually } from "../../helpers/e2e/daemon.ts";
import { createHost } from "../../helpers/e2e/scene.ts";
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

test("the settings themselves may come from a variable, as in a task of ECS", async () => {
  const host = createHost(nobody);
  const script = 'SETTINGS="$(cat supervisor.yaml)" exec "$0" "$1" --config=env:SETTINGS';
  const daemon = host.boot({}, ["sh", "-c", script]);
  await daemon.waitForLog("agent is healthy");
});
