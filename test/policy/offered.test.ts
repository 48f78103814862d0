import { test, expect } from "vitest";
import type { Connections, OtherConnection } from "../../src/agent-config/connections.ts";
import { renderConfig } from "../../src/agent-config/render-config.ts";
import { checkRules } from "../../src/policy/check-policy.ts";
import type { Rules, Violation } from "../../src/policy/policy.ts";
import type { RenderedConfig } from "../../src/agent-config/config.ts";
import { baseLayer, uid, binary, policy } from "../helpers/core/core-samples.ts";
import { rulesOf } from "../helpers/core/rules.ts";

const nothing = { headers: [], certificate: undefined, tls: undefined, proxy: undefined };
const tls = {
  ...{ ca: "CA", includeSystemCa: false, skipVerify: false, minVersion: "", maxVersion: "" },
  cipherSuites: [],
};
const secretive = {
  endpoint: "https://good.example/v1/metrics",
  headers: [["Authorization", "s3cret https://elsewhere.example"]] as const,
  certificate: { cert: "CERT", key: "KEY" },
  tls,
  proxy: undefined,
};
const base = `receivers: {nop: }
exporters: {otlp_http: {endpoint: "https://good.example"}}
service: {pipelines: {traces: {receivers: [nop], exporters: [otlp_http]}}}
`;

function render(connections: Partial<Connections>, text = base): RenderedConfig {
  const rendering = renderConfig(
    {
      ...{ local: [baseLayer(text)], remote: undefined, uid, binary },
      connections: { telemetry: {}, others: [], ...connections },
    },
    policy,
  );
  if ("problem" in rendering) throw new Error(rendering.problem);
  return rendering.config;
}

function judge(rules: Rules, { text, offered }: RenderedConfig): readonly Violation[] {
  return checkRules(rules, text, (path) => path, offered);
}

function other(offer: Partial<OtherConnection>): Partial<Connections> {
  return { others: [["otlp_http", { endpoint: "", settings: [], ...nothing, ...offer }]] };
}

const strict = rulesOf(
  {
    exporter_hosts: { allow: ["good.example"] },
    file_paths: { allow: ["/var/log"] },
    providers: { allow: ["env"] },
    components: { deny: ["filelog"] },
    listen: { allow: ["localhost:*"] },
  },
  ["/state/secrets/**"],
);

test("our own references and files are no violations", () => {
  expect(judge(strict, render({ telemetry: { metrics: secretive, traces: secretive } }))).toEqual(
    [],
  );
  expect(
    judge(strict, render(other({ ...secretive, settings: [["compression", "gzip"]] }))),
  ).toEqual([]);
});

test("where offered telemetry goes is judged", () => {
  const metrics = { ...nothing, endpoint: "https://evil.example/v1/metrics" };
  expect(judge(strict, render({ telemetry: { metrics } }))).toEqual([
    {
      rule: "exporter_hosts.allow",
      path: "service.telemetry.metrics.readers[0].periodic.exporter.otlp.endpoint",
      found: "https://evil.example",
    },
  ]);
});

test.each<[string, Partial<OtherConnection>]>([
  ["an endpoint", { endpoint: "https://evil.example" }],
  ["an endpoint in a file", { endpoint: "https://me:s3cret@evil.example/?a" }],
  ["a proxy in a file", { proxy: { url: "http://me:s3cret@evil.example", headers: [] } }],
  ["a setting", { settings: [["traces_endpoint", "https://evil.example/?key=s3cret"]] }],
])("what is offered for an exporter is judged: %s", (_, offer) => {
  const violations = judge(strict, render(other(offer)));
  expect(violations.map(({ rule }) => rule)).toContain("exporter_hosts.allow");
  expect(JSON.stringify(violations)).not.toContain("s3cret");
});

test("a value that stands for a map of settings cannot be judged", () => {
  const violations = judge(strict, render(other({ settings: [["x", "{endpoint: s3cret}"]] })));
  expect(violations).toMatchObject([{ rule: "components.deny", path: "exporters.otlp_http.x" }]);
  expect(JSON.stringify(violations)).not.toContain("s3cret");
});

test("the same reference in another place is a violation", () => {
  const offer = other({ headers: [["a", "s3cret"]] });
  const [file] = render(offer).files;
  const stolen = base.replace(
    "endpoint:",
    `headers: {b: "\${file:/state/secrets/${file?.name ?? ""}}"}, endpoint:`,
  );
  const paths = judge(strict, render(offer, stolen)).map(({ rule, path }) => `${rule} ${path}`);
  expect(paths).toEqual(
    expect.arrayContaining([
      "file_paths.own exporters.otlp_http.headers.b",
      "providers.allow exporters.otlp_http.headers.b",
    ]),
  );
  expect(paths.join()).not.toContain("headers.a");
});
