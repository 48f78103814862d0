import { attachedAgent } from "../../src/supervisor/core/state/core-settings.ts";
import { test, expect } from "vitest";
import { leavesOf } from "../../src/agent-config/provenance.ts";
import {
  type Connection,
  type Connections,
  noConnections,
} from "../../src/agent-config/connections.ts";
import { renderConfig, assemble, sourcesDigest } from "../../src/agent-config/render-config.ts";
import type { LocalLayer, RenderedConfig } from "../../src/agent-config/config.ts";
import { baseLayer, policy, uid, binary } from "../helpers/core/core-samples.ts";

const pipelines =
  "service:\n  pipelines:\n    traces: {receivers: [nop], exporters: [nop]}\nreceivers: {nop: }\nexporters: {nop: }\n";

const plain: Connection = {
  endpoint: "https://telemetry.example/v1/metrics",
  headers: [],
  certificate: undefined,
  tls: undefined,
  proxy: undefined,
};
const noTls = { ca: "", includeSystemCa: false, skipVerify: false, minVersion: "", maxVersion: "" };

function render(
  telemetry: Connections["telemetry"],
  local: readonly LocalLayer[] = [baseLayer(pipelines)],
  changes: Partial<typeof policy> = {},
): RenderedConfig {
  const connections = { telemetry, others: [] };
  const sources = { local, remote: undefined, uid, binary, connections };
  const rendering = renderConfig(sources, { ...policy, ...changes });
  if ("problem" in rendering) throw new Error(rendering.problem);
  return rendering.config;
}

test("C-180 C-187 own metrics go to the endpoint as it was offered, every 10 s", () => {
  const { text, files } = render({ metrics: plain });
  expect(text).toContain(`      readers:
        - periodic:
            interval: 10000
            timeout: 2000
            exporter:
              otlp:
                protocol: http/protobuf
                endpoint: "https://telemetry.example/v1/metrics"
`);
  expect(files).toEqual([]);
});

test("C-190 own traces go to their endpoint, and each signal is on its own", () => {
  const { text } = render({ traces: { ...plain, endpoint: "https://t.example/v1/traces" } });
  expect(text).toContain('endpoint: "https://t.example/v1/traces"');
  expect(text).not.toContain("periodic");
  expect(text).toMatch(/traces:\n {6}processors:\n {8}- batch:/);
});

test("logs of a child are shipped by the supervisor, those of an agent that somebody else starts by itself", () => {
  const logs = { ...plain, endpoint: "https://l.example/v1/logs" };
  expect(render({ logs }).text).not.toContain("l.example");
  const attached = render({ logs }, undefined, { kind: attachedAgent(false) });
  expect(attached.text).toMatch(/logs:\n {6}processors:\n {8}- batch:/);
});

test("an empty endpoint turns its signal off", () => {
  const off = render({ metrics: { ...plain, endpoint: "" } });
  expect(off.text).toBe(render({}).text);
});

test("C-183 a header's value is in a file and not in the text", () => {
  const value = "Bearer s3cr$t";
  const { text, files } = render({ metrics: { ...plain, headers: [["Authorization", value]] } });
  expect(text).not.toContain("s3cr");
  expect(files).toEqual([{ name: files[0]?.name, text: "Bearer s3cr$$t" }]);
  expect(text).toContain(
    `headers:\n                  - name: "Authorization"\n                    value: "\${file:/state/secrets/${files[0]?.name ?? ""}}"`,
  );
});

test("C-184 C-185 certificates and keys are files that are named", () => {
  const { text, files } = render({
    metrics: {
      ...plain,
      tls: { ...noTls, ca: "CA", cipherSuites: [] },
      certificate: { cert: "CERT", key: "KEY" },
    },
  });
  const path = (content: string): string =>
    `"/state/secrets/${files.find((file) => file.text === content)?.name ?? "none"}"`;
  expect(text).toContain(`certificate: ${path("CA")}`);
  expect(text).toContain(`client_certificate: ${path("CERT")}`);
  expect(text).toContain(`client_key: ${path("KEY")}`);
});

