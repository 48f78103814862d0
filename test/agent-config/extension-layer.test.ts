import { parse } from "yaml";
import { test, expect } from "vitest";
import {
  extensionText,
  withExtensionLayer,
  isOurEndpoint,
  isOurToken,
  mostComponents,
} from "../../src/agent-config/extension-layer.ts";
import { leavesOf } from "../../src/agent-config/provenance.ts";
import { renderConfig, sourcesDigest, assemble } from "../../src/agent-config/render-config.ts";
import type { LocalLayer, BinaryFacts } from "../../src/agent-config/config.ts";
import { remoteOf, uid, binary, policy, baseLayer } from "../helpers/core/core-samples.ts";
import { rulesOf, found } from "../helpers/core/rules.ts";

const text = extensionText({ path: "/v1/opamp", header: "x-token", resourceAttributes: false });
const pipelines = "service:\n  pipelines:\n    traces: {receivers: [nop], exporters: [nop]}\n";

function sourcesOf(
  files: readonly LocalLayer[],
  remote?: string,
  facts: Partial<BinaryFacts> = {},
) {
  return {
    local: withExtensionLayer(files, [], text),
    remote: remote === undefined ? undefined : remoteOf("r", remote),
    uid,
    binary: { ...binary, ...facts },
  };
}

function render(...given: Parameters<typeof sourcesOf>) {
  const rendering = renderConfig(sourcesOf(...given), policy);
  if ("problem" in rendering) throw new Error(rendering.problem);
  return rendering.config;
}

interface Opamp {
  readonly instance_uid?: string;
  readonly server: { readonly http?: unknown; readonly ws?: { headers?: object } | null };
}

function opampOf(config: string): Opamp {
  return (parse(config) as { extensions: { opamp: Opamp } }).extensions.opamp;
}

test("an extension is told where we are and who it is, by variables alone", () => {
  const config = render([baseLayer(pipelines)]).text;
  expect(opampOf(config)).toMatchObject({
    instance_uid: uid,
    server: {
      http: null,
      ws: {
        endpoint: "ws://127.0.0.1:${env:OPAMPSUPERVISOR_LOCAL_PORT}/v1/opamp",
        headers: { "x-token": "${env:OPAMPSUPERVISOR_LOCAL_SECRET}" },
      },
    },
    capabilities: { reports_effective_config: false },
  });
  expect(config).toContain("extensions: [ opamp, health_check ]");
});

test("a binary without the extension gets the same configuration as ever", () => {
  const without = { hasOpampExtension: false };
  const files = [baseLayer(pipelines)];
  const rendering = renderConfig({ ...sourcesOf([], undefined, without), local: files }, policy);
  expect({ config: render(files, undefined, without) }).toEqual(rendering);
});

test("the layer alone is no configuration: the agent is parked, or stopped when told so", () => {
  expect(render([]).parked).toBe(true);
  const nothing = { ...remoteOf("r", ""), files: [] };
  const stopped = renderConfig({ ...sourcesOf([]), remote: nothing }, policy);
  expect(stopped).toMatchObject({ config: { runs: false } });
  expect(render([], pipelines).parked).toBe(false);
});

test("the variables in the layer do not keep sources from being known again", () => {
  expect(sourcesDigest(sourcesOf([baseLayer(pipelines)]), policy)).toBeDefined();
  const other = sourcesOf([baseLayer(pipelines)], undefined, { hasOpampExtension: false });
  expect(sourcesDigest(other, policy)).not.toBe(
    sourcesDigest(sourcesOf([baseLayer(pipelines)]), policy),
  );
});

test("what local files say of the extension is joined, and our server wins", () => {
  const mine = `extensions: {opamp: {server: {http: {endpoint: "https://x"}}, ppid: 1}}\n${pipelines}`;
  const opamp = opampOf(render([baseLayer(mine)]).text);
  expect(opamp).toMatchObject({ ppid: 1, instance_uid: uid, server: { http: null } });
});

test("a remote configuration may lead the extension elsewhere, without our secret and our id", () => {
  const remote = `extensions: {opamp: {server: {ws: {endpoint: "wss://x/v1/opamp"}}}}\n${pipelines}`;
  const config = render([], remote).text;
  const opamp = opampOf(config);
  expect(opamp).toMatchObject({ server: { ws: { endpoint: "wss://x/v1/opamp" } } });
  expect(opamp.server.ws?.headers).toEqual({ "x-token": null });
  expect(opamp.instance_uid).toBeUndefined();
  expect(config).not.toContain("LOCAL_SECRET");
});

test("a remote configuration that wants HTTP gets it alone: the extension refuses both", () => {
  const remote = `extensions: {opamp: {server: {http: {endpoint: "https://x"}}}}\n${pipelines}`;
  const opamp = opampOf(render([], remote).text);
  expect(opamp.server).toEqual({ http: { endpoint: "https://x" }, ws: null });
});

test.each([
  ["nothing", "extensions: {opamp: null}"],
  ["no extensions", "service: {extensions: null}"],
  ["odd headers", "extensions: {opamp: {server: {ws: {endpoint: 7, headers: {1: a, ~: b}}}}}"],
])("a remote configuration with %s for it is joined like any other", (_, remote) => {
  expect(renderConfig(sourcesOf([baseLayer(pipelines)], remote), policy)).toHaveProperty("config");
});

