import { test, expect } from "vitest";
import type { OtherConnection } from "../../src/agent-config/connections.ts";
import { leavesOf } from "../../src/agent-config/provenance.ts";
import { renderConfig, assemble } from "../../src/agent-config/render-config.ts";
import type { LocalLayer, RenderedConfig } from "../../src/agent-config/config.ts";
import { uid, binary, baseLayer, policy } from "../helpers/core/core-samples.ts";
import { growth } from "../helpers/growth.ts";

const nothing: OtherConnection = {
  endpoint: "",
  headers: [],
  certificate: undefined,
  tls: undefined,
  proxy: undefined,
  settings: [],
};
const base = `exporters:
  otlp_http/backend:
    endpoint: https://old.example
    headers: {x-tenant: one, Authorization: old}
    tls: {insecure: true, ca_pem: OLD}
  otlp/other: {endpoint: "old:4317"}
extensions:
  oauth2client: {client_id: me}
`;

function sourcesOf(name: string, offer: Partial<OtherConnection>, local: readonly LocalLayer[]) {
  const others = [[name, { ...nothing, ...offer }]] as const;
  return { local, remote: undefined, uid, binary, connections: { telemetry: {}, others } };
}

function render(
  name: string,
  offer: Partial<OtherConnection>,
  local: readonly LocalLayer[] = [baseLayer(base)],
): RenderedConfig {
  const rendering = renderConfig(sourcesOf(name, offer, local), policy);
  if ("problem" in rendering) throw new Error(rendering.problem);
  return rendering.config;
}

/** The values below a path of what comes out, with their layers. */
function leaves(name: string, offer: Partial<OtherConnection>, path: string): object {
  const assembly = assemble(sourcesOf(name, offer, [baseLayer(base)]), policy);
  if ("problem" in assembly || assembly.join === undefined) throw new Error("expected a join");
  return Object.fromEntries(
    leavesOf(assembly.join, path).map((leaf) => [leaf.path.slice(path.length + 1), leaf.value]),
  );
}

const backend = "exporters.otlp_http/backend";

test("C-194 C-195 a certificate alone leaves endpoint and headers as they are", () => {
  const offer = { certificate: { cert: "CERT", key: "KEY" } };
  expect(leaves("otlp_http/backend", offer, backend)).toMatchObject({
    endpoint: "https://old.example",
    "headers.x-tenant": "one",
    "headers.Authorization": "old",
    "tls.ca_pem": "OLD",
  });
  const { text, files } = render("otlp_http/backend", offer);
  expect(files.map((file) => file.text)).toEqual(["CERT", "KEY"]);
  for (const { name } of files) expect(text).toContain(`_file: "/state/secrets/${name}"`);
});

test("C-196 a header takes the place of the one that has the same name in other letters, its value is in a file", () => {
  const offer = { headers: [["authorization", "new$"]] } as const;
  const { text, files } = render("otlp_http/backend", offer);
  expect(files).toEqual([{ name: files[0]?.name, text: "new$$" }]);
  expect(text).toContain(`Authorization: "\${file:/state/secrets/${files[0]?.name ?? ""}}"`);
  expect(text).not.toContain("authorization:");
});

test("TLS is set as it is offered, and no plaintext and no other authority is left beside it", () => {
  const tls = {
    ca: "CA",
    includeSystemCa: true,
    skipVerify: true,
    minVersion: "1.2",
    maxVersion: "1.3",
    cipherSuites: ["TLS_A", "TLS_B"],
  };
  const { files } = render("otlp_http/backend", { tls });
  expect(leaves("otlp_http/backend", { tls }, `${backend}.tls`)).toEqual({
    ca_file: `"/state/secrets/${files[0]?.name ?? ""}"`,
    ca_pem: "null",
    include_system_ca_certs_pool: "true",
    insecure_skip_verify: "true",
    min_version: '"1.2"',
    max_version: '"1.3"',
    cipher_suites: '["TLS_A", "TLS_B"]',
    insecure: "false",
  });
});

test("endpoint and proxy are set; one with a login stands in a file", () => {
  const offer = {
    endpoint: "https://new.example",
    proxy: { url: "http://me:word@proxy.example:3128", headers: [] },
  };
  const { text, files, offered } = render("otlp_http/backend", offer);
  expect(text).toContain('endpoint: "https://new.example"');
  expect(text).not.toContain("word");
  expect(files).toMatchObject([{ text: "http://me:word@proxy.example:3128" }]);
  expect(offered).toEqual([
    {
      path: ["exporters", "otlp_http/backend", "proxy_url"],
      text: `\${file:/state/secrets/${files[0]?.name ?? ""}}`,
      judged: "http://me:word@proxy.example:3128",
    },
  ]);
});

