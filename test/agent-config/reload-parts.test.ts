import fc from "fast-check";
import { expect, test } from "vitest";
import { reloadParts, restartedAlone } from "../../src/agent-config/reload-parts.ts";
import { parseYamlLayer } from "../../src/agent-config/yaml/read-layer.ts";

function partsOf(text: string) {
  const layer = parseYamlLayer("a.yaml", text);
  if ("problem" in layer) throw new Error(layer.problem);
  return reloadParts(layer.root);
}

/** What is restarted alone on the way from one text to the other, `pipeline receiver`; undefined: all. */
function alone(before: string, after: string): readonly string[] | undefined {
  const [was, is] = [partsOf(before), partsOf(after)];
  if (was === undefined || is === undefined) return undefined;
  return restartedAlone(was, is)?.map(({ pipeline, receiver }) => `${pipeline} ${receiver}`);
}

const base = `receivers:
  otlp: {protocols: {http: {endpoint: "127.0.0.1:4318"}}}
  hostmetrics: {collection_interval: 10s}
  nop:
  nop/unused:
exporters: {nop: {}}
connectors: {forward: {}}
extensions: {health_check: {}}
service:
  extensions: [health_check]
  pipelines:
    traces: {receivers: [otlp], exporters: [nop, forward]}
    traces/2: {receivers: [forward, nop], exporters: [nop]}
    metrics: {receivers: [otlp, hostmetrics], exporters: [nop]}
    metrics/2: {receivers: [nop], exporters: [nop]}
`;

const withText = (from: string, to: string): string => {
  expect(base).toContain(from);
  return base.replace(from, to);
};

test("the parts of a configuration are the same however often it is read", () => {
  expect(partsOf(base)).toEqual(partsOf(base));
});

test.each([
  ["other settings", "10s", "20s", ["metrics hostmetrics"]],
  ["a server for two signals", "4318", "4319", ["traces otlp", "metrics otlp"]],
  ["one that is added", "[otlp]", "[otlp, nop/unused]", ["traces nop/unused"]],
  ["one more in front", "[otlp, host", "[nop/unused, otlp, host", ["metrics nop/unused"]],
  [
    "one beside a connector",
    "[forward, nop]",
    "[nop/unused, forward, nop]",
    ["traces/2 nop/unused"],
  ],
  [
    "one that serves one signal more places of it",
    "metrics/2: {receivers: [nop]",
    "metrics/2: {receivers: [nop, hostmetrics]",
    ["metrics hostmetrics", "metrics/2 hostmetrics"],
  ],
  [
    "settings that are no map any more",
    "nop:\n  nop/",
    "nop: {}\n  nop/",
    ["traces/2 nop", "metrics/2 nop"],
  ],
])("%s: these are restarted alone", (_, from, to, restarted) => {
  expect(alone(base, withText(from, to))).toEqual(restarted);
});

test.each([
  ["nothing", "10s", "10s"],
  ["a receiver that nobody uses", "nop/unused:", "nop/unused: {}"],
  ["the order of receivers", "[otlp, hostmetrics]", "[hostmetrics, otlp]"],
  ["quotes of a receiver", '"127.0.0.1:4318"', "127.0.0.1:4318"],
  ["an exporter", "{nop: {}}\nconn", "{nop: {}, nop/2: {}}\nconn"],
  ["quotes of anything else", "[nop, forward]", '[nop, "forward"]'],
  ["an extension", "health_check: {}", "health_check: {path: /x}"],
  ["the list of extensions", "extensions: [health_check]", "extensions: []"],
  ["telemetry", "  pipelines:", "  telemetry: {logs: {level: debug}}\n  pipelines:"],
  ["the exporters of a pipeline", "exporters: [nop, forward]", "exporters: [forward, nop]"],
  ["a connector as receiver", "[forward, nop]", "[nop]"],
  [
    "a pipeline more",
    "  pipelines:",
    "  pipelines:\n    logs: {receivers: [nop], exporters: [nop]}",
  ],
  ["a pipeline less", "    metrics/2: {receivers: [nop], exporters: [nop]}\n", ""],
  ["a receiver that leaves a pipeline", "[otlp, hostmetrics]", "[otlp]"],
  ["one that takes the place of another", "[otlp, hostmetrics]", "[otlp, nop/unused]"],
  [
    "a server for two signals in one more pipeline of one",
    "[forward, nop]",
    "[forward, nop, otlp]",
  ],
  [
    "a receiver that is used for a signal more",
    "traces: {receivers: [otlp]",
    "traces: {receivers: [otlp, hostmetrics]",
  ],
  ["a receiver without settings anywhere", "[otlp]", "[otlp, nop/missing]"],
])("%s: not receivers alone, or not to be told", (_, from, to) => {
  expect(alone(base, withText(from, to))).toBeUndefined();
  expect(alone(withText(from, to), withText(from, to))).toBeUndefined();
});

