import { expect, test } from "vitest";
import type { AgentView } from "../../../src/dev-server/fleet/view.ts";
import { nopConfig } from "../../helpers/agent/agent-configs.ts";
import { type Daemon, patienceMs, eventually } from "../../helpers/e2e/daemon.ts";
import { type TestServer, startServer } from "../../helpers/e2e/dev-world.ts";
import { freePorts } from "../../helpers/net/free-ports.ts";
import { collectorsOf } from "../../helpers/agent/processes.ts";
import { type Host, createHost } from "../../helpers/e2e/scene.ts";

const part = (word: string): string =>
  `receivers: {nop/${word}: }\nservice: {pipelines: {traces/${word}: {receivers: [nop/${word}], exporters: [nop]}}}\n`;

interface Lonely extends Host {
  readonly collectors: () => number;
  /** A server appears at the address that the supervisor was given. */
  readonly arrive: () => Promise<TestServer>;
}

/** A host with local files and a place where a server may be; nothing runs yet. */
async function host(files: {
  local?: string;
  fallback?: string;
  /** More sections of supervisor.yaml. */
  more?: string;
}): Promise<Lonely> {
  const [port = 0] = await freePorts(1);
  const { local = false, fallback, more = "" } = files;
  const agent = fallback === undefined ? "" : "  startup_fallback_configs: [fallback.yaml]\n";
  const made = createHost(`ws://127.0.0.1:${port}/v1/opamp`, { local, agent, more });
  if (fallback !== undefined) made.write("fallback.yaml", fallback);
  return {
    ...made,
    collectors: () => collectorsOf(made.folder).length,
    arrive: () => startServer({ port }),
  };
}

const runs =
  (word: string) =>
  (agent: AgentView): boolean =>
    agent.up === "true" && agent.effectiveConfig[0]?.text.includes(`nop/${word}`) === true;

/** The newest offer has its verdict. */
const answered = ({ offer }: AgentView): boolean =>
  offer?.state === "applied" || offer?.state === "failed";

async function stop(daemon: Daemon): Promise<void> {
  daemon.signal("SIGTERM");
  expect(await daemon.ended).toBe(0);
}

test(
  "without a server the first boot runs the fallback, then local and remote files, and later boots what was good",
  async () => {
    const { boot, effective, arrive } = await host({
      local: nopConfig("local"),
      fallback: nopConfig("fallback"),
    });
    const first = boot();
    await first.waitForLog("agent is healthy");
    expect(effective()).toContain("nop/fallback");
    expect(effective()).not.toContain("nop/local");

    const server = await arrive();
    const { uid, effectiveConfig } = await server.agent(runs("local"));
    expect(effectiveConfig[0]?.text).not.toContain("nop/fallback");
    server.offerConfig(uid, part("remote"));
    await server.agent(({ remoteConfigStatus }) => remoteConfigStatus?.status === "applied");
    await stop(first);
    await server.close();

    const second = boot();
    await second.waitForLog("agent is healthy");
    await second.waitForLog("not connected");
    for (const word of ["local", "remote"]) expect(effective()).toContain(`nop/${word}`);
    expect(effective()).not.toContain("nop/fallback");
    expect(second.lines.map(({ msg }) => msg)).not.toContain("effective config changed");
  },
  4 * patienceMs,
);

test(
  "until a server was there for the first time, later boots run the fallback too",
  async () => {
    const { boot, effective, keepsGood, arrive } = await host({
      local: nopConfig("local"),
      fallback: nopConfig("fallback"),
    });
    const first = boot();
    await first.waitForLog("agent is healthy");
    // Good: only then it is what the next boot begins with.
    await eventually(keepsGood);
    await stop(first);
    const second = boot();
    await second.waitForLog("agent is healthy");
    await second.waitForLog("not connected");
    expect(effective()).toContain("nop/fallback");
    expect(second.lines.map(({ msg }) => msg)).not.toContain("effective config changed");
    const server = await arrive();
    await server.agent(runs("local"));
    expect(effective()).not.toContain("nop/fallback");
  },
  4 * patienceMs,
);

test(
  "without a server and without a fallback the first boot runs the local files",
  async () => {
    const { boot, effective } = await host({ local: nopConfig("local") });
    const daemon = boot();
    await daemon.waitForLog("agent is healthy");
    await daemon.waitForLog("not connected");
    expect(effective()).toContain("nop/local");
  },
  2 * patienceMs,
);

