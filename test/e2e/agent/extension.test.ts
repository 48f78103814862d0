import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test, expect } from "vitest";
import type { HealthView, AgentView } from "../../../src/dev-server/fleet/view.ts";
import { collectorPath, type Daemon, patienceMs } from "../../helpers/e2e/daemon.ts";
import { collectorsOf } from "../../helpers/agent/processes.ts";
import { type Scene, createScene } from "../../helpers/e2e/scene.ts";
import { remoteConfig } from "../../helpers/e2e/settings-text.ts";
import { hasOpampExtension } from "../../helpers/agent/collector-facts.ts";

const scene = (kind: "full" | "plain" = "full"): Promise<Scene> =>
  createScene({
    tls: true,
    local: false,
    server: "tls: {insecure_skip_verify: true}",
    capabilities: [...remoteConfig, "reports_available_components"],
    executable: collectorPath(kind),
    more: "telemetry: {logs: {level: debug}}\n",
  });

function config(name: string): string {
  return `receivers: {nop/${name}: }
exporters: {nop: }
service:
  pipelines: {traces/${name}: {receivers: [nop/${name}], exporters: [nop]}}
`;
}

function partsOf(health: HealthView | undefined): string[] {
  return (health?.components ?? []).flatMap(({ name, health: part }) => [
    name,
    ...partsOf(part).map((inner) => `${name} > ${inner}`),
  ]);
}

const hasPart = (part: string) => (agent: AgentView) => partsOf(agent.health).includes(part);

function typesOf(agent: AgentView, kind: string): readonly string[] {
  return agent.components.find((each) => each.kind === kind)?.types ?? [];
}

/** Every text that the state directory holds. */
function filesIn(folder: string): readonly string[] {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true });
  return names
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), "latin1"));
}

function tokenIn(folder: string): string {
  const [pid = 0] = collectorsOf(folder);
  const variables = readFileSync(`/proc/${pid}/environ`, "utf8").split("\0");
  const entry = variables.find((each) => each.startsWith("OPAMPSUPERVISOR_LOCAL_SECRET="));
  return entry?.split("=")[1] ?? "";
}

async function generationOf(daemon: Daemon, offset = 0): Promise<unknown> {
  await daemon.waitForLog("agent is healthy");
  return daemon.lines.filter((line) => line.msg === "agent process started")[offset]?.[
    "generation"
  ];
}

const withExtension = test.skipIf(!hasOpampExtension());

withExtension(
  "the agent's own extension tells the health of each component and all that the binary has",
  async () => {
    const { server, folder, effective, boot } = await scene();
    const daemon = boot();
    const uid = String((await daemon.waitForLog("supervisor starting"))["instanceId"]);
    await server.agent(hasPart("extensions > extension:opamp"));
    server.offerConfig(uid, config("one"));
    const agent = await server.agent(hasPart("pipeline:traces/one > receiver:nop/one"));
    const parts = partsOf(agent.health);
    expect(parts).toContain("process");
    expect(parts).toContain("health_check");
    expect(parts).toContain("extensions > extension:opamp");
    expect(agent.identifyingAttributes).toContainEqual({ key: "service.instance.id", value: uid });
    // `components` of this binary leaves the former name out.
    const listed = await server.agent((seen) => typesOf(seen, "receivers").includes("filelog"));
    expect(typesOf(listed, "receivers")).toContain("file_log");
    const { text = "" } = listed.effectiveConfig[0] ?? {};
    expect(text).toBe(effective());

    await server.agent((seen) => seen.remoteConfigStatus?.status === "applied");
    const [pid] = collectorsOf(folder);
    server.offerConfig(uid, config("two"));
    const after = await server.agent(hasPart("pipeline:traces/two > receiver:nop/two"));
    expect(partsOf(after.health)).not.toContain("pipeline:traces/one");
    expect(collectorsOf(folder), "by SIGHUP, in the same process").toEqual([pid]);

    const token = tokenIn(folder);
    const secret = token.slice(token.indexOf(".") + 1);
    expect(secret.length).toBeGreaterThan(30);
    const told = JSON.stringify(await server.agent(() => true));
    const commandLine = readFileSync(`/proc/${pid ?? 0}/cmdline`, "utf8");
    for (const text of [...filesIn(folder), told, JSON.stringify(daemon.lines), commandLine]) {
      expect(text).not.toContain(secret);
    }
    const [, port = ""] = /"port":(\d+)/.exec(JSON.stringify(daemon.lines)) ?? [];
    const answer = await fetch(`http://127.0.0.1:${port}/v1/opamp`, { method: "POST" });
    expect(answer.status).toBe(401);
  },
  4 * patienceMs,
);

withExtension(
  "another start of the supervisor has another secret and runs the same generation",
  async () => {
    const { server, folder, effective, boot } = await scene();
    const first = boot();
    const uid = String((await first.waitForLog("supervisor starting"))["instanceId"]);
    await server.agent((agent) => partsOf(agent.health).includes("extensions"));
    server.offerConfig(uid, config("one"));
    await server.agent((agent) => agent.remoteConfigStatus?.status === "applied");
    const started = await first.waitForLog((line) => line["parked"] === false);
    const generation = started["generation"];
    const [token, text] = [tokenIn(folder), effective()];
    first.signal("SIGTERM");
    await first.ended;
    const second = boot();
    expect(await generationOf(second)).toBe(generation);
    expect(effective()).toEqual(text);
    expect(tokenIn(folder)).not.toBe(token);
    expect(second.lines.map((line) => line.msg)).not.toContain("effective config changed");
    second.signal("SIGTERM");
    await second.ended;
  },
  4 * patienceMs,
);

test(
  "a collector without the extension runs and is told of as ever",
  async () => {
    const { server, effective, boot } = await scene("plain");
    const daemon = boot();
    await daemon.waitForLog("agent is healthy");
    const agent = await server.agent((seen) => seen.up === "true");
    expect(partsOf(agent.health)).toEqual([]);
    expect(effective()).not.toContain("opamp");
  },
  4 * patienceMs,
);
