import { chmodSync, readdirSync, readFileSync } from "node:fs";
import { test, expect } from "vitest";
import { nopConfig } from "../../helpers/agent/agent-configs.ts";
import {
  collectorPath,
  count,
  eventually,
  firstPid,
  patienceMs,
} from "../../helpers/e2e/daemon.ts";
import { type FakeServer, startFakeServer } from "../../helpers/opamp/fake-opamp-server.ts";
import { searchSent } from "../../helpers/e2e/planted-secrets.ts";
import { collectorsOf, lives } from "../../helpers/agent/processes.ts";
import { createHost } from "../../helpers/e2e/scene.ts";
import { startTokenServer } from "../../helpers/net/token-server.ts";

/** A server that lets in whoever shows one of these values of Authorization. */
async function guardedServer(good: Set<string>): Promise<FakeServer> {
  const server = await startFakeServer();
  searchSent(() => Buffer.concat(server.messages().map(({ raw }) => raw)).toString("latin1"));
  server.script.intercept = () => {
    const requests = server.seen.all.flatMap((each) =>
      each.saw === "request" ? [each.request] : [],
    );
    const shown = requests.at(-1)?.headers.authorization ?? "";
    return good.has(shown) ? undefined : { status: 401 };
  };
  return server;
}

test(
  "a server that refuses us for good costs the agent nothing",
  async () => {
    const good = new Set(["Bearer planted-secret-1"]);
    const server = await guardedServer(good);
    const headers = "header_files: {Authorization: token}";
    const host = createHost(server.wsUrl, { server: headers, capabilities: [] });
    const { folder, read, write } = host;
    write("token", "Bearer planted-secret-1\n");
    const daemon = host.boot();
    await daemon.waitForLog("agent is healthy");
    await daemon.waitForLog("connected");
    const pid = await firstPid(daemon);
    good.clear();
    (await server.connection(1)).cut();
    // At once, with what the file says now; and after that refusal seldom.
    const denied = (line: { readonly msg: string; readonly [field: string]: unknown }): boolean =>
      line.msg === "not connected" && String(line["reason"]).includes("401");
    await eventually(() => daemon.lines.filter(denied).length === 2);
    expect(Number(daemon.lines.filter(denied)[1]?.["retryInMs"])).toBeGreaterThan(20_000);
    expect(lives(pid)).toBe(true);
    expect(collectorsOf(folder)).toEqual([pid]);
    expect(count(daemon, "agent process started")).toBe(1);
    expect(count(daemon, "agent is healthy")).toBe(1);
    good.add("Bearer planted-secret-2");
    write("token", "Bearer planted-secret-2\n");
    write(
      "supervisor.yaml",
      read("supervisor.yaml").replace("headers: {", "headers: {X-Tenant: blue, "),
    );
    daemon.signal("SIGHUP");
    await eventually(() => count(daemon, "connected") === 2);
    const first = server.messages().find(({ number }) => number === 2);
    expect(first?.message.health).toMatchObject({ healthy: true });
    expect(collectorsOf(folder)).toEqual([pid]);
  },
  2 * patienceMs,
);

test(
  "a token of an authorization server gets us in, beside the answer of a command, and after a 401 a new one does",
  async () => {
    const tokens = await startTokenServer();
    const server = await guardedServer(new Set(["Bearer token-2"]));
    const extension = `{client_id: agent, client_secret: "\${env:CLIENT_SECRET}", token_url: "${tokens.url}"}`;
    const host = createHost(server.httpUrl, {
      server: "auth: oauth2client/opamp, header_commands: {X-Key: [cat, token]}",
      capabilities: [],
      more: `extensions: {oauth2client/opamp: ${extension}}\n`,
    });
    host.write("token", "planted-secret-of-a-command\n");
    const daemon = host.boot({ CLIENT_SECRET: "planted-secret-of-a-client" });
    await daemon.waitForLog("connected");
    expect(tokens.requests).toHaveLength(2);
    const [request] = server.seen.all.flatMap((each) =>
      each.saw === "request" ? [each.request] : [],
    );
    expect(request?.headers["x-key"]).toBe("planted-secret-of-a-command");
    expect(tokens.requests[0]?.headers.authorization).toBe(
      `Basic ${btoa("agent:planted-secret-of-a-client")}`,
    );
    expect(JSON.stringify(daemon.lines)).not.toMatch(/planted|token-\d/);
  },
  2 * patienceMs,
);

test(
  "the agent gets none of our credentials, whether it is asked, validates or runs",
  async () => {
    const server = await guardedServer(new Set(["Bearer planted-secret-token"]));
    const { folder, write, path, boot } = createHost(server.wsUrl, {
      local: `${nopConfig()}# uses \${env:FOR_BOTH}\n`,
      server: 'headers: {Authorization: "Bearer ${OPAMP_TOKEN}", X-Both: "${FOR_BOTH}"}',
      capabilities: [],
      executable: "./collector",
      agent: "  env: {GIVEN: given}\n",
    });
    write("collector", `#!/bin/sh\nenv > "${folder}/env.$$.$1"\nexec "${collectorPath()}" "$@"\n`);
    chmodSync(path("collector"), 0o755);
    const daemon = boot({
      OPAMP_TOKEN: "planted-secret-token",
      FOR_BOTH: "shared",
      OTHER: "other",
    });
    await daemon.waitForLog("agent is healthy");
    await daemon.waitForLog("connected");
    const said = await daemon.waitForLog(({ msg }) => msg.startsWith("the agent does not get"));
    expect(said["variables"]).toBe("OPAMP_TOKEN");
    const calls = readdirSync(folder).filter((name) => name.startsWith("env."));
    const kinds = new Set(calls.map((name) => name.split(".")[2]));
    expect([...kinds]).toEqual(expect.arrayContaining(["components", "validate"]));
    expect(calls.some((name) => name.includes("--config"))).toBe(true);
    for (const name of calls) {
      const environment = readFileSync(path(name), "utf8");
      expect(environment).not.toContain("planted");
      expect(environment).toMatch(/^PATH=/m);
      expect(environment).toMatch(/^FOR_BOTH=shared$/m);
      expect(environment).toMatch(/^OTHER=other$/m);
      expect(environment).toMatch(/^GIVEN=given$/m);
    }
  },
  2 * patienceMs,
);

test(
  "a local configuration that comes to refer to one of them gets it, by a restart",
  async () => {
    const server = await guardedServer(new Set(["Bearer shared"]));
    const { folder, write, boot } = createHost(server.wsUrl, {
      server: 'headers: {Authorization: "Bearer ${OPAMP_TOKEN}"}',
      capabilities: [],
    });
    const daemon = boot({ OPAMP_TOKEN: "shared" });
    await daemon.waitForLog("agent is healthy");
    const environmentOf = (pid: number): string => readFileSync(`/proc/${pid}/environ`, "utf8");
    const [before = 0] = collectorsOf(folder);
    expect(environmentOf(before)).not.toContain("OPAMP_TOKEN");
    write("local.yaml", `${nopConfig()}# \${env:OPAMP_TOKEN}\n`);
    daemon.signal("SIGHUP");
    await eventually(() => count(daemon, "agent is healthy") === 2);
    const [after = 0] = collectorsOf(folder);
    expect(environmentOf(after)).toContain("OPAMP_TOKEN=shared");
  },
  2 * patienceMs,
);