test(
  "without a server the page for probes has a configuration at once, and soon a healthy agent",
  async () => {
    const [page = 0] = await freePorts(1);
    const { boot } = await host({
      local: nopConfig("local"),
      more: `healthcheck: {endpoint: "127.0.0.1:${page}"}\n`,
    });
    const daemon = boot();
    await daemon.waitForLog("the health page is open");
    await daemon.waitForLog("agent is healthy");
    const at = async (path: string): Promise<readonly [number, string]> => {
      const answer = await fetch(`http://127.0.0.1:${page}${path}`);
      return [answer.status, await answer.text()];
    };
    for (const path of ["/health", "/livez", "/readyz"]) expect((await at(path))[0]).toBe(200);
    expect((await at("/metrics"))[1]).toMatch(/^supervisor_agent_health_status\{.*\} 1$/m);
  },
  2 * patienceMs,
);

test(
  "without a server and without any file the agent is parked, which the server hears when it comes",
  async () => {
    const { boot, arrive } = await host({});
    const daemon = boot();
    const changed = await daemon.waitForLog("effective config changed");
    expect(changed["parked"]).toBe(true);
    await daemon.waitForLog("agent is healthy");
    const server = await arrive();
    const agent = await server.agent((seen) => seen.up === "true");
    expect(agent.health).toMatchObject({ healthy: true, status: "parked" });
  },
  2 * patienceMs,
);

const blank = new Map([["", " \n"]]);
const nothing = new Map<string, string>();

test.each([
  { offered: "an entry of blanks", config: blank },
  { offered: "no entry at all", config: nothing },
])(
  "$offered instead of a remote configuration leaves the local files running, and is applied",
  async ({ config }) => {
    const { boot, effective, arrive } = await host({ local: nopConfig("local") });
    const server = await arrive();
    const daemon = boot();
    const { uid } = await server.agent(runs("local"));
    server.offerConfig(uid, part("remote"));
    await server.agent(({ remoteConfigStatus }) => remoteConfigStatus?.status === "applied");
    server.offerConfig(uid, config);
    const agent = await server.agent(answered);
    expect(agent.remoteConfigStatus?.status).toBe("applied");
    expect(agent.health).toMatchObject({ healthy: true, status: "running" });
    expect(effective()).toContain("nop/local");
    expect(effective()).not.toContain("nop/remote");
    expect(daemon.lines.map(({ msg }) => msg)).not.toContain("agent process stopped");
  },
  3 * patienceMs,
);

test(
  "an entry of blanks without local files parks the agent, and is applied",
  async () => {
    const { boot, collectors, arrive } = await host({});
    const server = await arrive();
    boot();
    const { uid } = await server.agent((seen) => seen.up === "true");
    server.offerConfig(uid, nopConfig("remote"));
    await server.agent(({ remoteConfigStatus }) => remoteConfigStatus?.status === "applied");
    server.offerConfig(uid, blank);
    const agent = await server.agent((seen) => answered(seen) && seen.up === "true");
    expect(agent.remoteConfigStatus?.status).toBe("applied");
    expect(agent.health).toMatchObject({ healthy: true, status: "parked" });
    expect(agent.effectiveConfig[0]?.text).not.toContain("nop/remote");
    expect(collectors()).toBe(1);
  },
  3 * patienceMs,
);

test(
  "no entry at all without local files stops the agent, is applied, and a later offer starts it again",
  async () => {
    const { boot, collectors, arrive } = await host({});
    const server = await arrive();
    boot();
    const { uid } = await server.agent((seen) => seen.up === "true");
    server.offerConfig(uid, nothing);
    const agent = await server.agent(answered);
    expect(agent.remoteConfigStatus?.status).toBe("applied");
    const stopped = await server.agent((seen) => seen.health?.status === "stopped");
    expect(stopped.health?.healthy).toBe(true);
    expect(collectors()).toBe(0);
    server.offerConfig(uid, nopConfig("remote"));
    await server.agent((seen) => answered(seen) && runs("remote")(seen));
    expect(collectors()).toBe(1);
  },
  3 * patienceMs,
);
