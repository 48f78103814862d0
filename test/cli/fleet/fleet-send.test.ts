import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { send, type SendOptions } from "../../../src/cli/fleet/fleet.ts";
import { surroundings } from "../../../src/cli/surroundings.ts";
import { clientOptions } from "../../../src/simulate/dial-options.ts";
import { createSimulation } from "../../../src/simulate/run-agents.ts";
import { startServer } from "../../dev-server/raw-agent.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";

const yaml = `receivers: {otlp: {protocols: {grpc: }}}
exporters: {debug: }
service: {pipelines: {traces: {receivers: [otlp], exporters: [debug]}}}
`;

/** A console with three agents that take over what they get, or all fail with it. */
async function scene(failing = 0) {
  const { server } = await startServer();
  const client = clientOptions({
    endpoint: server.opampUrl,
    headers: "",
    ca: undefined,
    insecure: false,
    heartbeatMs: 30_000,
  });
  if (typeof client === "string") throw new Error(client);
  const plan = { agents: 3, prefix: "send", overMs: 0, applyMs: 10, failing, unhealthy: 0 };
  const agents = createSimulation(plan, client, () => undefined);
  onTestFinished(() => agents.end());
  await agents.begin();
  const known = await server.waitFor((all) => all.length === 3, 60_000);
  const folder = temporaryFolder();
  writeFileSync(join(folder, "collector.yaml"), yaml);
  const texts = { out: "", err: "" };
  const here = {
    ...surroundings(),
    environment: new Map(),
    workingDirectory: folder,
    out: (text: string) => void (texts.out += text),
    err: (text: string) => void (texts.err += text),
  };
  const run = (wanted: Partial<SendOptions>, files = ["collector.yaml"]): Promise<number> =>
    send(
      files,
      {
        ...{ to: "all", failures: "0", preview: false, check: false, wait: true, json: false },
        ...{ timeout: "60", page: server.pageUrl, settle: "0", stages: "100", ...wanted },
      },
      here,
    );
  return { server, uid: known[0]?.uid ?? "", texts, run, folder };
}

test("all get it stage by stage, and the end is awaited", async () => {
  const { server, texts, run } = await scene();
  expect(await run({ stages: "50,100" })).toBe(0);
  expect(texts.out).toMatch(/\ndone: 3 applied.*\n$/s);
  expect(server.agents().map(({ effectiveConfig }) => effectiveConfig[0]?.text)).toEqual([
    yaml,
    yaml,
    yaml,
  ]);
});

test("one agent gets it alone", async () => {
  const { server, uid, run } = await scene();
  expect(await run({ to: uid })).toBe(0);
  const offered = server.agents().filter(({ offer }) => offer !== undefined);
  expect(offered.map((agent) => agent.uid)).toEqual([uid]);
});

test("one that stops because agents fail is exit code 3, with their reason", async () => {
  const { texts, run } = await scene(1);
  expect(await run({})).toBe(3);
  expect(texts.out).toMatch(/\nstopped: .*failed/);
  expect(texts.out).toContain("a simulated failure");
});

test("a preview sends nothing", async () => {
  const { server, texts, run } = await scene();
  expect(await run({ to: "host=send-0002", preview: true })).toBe(0);
  expect(texts.out).toContain("1 of 1 agents would get it now");
  expect(server.agents().some(({ offer }) => offer !== undefined)).toBe(false);
});

test.each<[Partial<SendOptions>, string[], string]>([
  [{ to: "group:nobody" }, ["collector.yaml"], "nobody"],
  [{ to: "is:" }, ["collector.yaml"], "expected a value after is:"],
  [{ stages: "10" }, ["collector.yaml"], "expected --stages"],
  [{ timeout: "soon" }, ["collector.yaml"], "expected --timeout"],
  [{}, ["nowhere.yaml"], "expected a configuration in nowhere.yaml"],
  [{}, ["collector.yaml", "./collector.yaml"], "found collector.yaml twice"],
])("%j of %j is refused, exit code 2", async (wanted, files, why) => {
  const { server, texts, run } = await scene();
  expect(await run(wanted, files)).toBe(2);
  expect(texts.err).toContain(why);
  expect(server.agents().some(({ offer }) => offer !== undefined)).toBe(false);
});