test.each([
  ["timeout", "5s", "timeout: 5s"],
  ["sending_queue.queue_size", "100", "queue_size: 100"],
  ["retry_on_failure::enabled", "false", "enabled: false"],
])("the setting %s of %j stands in its place", (path, value, line) => {
  expect(render("otlp_http/backend", { settings: [[path, value]] }).text).toContain(line);
});

test.each([
  ["compression", "gzip"],
  ["auth.password", "1234"],
])("the setting %s may be secret: its value is in a file", (path, value) => {
  const { text, files } = render("otlp_http/backend", { settings: [[path, value]] });
  expect(files).toMatchObject([{ text: value }]);
  expect(text).not.toContain(value);
});

test.each([
  ["otlp_http/backend", ["otlp_http/backend"]],
  ["backend", ["otlp_http/backend"]],
  ["oauth2client", ["oauth2client"]],
])("the name %j means the component %j", (name, ids) => {
  const { text, unknownConnections } = render(name, { endpoint: "new:1" });
  expect(unknownConnections).toEqual([]);
  expect(text.split("new:1")).toHaveLength(ids.length + 1);
});

test("C-197 a name that nothing has is told and changes nothing", () => {
  const config = render("strange", { endpoint: "new:1" });
  expect(config.unknownConnections).toEqual(["strange"]);
  const without = renderConfig(
    { local: [baseLayer(base)], remote: undefined, uid, binary },
    policy,
  );
  expect(without).toMatchObject({ config: { text: config.text } });
});

test("what the operator protects wins, and is known by its name", () => {
  const top: LocalLayer = {
    name: "top.yaml",
    text: "exporters: {otlp/mine: {endpoint: 'mine:4317'}}\n",
    place: "protected",
  };
  const { text, unknownConnections } = render(
    "otlp/mine",
    { endpoint: "new:1", headers: [["a", "b"]] },
    [baseLayer(base), top],
  );
  expect(unknownConnections).toEqual([]);
  expect(text).toContain("mine:4317");
  expect(text).not.toContain("new:1");
  expect(text).toContain("headers:");
});

test("who asks where a value comes from is told the layer", () => {
  const sources = sourcesOf("backend", { endpoint: "https://new.example" }, [baseLayer(base)]);
  const assembly = assemble(sources, policy);
  if ("problem" in assembly || assembly.join === undefined) throw new Error("expected a join");
  expect(leavesOf(assembly.join, `${backend}.endpoint`)).toMatchObject([
    {
      layer: "other connections offered by the server",
      hides: [{ value: "https://old.example", layer: "base.yaml" }],
    },
  ]);
});

const manyNames = (count: number): Shape => {
  const numbers = Array.from({ length: count }, (_, index) => index);
  return {
    base: `exporters:\n${numbers.map((each) => `  otlp/e${each}: {}\n`).join("")}`,
    others: numbers.map((each) => [each % 2 === 0 ? `e${each}` : `x${each}`, nothing] as const),
  };
};

const manyHeaders = (count: number): Shape => {
  const names = Array.from({ length: count }, (_, index) => `X-${index}`);
  const headers = names.map((name) => [name, "v"] as const);
  return {
    base: `exporters: {otlp: {headers: {${names.map((name) => `${name.toLowerCase()}: a`).join(", ")}}}}\n`,
    others: [["otlp", { ...nothing, headers }]],
  };
};

const manySettings = (count: number): Shape => {
  const settings = Array.from({ length: count }, (_, index) => [`a.k${index}`, "1"] as const);
  return { base: "exporters: {otlp: }\n", others: [["otlp", { ...nothing, settings }]] };
};

interface Shape {
  readonly base: string;
  readonly others: readonly (readonly [string, OtherConnection])[];
}

test.each([
  ["names of components", manyNames],
  ["headers", manyHeaders],
  ["settings", manySettings],
])("what many %s cost grows with their number, not with its square", (_what, shape) => {
  const ratio = growth(250, (count) => {
    const { base, others } = shape(count);
    const sources = sourcesOf("", {}, [baseLayer(base)]);
    renderConfig({ ...sources, connections: { telemetry: {}, others } }, policy);
  });
  expect(ratio).toBeLessThan(60);
});