test("config_files name its place; without that it lies right below the remote configuration", () => {
  const at = (path: string, place: LocalLayer["place"]): LocalLayer => ({
    name: path,
    text: "",
    place,
  });
  const names = (layers: readonly LocalLayer[], files: readonly string[]): string =>
    withExtensionLayer(layers, files, text)
      .map(({ name, place, forExtension }) => `${forExtension === true ? "ours" : name}:${place}`)
      .join(" ");
  const [a, b, p] = [at("a", "base"), at("b", "base"), at("p", "protected")];
  const ours = "$OPAMP_EXTENSION_CONFIG";
  expect(names([a, b, p], ["a", "b"])).toBe("a:base b:base ours:base p:protected");
  expect(names([a, b, p], ["a", ours, "b"])).toBe("a:base ours:base b:base p:protected");
  expect(names([a, p], ["a", "$REMOTE_CONFIG", ours])).toBe("a:base ours:over p:protected");
  expect(names([a, at("o", "over")], ["a", "$REMOTE_CONFIG", ours, "o"])).toBe(
    "a:base ours:over o:over",
  );
  expect(names([p], [ours])).toBe("ours:base p:protected");
  expect(names([p], [])).toBe("ours:base p:protected");
});

/** Two components in each pipeline, beside the one of a local file. */
function manyPipelines(components: number): string {
  const lines = Array.from(
    { length: components / 2 - 1 },
    (_, index) => `    traces/${index}: {receivers: [nop], processors: [], exporters: [nop]}\n`,
  );
  return `service:\n  pipelines:\n${lines.join("")}`;
}

function extensionsOf(config: string): readonly string[] {
  return (parse(config) as { service: { extensions: readonly string[] } }).service.extensions;
}

test("above a number of components the extension is not put into service, and a person is told", () => {
  const { text, warnings } = render([baseLayer(pipelines)], manyPipelines(mostComponents + 2));
  expect(extensionsOf(text)).toEqual(["health_check"]);
  expect(opampOf(text).instance_uid).toBeUndefined();
  expect(warnings).toEqual([
    "the opamp extension is left out: the pipelines have 502 components, and above 500 it takes the collector too long to report their health",
  ]);
  const fewer = render([baseLayer(pipelines)], manyPipelines(mostComponents));
  expect(extensionsOf(fewer.text)).toEqual(["opamp", "health_check"]);
  expect(fewer.warnings).toEqual([]);
});

test("an extension that talks to somebody else stays in service, however many components there are", () => {
  const elsewhere = `extensions: {opamp: {server: {ws: {endpoint: "wss://x/v1/opamp"}}}}\n`;
  const { text, warnings } = render(
    [baseLayer(pipelines)],
    elsewhere + manyPipelines(mostComponents + 2),
  );
  expect(extensionsOf(text)).toEqual(["opamp", "health_check"]);
  expect(warnings).toEqual([]);
});

test("a binary without the extension is not said to leave it out", () => {
  const { warnings } = render([baseLayer(pipelines)], manyPipelines(mostComponents + 2), {
    hasOpampExtension: false,
  });
  expect(warnings).toEqual([]);
});

test("explain names the layer", () => {
  const assembly = assemble(sourcesOf([baseLayer(pipelines)]), policy);
  if ("problem" in assembly || assembly.join === undefined) throw new Error("expected a join");
  const [leaf] = leavesOf(assembly.join, "extensions.opamp.server.ws.endpoint");
  expect(leaf).toMatchObject({ layer: "the opamp extension", hides: [] });
});

test("the strictest policy does not refuse what we add, and refuses the same from others", () => {
  const strict = rulesOf({
    components: { allow: ["nop"] },
    exporter_hosts: { allow: [] },
    file_paths: { allow: [] },
    providers: { allow: [] },
    listen: { allow: [] },
  });
  const nops = `receivers: {nop: }\nexporters: {nop: }\n${pipelines}`;
  const metrics = "service: {telemetry: {metrics: {level: none}}}\n";
  expect(found(strict, render([baseLayer(nops), baseLayer(metrics)]).text)).toEqual([]);
  const stolen = `receivers: {nop: {x: "\${env:OPAMPSUPERVISOR_LOCAL_SECRET}"}}\n`;
  const theirs = render([baseLayer(nops), baseLayer(metrics)], stolen).text;
  expect(found(strict, theirs)).toEqual(["providers.allow receivers.nop.x"]);
});

test("ours are told from what only looks like them", () => {
  expect(isOurEndpoint("ws://127.0.0.1:${env:OPAMPSUPERVISOR_LOCAL_PORT}/v1/opamp")).toBe(true);
  expect(isOurEndpoint("ws://127.0.0.1:${env:OPAMPSUPERVISOR_LOCAL_PORT}.evil/v1")).toBe(false);
  expect(isOurEndpoint(undefined)).toBe(false);
  expect(isOurToken("x${env:OPAMPSUPERVISOR_LOCAL_SECRET}")).toBe(false);
});