test("what the collector would expand in an endpoint or a name is text to it", () => {
  const { text } = render({
    metrics: { ...plain, endpoint: "https://t.example/${env:HOME}", headers: [["x-$y", "v"]] },
  });
  expect(text).toContain('endpoint: "https://t.example/$${env:HOME}"');
  expect(text).toContain('name: "x-$$y"');
});

test("the reader for people stays beside an offered one, and is not added beside one that is written", () => {
  const config = render({ metrics: plain });
  expect(config.ownMetrics).toBe("localhost:8888");
  expect(config.metrics).toBe("http://localhost:8888/metrics");
  const reader = "{pull: {exporter: {prometheus: {host: localhost, port: 9999}}}}";
  const own = render({ metrics: plain }, [
    baseLayer(`${pipelines}  \n`),
    { ...baseLayer(`service: {telemetry: {metrics: {readers: [${reader}]}}}\n`), name: "two.yaml" },
  ]);
  expect(own.text).not.toContain("8888");
  expect(own.text).toContain("periodic");
  expect(own.metrics).toBe("http://localhost:9999/metrics");
});

test.each(["metrics", "traces"] as const)(
  "%s that the configuration turns off stay off, and that is said",
  (signal) => {
    const off = `service: {telemetry: {${signal}: {level: none}}}\n`;
    const { warnings, text } = render({ [signal]: plain }, [
      baseLayer(pipelines),
      { ...baseLayer(off), name: "off.yaml" },
    ]);
    expect(text).toContain("level: none");
    expect(warnings).toEqual([
      expect.stringMatching(`service.telemetry.${signal}.level is none.*no effect`),
    ]);
  },
);

test("alone it makes no configuration: the agent stays parked, with its telemetry", () => {
  const config = render({ metrics: plain }, []);
  expect(config.parked).toBe(true);
  expect(config.text).toContain("telemetry.example");
});

test("who asks where a value comes from is told the layer, and no secret", () => {
  const headers = [["Authorization", "s3cret"]] as const;
  const assembly = assemble(
    {
      ...{ local: [baseLayer(pipelines)], remote: undefined, uid, binary },
      connections: { telemetry: { metrics: { ...plain, headers } }, others: [] },
    },
    policy,
  );
  if ("problem" in assembly || assembly.join === undefined) throw new Error("expected a join");
  const leaves = leavesOf(assembly.join, "service.telemetry.metrics");
  expect(leaves.find(({ path }) => path.endsWith("otlp.endpoint"))).toMatchObject({
    layer: "own telemetry offered by the server",
  });
  expect(JSON.stringify(leaves)).not.toContain("s3cret");
});

test("sources with other offers are other sources, and without any the same as before", () => {
  const sources = { local: [baseLayer(pipelines)], remote: undefined, uid, binary };
  const of = (connections: Connections): string | undefined =>
    sourcesDigest({ ...sources, connections }, policy);
  const read = JSON.parse(JSON.stringify(noConnections)) as Connections;
  expect(of(read)).toBe(sourcesDigest(sources, policy));
  const some = { telemetry: { metrics: plain }, others: [] };
  expect(of(some)).not.toBe(of(noConnections));
  expect(of(some)).not.toBe(
    sourcesDigest({ ...sources, connections: some }, { ...policy, filesDirectory: "/elsewhere" }),
  );
});

test.each([
  [{ metrics: plain }, undefined, true],
  [{ traces: plain }, undefined, false],
  [{}, "service: {telemetry: {metrics: {readers: [{periodic: {}}]}}}\n", true],
  [{ metrics: plain }, "service: {telemetry: {metrics: {level: none}}}\n", false],
  [{}, "service: {telemetry: {logs: {processors: [{batch: {}}]}}}\n", true],
] as const)(
  "of %j with %j it is known whether it may end in a reload: %j",
  (offer, text, flushes) => {
    const more = text === undefined ? [] : [{ ...baseLayer(text), name: "more.yaml" }];
    expect(render(offer, [baseLayer(pipelines), ...more]).flushes).toBe(flushes);
  },
);
