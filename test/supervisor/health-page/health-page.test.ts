import { type IncomingMessage, get as getHttp } from "node:http";
import { get as getHttps } from "node:https";
import { type AddressInfo, connect, createServer } from "node:net";
import { once } from "node:events";
import { onTestFinished, test, expect } from "vitest";
import { initialState } from "../../../src/supervisor/core/state/state.ts";
import type { HealthPageSettings } from "../../../src/supervisor/settings/settings.ts";
import { healthAnswer } from "../../../src/supervisor/health-page/health-answers.ts";
import { startHealthPage } from "../../../src/supervisor/health-page/start-health-page.ts";
import { uid } from "../../helpers/core/core-samples.ts";
import { createAuthority } from "../../helpers/net/certificates.ts";
import { keptLog } from "../../helpers/log-lines.ts";

const sources = {
  answer: (path: string) => healthAnswer(path, initialState(uid)),
  metrics: () => [
    {
      name: "supervisor.agent.health_status",
      description: "1 while the agent is healthy, else 0",
      unit: "1",
      kind: "level" as const,
      points: [{ value: 1, attributes: {} }],
    },
  ],
  version: "1.2.3",
  resource: new Map([["place", "edge"]]),
};

function serve(settings: Partial<HealthPageSettings> = {}) {
  const { log, lines } = keptLog();
  const close = startHealthPage(
    { host: "127.0.0.1", port: 0, tls: undefined, ...settings },
    sources,
    log,
  );
  onTestFinished(close);
  return { lines, close };
}

async function openPage(settings: Partial<HealthPageSettings> = {}): Promise<number> {
  const { lines } = serve(settings);
  const { fields } = await lines.until(({ words }) => words === "the health page is open");
  return Number(fields["port"]);
}

async function asked(url: string, options: object = {}) {
  const get = url.startsWith("https:") ? getHttps : getHttp;
  const request = get(url, { agent: false, ...options });
  const [response] = (await once(request, "response")) as [IncomingMessage];
  let body = "";
  for await (const piece of response.setEncoding("utf8")) body += String(piece);
  return { status: response.statusCode, body, type: response.headers["content-type"] };
}

test("each path has its answer, and others are named where there is none", async () => {
  const at = `http://127.0.0.1:${await openPage()}`;
  expect(await asked(`${at}/livez?verbose`)).toMatchObject({ status: 200 });
  expect(await asked(`${at}/health`)).toMatchObject({ status: 503 });
  const none = await asked(`${at}/other`);
  expect(none.status).toBe(404);
  expect(none.body).toContain("/health");
  expect(await asked(`${at}/livez`, { method: "POST" })).toMatchObject({ status: 405 });
  expect(await asked(`${at}/livez`, { method: "HEAD" })).toMatchObject({ status: 200, body: "" });
});

test("/metrics has what the page for Prometheus has", async () => {
  const { body, type } = await asked(`http://127.0.0.1:${await openPage()}/metrics`);
  expect(type).toContain("version=0.0.4");
  expect(body).toContain('place="edge"');
  expect(body).toMatch(/^supervisor_agent_health_status\{.*\} 1$/m);
});

test("with a certificate it is served by TLS, to whom the authorities of clients vouch for", async () => {
  const authority = createAuthority();
  const { cert, key } = authority.issue({ names: ["localhost"], usage: "server" });
  const client = authority.issue({ usage: "client" });
  const port = await openPage({
    tls: {
      ...{ cert, key, clientCa: authority.cert },
      ...{ minVersion: "TLSv1.2", maxVersion: undefined, ciphers: undefined, curves: undefined },
    },
  });
  const address = `https://127.0.0.1:${port}/livez`;
  const trusts = { ca: authority.cert, servername: "localhost" };
  const { cert: own, key: ownKey } = client;
  expect(await asked(address, { ...trusts, cert: own, key: ownKey })).toMatchObject({
    status: 200,
  });
  await expect(asked(address, trusts)).rejects.toThrow();
});

test("a port that another process has is an error in the log, and no more", async () => {
  const other = createServer().listen(0, "127.0.0.1");
  await once(other, "listening");
  onTestFinished(() => void other.close());
  const { port } = other.address() as AddressInfo;
  const { lines } = serve({ port });
  const { fields } = await lines.until(({ level }) => level === "error");
  expect(fields).toMatchObject({
    port,
    reason: expect.stringContaining("healthcheck.endpoint") as string,
  });
});

test("without the key nothing is opened, and what is closed before it was open stays so", async () => {
  const { log, lines } = keptLog();
  startHealthPage(undefined, sources, log)();
  const { lines: later, close } = serve();
  close();
  await import("../../../src/supervisor/health-page/health-page.ts");
  await new Promise((done) => setImmediate(done));
  expect([...lines.all, ...later.all]).toEqual([]);
});

test("a crowd that says nothing keeps no probe from its answer", async () => {
  const port = await openPage();
  for (let number = 0; number < 150; number += 1) {
    const silent = connect(port, "127.0.0.1").on("error", () => undefined);
    onTestFinished(() => void silent.destroy());
    await once(silent, "connect");
  }
  expect(await asked(`http://127.0.0.1:${port}/livez`)).toMatchObject({ status: 200 });
});
