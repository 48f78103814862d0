import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { factsOf, identifyBinary } from "../../src/agent/binary/identify.ts";
import type { BinaryFacts } from "../../src/agent-config/config.ts";
import {
  extensionText,
  localVariables,
  withExtensionLayer,
} from "../../src/agent-config/extension-layer.ts";
import { hiddenFault } from "../../src/agent-config/hidden-faults.ts";
import { joinLayers } from "../../src/agent-config/join-layers.ts";
import { renderConfig } from "../../src/agent-config/render-config.ts";
import { parseYamlLayer } from "../../src/agent-config/yaml/read-layer.ts";
import { policy, remoteOf, uid } from "../helpers/core/core-samples.ts";
import { collectorPath } from "../helpers/e2e/daemon.ts";
import { temporaryFolder } from "../helpers/temporary-folder.ts";

function faultOf(before: string, after: string): string | undefined {
  const layers = [before, after].map((text, at) => {
    const layer = parseYamlLayer(`${at}`, text);
    if ("problem" in layer) throw new Error(layer.problem);
    return layer;
  });
  return hiddenFault(joinLayers(layers));
}

test("a list of attributes may lose only those that the collector would take", () => {
  const ours = "attributes: [{name: id, value: ours}]\n";
  for (const item of ["{name: id, value: x}", "{name: id, value: x, type: string}"]) {
    expect(faultOf(`attributes: [${item}]\n`, ours), item).toBeUndefined();
  }
  for (const item of ["{name: id}", "{name: id, value: [x]}", "{name: id, value: 1, x: 2}", "id"]) {
    expect(faultOf(`attributes: [${item}]\n`, ours), item).toContain("attributes with a name");
  }
});

const variables = { X: "zpages", [localVariables.port]: "4320", [localVariables.token]: "t" };
const wishes = { path: "/v1/opamp", header: "Authorization", resourceAttributes: false };

async function realFacts(folder: string): Promise<BinaryFacts> {
  const scratch = join(folder, "scratch.yaml");
  return factsOf(await identifyBinary(collectorPath(), {}, scratch, extensionText(wishes)));
}

type Tree = { readonly [key: string]: unknown };

const whole: Tree = {
  receivers: { nop: {} },
  exporters: { nop: {} },
  extensions: { zpages: {}, health_check: { endpoint: "localhost:13133" } },
  service: {
    extensions: ["zpages"],
    pipelines: { traces: { receivers: ["nop"], exporters: ["nop"] } },
    telemetry: {
      logs: { level: "info" },
      metrics: { level: "normal", readers: [{ pull: {} }] },
      resource: { "service.instance.id": "me", "service.name": "x" },
    },
  },
};

/** Ways through the tree to every value in it. */
function waysIn(value: unknown): readonly (readonly string[])[] {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return [[]];
  return [
    [],
    ...Object.entries(value).flatMap(([key, inner]) => waysIn(inner).map((way) => [key, ...way])),
  ];
}

function put(tree: unknown, [key, ...rest]: readonly string[], value: unknown): unknown {
  if (key === undefined) return value;
  const map = typeof tree === "object" && tree !== null && !Array.isArray(tree) ? tree : {};
  return { ...map, [key]: put((map as Tree)[key], rest, value) };
}

const value = fc.oneof(
  fc.constantFrom(null, [], {}, "", "text", 5, true, 1.5, ["zpages"], [[]], [{}], { a: 1 }),
  fc.constantFrom("${env:X}", "${env:NONE}", "${env:X:-[zpages]}", "${yaml:{a: b}}", "${yaml:[a]}"),
  fc.constantFrom("${file:/none}", "a${file:/none}", "$${env:X}", "2020-01-01", "~"),
);

const change = fc.record({
  way: fc.constantFrom(...waysIn(whole).filter((way) => way.length > 0)),
  value,
});

/** Maps from a depth on written as one key for each way: `a::b`. In part only, the collector's order would be chance. */
function dotted(tree: unknown, depth: number): unknown {
  if (typeof tree !== "object" || tree === null || Array.isArray(tree)) return tree;
  const entries = Object.entries(tree).map(([key, inner]) => [key, dotted(inner, depth - 1)]);
  if (depth > 0) return Object.fromEntries(entries) as Tree;
  const flat = entries.flatMap(([key, inner]) => {
    const isMap = typeof inner === "object" && inner !== null && !Array.isArray(inner);
    if (!isMap || Object.keys(inner).length === 0) return [[key, inner]];
    return Object.entries(inner as Tree).map(([below, each]) => [`${String(key)}::${below}`, each]);
  });
  return Object.fromEntries(flat) as Tree;
}

function accepts(folder: string, text: string): boolean {
  const file = join(folder, "c.yaml");
  writeFileSync(file, text);
  try {
    execFileSync(collectorPath(), ["validate", "--config", file], {
      env: variables,
      stdio: "pipe",
    });
    return true;
  } catch {
    return false;
  }
}

test("what the collector refuses alone it is never brought to accept by what is added", async () => {
  const folder = temporaryFolder();
  const facts = await realFacts(folder);
  const local = withExtensionLayer([], [], extensionText(wishes));
  const options = { ...policy, environment: new Map(Object.entries(variables)) };
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 2 }), fc.nat(9), (changes, depth) => {
      const tree = changes.reduce<unknown>((all, each) => put(all, each.way, each.value), whole);
      const text = JSON.stringify(dotted(tree, depth), null, 1);
      const sources = { local, remote: remoteOf("o", text), uid, binary: facts };
      const rendering = renderConfig(sources, options);
      if ("problem" in rendering || !accepts(folder, rendering.config.text)) return;
      expect(accepts(folder, text), text).toBe(true);
    }),
    { numRuns: Number(process.env["RUNS"] ?? 60) },
  );
});