test.each([
  ["a receiver as a path", "  hostmetrics:", '  "hostmetrics::collection_interval":'],
  ["receivers that are no map", base.slice(0, base.indexOf("exporters:")), "receivers: []\n"],
  ["pipelines that are none", base.slice(base.indexOf("  pipelines:")), "  pipelines: x\n"],
  ["a list that is none", "[otlp]", "otlp"],
])("%s is not taken apart", (_, from, to) => {
  expect(partsOf(withText(from, to))).toBeUndefined();
});

const ids = ["otlp", "nop", "nop/a", "forward"];
const pipelineIds = ["traces", "traces/2", "metrics"];

/** A configuration as a collector reads it. */
interface Read {
  readonly receivers: Readonly<Record<string, number>>;
  readonly pipelines: Readonly<Record<string, readonly string[]>>;
  readonly exporters: number;
}

const anyList = fc.uniqueArray(fc.constantFrom(...ids), { minLength: 1 });
const anyConfig: fc.Arbitrary<Read> = fc.record({
  receivers: fc.record({ otlp: fc.nat(1), nop: fc.nat(1), "nop/a": fc.nat(1) }),
  pipelines: fc.record(
    { traces: anyList, "traces/2": anyList, metrics: anyList },
    { requiredKeys: ["traces"] },
  ),
  exporters: fc.nat(9).map((one) => (one === 0 ? 1 : 0)),
});

const textOf = ({ receivers, pipelines, exporters }: Read): string =>
  JSON.stringify({
    receivers: Object.fromEntries(Object.entries(receivers).map(([id, x]) => [id, { x }])),
    exporters: { debug: { x: exporters } },
    connectors: { forward: {} },
    service: {
      pipelines: Object.fromEntries(
        Object.entries(pipelines).map(([id, list]) => [
          id,
          { receivers: list, exporters: ["nop"] },
        ]),
      ),
    },
  });

/** What a collector restarts alone by its own rules; undefined: all. Nodes are `signal receiver`. */
function restartedByCollector(old: Read, now: Read) {
  const plain = (list: readonly string[] = []) => list.filter((id) => id !== "forward");
  const connectors = (list: readonly string[] = []) => list.filter((id) => id === "forward").join();
  const same = pipelineIds.every(
    (id) =>
      (old.pipelines[id] === undefined) === (now.pipelines[id] === undefined) &&
      connectors(old.pipelines[id]) === connectors(now.pipelines[id]),
  );
  if (!same || old.exporters !== now.exporters) return undefined;
  const nodes = ({ pipelines }: Read) => {
    const found = new Map<string, string[]>();
    for (const id of pipelineIds) {
      for (const receiver of plain(pipelines[id])) {
        const node = `${id.split("/")[0]} ${receiver}`;
        found.set(node, [...(found.get(node) ?? []), id]);
      }
    }
    return found;
  };
  const [was, is] = [nodes(old), nodes(now)];
  const changed = (node: string): boolean => {
    const receiver = node.split(" ")[1] ?? "";
    return old.receivers[receiver] !== now.receivers[receiver];
  };
  const restarted = [...is].filter(
    ([node, places]) => was.get(node)?.join() !== places.join() || changed(node),
  );
  const goesOn = [...is.keys()].filter((node) => !restarted.some(([one]) => one === node));
  return {
    places: restarted.flatMap(([node, places]) =>
      places.map((place) => `${place} ${node.split(" ")[1]}`),
    ),
    left: [...was].flatMap(([node, places]) =>
      places.filter((place) => is.get(node)?.includes(place) !== true),
    ),
    torn: restarted.some(([node]) =>
      goesOn.some((one) => one.split(" ")[1] === node.split(" ")[1]),
    ),
  };
}

test("whatever changes, what is to be restarted alone is what the collector restarts, and tears nothing apart", () => {
  let together = 0;
  fc.assert(
    fc.property(anyConfig, anyConfig, fc.boolean(), (old, other, near) => {
      const now = near ? { ...old, receivers: other.receivers } : other;
      const told = alone(textOf(old), textOf(now));
      const done = restartedByCollector(old, now);
      if (told === undefined) {
        const simple = done !== undefined && done.places.length > 0;
        expect(simple && done.left.length === 0 && !done.torn).toBe(false);
        return;
      }
      together += 1;
      expect(done).toMatchObject({ left: [], torn: false });
      expect(told.toSorted()).toEqual(done?.places.toSorted());
    }),
    { numRuns: 1_000 },
  );
  expect(together).toBeGreaterThan(20);
});
