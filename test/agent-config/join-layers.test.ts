import { test, expect } from "vitest";
import { type Join, joinLayers } from "../../src/agent-config/join-layers.ts";
import { type YamlLayer, parseYamlLayer } from "../../src/agent-config/yaml/read-layer.ts";

function layersOf(...texts: readonly string[]): readonly YamlLayer[] {
  return texts.map((text, index) => {
    const layer = parseYamlLayer(`${index}.yaml`, text);
    if ("problem" in layer) throw new Error(layer.problem);
    return layer;
  });
}

function join(...texts: readonly string[]): Join {
  return joinLayers(layersOf(...texts));
}

function textOf(joined: Join): string {
  return joined.document.toString({ lineWidth: 0 });
}

test("each place where a later layer replaced a value is kept, with both layers", () => {
  const { replaced } = join("a: {b: 1, c: [x]}\n", "a: {b: 2}\n", "a: {b: 3, c: [y]}\nd: 1\n");
  expect(replaced.map(({ path, before, after }) => [path, before.layer, after.layer])).toEqual([
    ["a.b", 0, 1],
    ["a.b", 1, 2],
    ["a.c", 0, 2],
  ]);
});

test("what stands below a place that a layer put in belongs to that layer", () => {
  const { replaced } = join("a: {}\n", "a: {b: {c: {d: 1}}}\n", "a: {b: {c: {d: 2}}}\n");
  expect(replaced.map(({ before, after }) => [before.layer, after.layer])).toEqual([[1, 2]]);
});

test("a join keeps no more than where layers met", () => {
  const wide = Array.from({ length: 100 }, (_, index) => `  k${index}: {a: 1, b: 2}\n`).join("");
  const { owners, replaced } = join(`x:\n${wide}`, "x: {k5: {a: 3, c: 4}}\n");
  expect(owners.size).toBe(2);
  expect(replaced).toHaveLength(1);
});

test("keys that the collector takes for the same are joined", () => {
  expect(textOf(join("a: {0x10: x, true: y}\n", "a: {16: z, True: w}\n"))).toBe(
    "a: { 0x10: z, true: w }\n",
  );
});

test("a key with :: at the top is a path", () => {
  expect(textOf(join("a: {b: 1, c: 2}\n", "a::b: 3\n"))).toBe(
    "a: { b: 3, c: 2 }\n".replace(/.*/, "a:\n  b: 3\n  c: 2"),
  );
});

test("braces give way to lines where lines are joined into them", () => {
  expect(textOf(join('{"a": {"b": 1}}', "a:\n  c: ?x\n"))).toBe('"a":\n  "b": 1\n  c: ?x\n');
  expect(textOf(join("a: {b: 1}\n", "a: {c: 2}\n"))).toBe("a: { b: 1, c: 2 }\n");
});

test("an anchor that is set anew counts from there on", () => {
  expect(textOf(join("a: &x 1\nb: *x\nc: &x 2\nd: *x\n"))).toBe("a: 1\nb: 1\nc: 2\nd: 2\n");
});

const healthLayer =
  "extensions: {health_check: {endpoint: '0.0.0.0:13133', path: /up}, zpages: {}}\n";

/** What is left of the health check when a server's text is joined over the local one. */
function healthAfter(remote: string, local = healthLayer): unknown {
  const [first, second] = layersOf(local, remote);
  if (first === undefined || second === undefined) throw new Error("expected two layers");
  const joined = joinLayers([first, { ...second, remote: true }]);
  const { extensions } = joined.document.toJS() as { extensions: unknown };
  return [extensions, joined.kept.map(({ path }) => path)];
}

const written = { endpoint: "0.0.0.0:13133", path: "/up" };
const zpages = {};

