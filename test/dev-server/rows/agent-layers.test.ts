import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { layersCapability } from "../../../src/agent-config/told/layers-capability.ts";
import type { DevServer } from "../../../src/dev-server/server.ts";
import type { AgentLayers } from "../../../src/dev-server/shapes/layer-shapes.ts";
import { uidToText } from "../../../src/opamp-client/wire/instance-uid.ts";
import type { AgentToServer } from "../../../src/opamp-client/wire/messages.ts";
import { bare, connect, startServer, uidOf, type RawAgent } from "../raw-agent.ts";

const uid = uidToText(uidOf(1));
const text =
  "receivers:\n  otlp:\n    protocols: {grpc: }\nexporters:\n  debug:\n    verbosity: basic\n";
const hash = createHash("sha256").update(text).digest("hex");

function effective(body: string): Pick<AgentToServer, "effectiveConfig"> {
  const configMap = new Map([["", { body: Buffer.from(body) }]]);
  return { effectiveConfig: { configMap: { configMap } } };
}

async function withAgent(
  capabilities = [layersCapability],
): Promise<{ server: DevServer; agent: RawAgent }> {
  const { server } = await startServer();
  const agent = await connect(server.opampUrl);
  const customCapabilities = { capabilities };
  await agent.ask({ ...bare(1, 0n, 1n | 4n), ...effective(text), customCapabilities });
  return { server, agent };
}

async function layersOf(server: DevServer): Promise<AgentLayers> {
  const response = await fetch(new URL(`/api/agents/${uid}/layers`, server.pageUrl));
  return (await response.json()) as AgentLayers;
}

async function say(agent: RawAgent, sequenceNum: bigint, told: unknown): Promise<void> {
  const data = Buffer.from(typeof told === "string" ? told : JSON.stringify(told));
  const customMessage = { capability: layersCapability, type: "layers", data };
  await agent.ask({ ...bare(1, sequenceNum, 1n | 4n), customMessage });
}

const values = [
  ["receivers.otlp.protocols.grpc", 0, 4],
  ["exporters.debug.verbosity", 1, null],
];

test("an agent is asked, and what it says stands beside the lines of this very text", async () => {
  const { server, agent } = await withAgent();
  expect(await layersOf(server)).toMatchObject({ is: "unasked", canAsk: true });
  expect(server.askLayers(uid)).toEqual({ is: "pushed" });
  expect(await agent.next()).toMatchObject({
    customCapabilities: { capabilities: [layersCapability] },
    customMessage: { capability: layersCapability, type: "get" },
  });
  await say(agent, 1n, { hash, layers: ["base.yaml", "the supervisor"], values, omitted: 0 });
  expect(await layersOf(server)).toEqual({
    ...{ is: "known", canAsk: true, why: "", layers: ["base.yaml", "the supervisor"], omitted: 0 },
    lines: [
      { line: 3, layer: 0, there: 4 },
      { line: 6, layer: 1 },
    ],
  });
  expect(server.agents()[0]?.history.filter(({ kind }) => kind === "message")).toEqual([]);
  await agent.ask({ ...bare(1, 2n, 1n | 4n), ...effective("receivers: {}\n") });
  expect(await layersOf(server)).toMatchObject({ is: "unasked", lines: [] });
});

test("what it costs to find the lines of a long text grows with its length", async () => {
  const { server, agent } = await withAgent();
  let sequence = 2n;
  const cpuOf = async (keys: number): Promise<number> => {
    const long = Array.from({ length: keys }, (_, at) => `k${at}: v\n`).join("");
    await agent.ask({ ...bare(1, sequence++, 1n | 4n), ...effective(long) });
    const its = createHash("sha256").update(long).digest("hex");
    expect(server.askLayers(uid)).toEqual({ is: "pushed" });
    await agent.next();
    await say(agent, sequence++, {
      hash: its,
      layers: ["base"],
      values: [["k0", 0, 1]],
      omitted: 0,
    });
    const before = process.cpuUsage();
    expect(await layersOf(server)).toMatchObject({ is: "known", lines: [{ line: 1 }] });
    const { user, system } = process.cpuUsage(before);
    return user + system;
  };
  const few = Math.max(await cpuOf(2_000), 20_000);
  // Its square would be 100 times as much.
  expect((await cpuOf(20_000)) / few).toBeLessThan(50);
});

test("an agent without the capability is not asked, and that is said", async () => {
  const { server } = await withAgent([]);
  expect(server.askLayers(uid).is).toBe("refused");
  expect(await layersOf(server)).toMatchObject({ is: "unknown", canAsk: false });
  expect((await layersOf(server)).why).toContain("does not tell");
});

test("what it does not know, it says", async () => {
  const { server, agent } = await withAgent();
  await say(agent, 1n, { unknown: "files have changed" });
  expect(await layersOf(server)).toMatchObject({
    is: "unknown",
    why: "The agent does not know: files have changed.",
  });
});

test.each<[string, unknown]>([
  ["no JSON", "{"],
  ["a list", []],
  ["nothing", {}],
  ["names that are none", { hash, layers: [7], values: [] }],
  ["JSON nested without end", "[".repeat(500_000)],
  ["more than a megabyte", `{"hash": "${"x".repeat(1_100_000)}"}`],
])("%s is no answer", async (_, told) => {
  const { server, agent } = await withAgent();
  await say(agent, 1n, told);
  expect((await layersOf(server)).is).toBe("unknown");
});

test("values that are none, of no layer, or twice there, are left out", async () => {
  const { server, agent } = await withAgent();
  const odd = [
    null,
    7,
    [],
    ["a", 9, 1],
    ["exporters.debug.verbosity", 0, "<b>"],
    ...values.slice(0, 1),
    ...values.slice(0, 1),
  ];
  await say(agent, 1n, { hash, layers: ["<script>"], values: odd, omitted: -1 });
  expect(await layersOf(server)).toMatchObject({
    is: "known",
    lines: [{ line: 6, layer: 0 }],
    omitted: 0,
  });
});

test("a line with values of several layers names each of them once", async () => {
  const { server, agent } = await withAgent();
  const flow = "service: {extensions: [opamp, zpages, pprof, health_check]}\n";
  await agent.ask({ ...bare(1, 1n, 1n | 4n), ...effective(flow) });
  const ofFlow = createHash("sha256").update(flow).digest("hex");
  const parts = [
    ["service.extensions[0]", 0, null],
    ["service.extensions[1]", 1, 3],
    ["service.extensions[2]", 0, 7],
    ["service.extensions[3]", 1, 8],
  ];
  await say(agent, 2n, { hash: ofFlow, layers: ["a", "b"], values: parts, omitted: 0 });
  expect((await layersOf(server)).lines).toEqual([
    { line: 1, layer: 0, also: [{ layer: 1, there: 3 }] },
  ]);
});