test.each<[string, string, unknown]>([
  [
    "a health check that is empty",
    "extensions: {health_check: }\n",
    [{ health_check: written, zpages }, ["extensions.health_check"]],
  ],
  [
    "an endpoint that is empty",
    "extensions: {health_check: {endpoint: ~}}\n",
    [{ health_check: written, zpages }, ["extensions.health_check.endpoint"]],
  ],
  [
    "a path of keys",
    "extensions::health_check: null\n",
    [{ health_check: written, zpages }, ["extensions.health_check"]],
  ],
  ["no extensions at all", "extensions:\n", [{ health_check: written }, ["extensions"]]],
  [
    "another address",
    "extensions: {health_check: {endpoint: 'localhost:1'}}\n",
    [{ health_check: { ...written, endpoint: "localhost:1" }, zpages }, []],
  ],
  [
    "another setting that is empty",
    "extensions: {health_check: {path: }, zpages: }\n",
    [{ health_check: { ...written, path: null }, zpages: null }, []],
  ],
])("where a health check listens is kept when a server sends %s", (_, remote, expected) => {
  expect(healthAfter(remote)).toEqual(expected);
});

test("a named health check is kept too, and one that is no map is not", () => {
  const named = healthLayer.replace("health_check", "health_check/pod");
  expect(healthAfter("extensions: {health_check/pod: }\n", named)).toEqual([
    { "health_check/pod": written, zpages },
    ["extensions.health_check/pod"],
  ]);
  const empty = "extensions: {health_check: }\n";
  expect(healthAfter(empty, "extensions: {health_check: '${env:HEALTH}'}\n")).toEqual([
    { health_check: null },
    [],
  ]);
});

test("a local layer may empty a health check, and so may a server its own", () => {
  const empty = "extensions: {health_check: }\n";
  expect(textOf(join(healthLayer, empty))).not.toContain("13133");
  const [local, one, other] = layersOf("a: b\n", healthLayer, empty);
  const remote = [one, other].flatMap((layer) => layer ?? []);
  const sent = remote.map((layer) => ({ ...layer, remote: true }));
  expect(local).toBeDefined();
  expect(textOf(joinLayers([...(local ? [local] : []), ...sent]))).not.toContain("13133");
});

function cpuOfJoining(texts: readonly string[]): number {
  const layers = layersOf(...texts);
  const before = process.cpuUsage();
  joinLayers(layers);
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

test.each([
  ["one key with :: among many", (number: number) => (number === 0 ? "a::b: 1" : `k${number}: 1`)],
  ["many keys with :: that begin alike", (number: number) => `a::k${number}: 1`],
  ["many keys with ::", (number: number) => `a${number}::b: 1`],
])("what %s cost grows with their number, not with its square", (_what, line) => {
  const cpuOf = (keys: number): number =>
    cpuOfJoining([`${Array.from({ length: keys }, (_, number) => line(number)).join("\n")}\n`]);
  cpuOf(500);
  const few = Math.max(cpuOf(500), 20_000);
  // Its square would be 1024 times as much.
  expect(cpuOf(16_000) / few).toBeLessThan(200);
});

test.each([
  ["maps", (number: number) => `a: {k${number}: 1}\n`],
  ["lists", (number: number) => `service: {extensions: [k${number}]}\n`],
])("what many layers cost that add to the same %s grows with their number", (_what, text) => {
  const cpuOf = (layers: number): number =>
    cpuOfJoining(Array.from({ length: layers }, (_, number) => text(number)));
  cpuOf(250);
  const few = Math.max(cpuOf(250), 10_000);
  // Its square would be 1024 times as much.
  expect(cpuOf(8_000) / few).toBeLessThan(200);
});

test("what a layer adds is there for all layers after it, in maps and in lists", () => {
  const texts = ["a: {b: 1}\n", "a: {c: 2}\n", "a: {c: 3, d: 4}\n", "a: {d: 5}\n"];
  const lists = ["p", "p, q", "q, r", "r, p"].map((list) => `service: {extensions: [${list}]}\n`);
  expect(textOf(join(...texts))).toBe("a: { b: 1, c: 3, d: 5 }\n");
  expect(textOf(join(...lists))).toBe("service: { extensions: [ p, q, r ] }\n");
});
