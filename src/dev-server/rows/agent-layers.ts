import { createHash } from "node:crypto";
import { isMap, isScalar, isSeq, LineCounter, type Node } from "yaml";
import { layersCapability } from "../../agent-config/told/layers-capability.ts";
import { readFirstDocument } from "../../agent-config/yaml/first-document.ts";
import { keyText } from "../../agent-config/yaml/keys.ts";
import { messageObstacle } from "../fleet/fleet-asks.ts";
import type { KnownAgent } from "../fleet/known-agent.ts";
import type { ReportedLayers, ReportedValue } from "../fleet/reported-layers.ts";
import type { AgentLayers, LayerOfLine, LayerPlace } from "../shapes/layer-shapes.ts";

const none = { layers: [], lines: [], omitted: 0 } as const;

/** Which layer set each line of the configuration that an agent has reported, as far as it has said so of this very text. */
export function layersOf(record: KnownAgent): AgentLayers {
  const files = [...(record.effectiveConfig?.configMap?.configMap ?? [])];
  const [first] = files;
  const body = files.length === 1 ? first?.[1].body : undefined;
  if (!record.customCapabilities.includes(layersCapability)) {
    const why = "This agent does not tell which layer each value comes from.";
    return { ...none, is: "unknown", canAsk: false, why };
  }
  if (body === undefined) {
    return { ...none, is: "unknown", canAsk: false, why: "It has not reported one configuration." };
  }
  const canAsk = messageObstacle(record, layersCapability) === undefined;
  const { layers } = record;
  const hash = createHash("sha256").update(body).digest("hex");
  if (layers !== undefined && layers.unknown !== "") {
    const why = `The agent does not know: ${layers.unknown}.`;
    return { ...none, is: "unknown", canAsk, why };
  }
  if (layers?.hash !== hash) {
    const why = canAsk ? "The agent has not been asked yet." : "The agent is not connected.";
    return { ...none, is: "unasked", canAsk, why };
  }
  const lines = linesOf(Buffer.from(body).toString("utf8"), layers);
  return { is: "known", canAsk, why: "", layers: layers.layers, lines, omitted: layers.omitted };
}

/** More is not read of a text: an agent may send anything. */
const mostDepth = 100;
const mostChars = 2_000_000;

function linesOf(text: string, { values }: ReportedLayers): readonly LayerOfLine[] {
  if (text.length > mostChars) return [];
  const counter = new LineCounter();
  const options = { lineCounter: counter, logLevel: "silent", prettyErrors: false } as const;
  // The parser's own check of keys is quadratic.
  const { document } = readFirstDocument(text, { ...options, uniqueKeys: false });
  const lines = new Map<number, Map<number, LayerPlace>>();
  const known = onlyOnce(values);
  const note = (offset: number | undefined, found: ReportedValue | undefined): void => {
    if (offset === undefined || found === undefined) return;
    const { line } = counter.linePos(offset);
    const { layer, line: there } = found;
    const place = { layer, ...(there === undefined ? {} : { there }) };
    const before = lines.get(line);
    if (before === undefined) lines.set(line, new Map([[layer, place]]));
    else if (!before.has(layer)) before.set(layer, place);
  };
  visit(document?.contents, "", 0, (path, offset) => note(offset, known.get(path)));
  const found = [...lines].map(([line, places]) => placed(line, [...places.values()]));
  return found.toSorted((a, b) => a.line - b.line);
}

function placed(line: number, [first, ...also]: readonly LayerPlace[]): LayerOfLine {
  const { layer, there } = first ?? { layer: 0 };
  const place = { line, layer, ...(there === undefined ? {} : { there }) };
  return also.length === 0 ? place : { ...place, also };
}

/** Two values may have one path where keys have dots in them: of these it is not known which is which. */
function onlyOnce(values: readonly ReportedValue[]): ReadonlyMap<string, ReportedValue> {
  const known = new Map<string, ReportedValue>();
  const twice = new Set<string>();
  for (const value of values) {
    if (known.has(value.path)) twice.add(value.path);
    known.set(value.path, value);
  }
  for (const path of twice) known.delete(path);
  return known;
}

function visit(
  node: unknown,
  path: string,
  depth: number,
  note: (path: string, offset: number | undefined) => void,
): void {
  if (depth > mostDepth) return;
  if (isMap(node)) {
    for (const { key, value } of node.items) {
      const name = keyText(key);
      if (name === undefined) continue;
      const below = path === "" ? name : `${path}.${name}`;
      note(below, offsetOf(key));
      visit(value, below, depth + 1, note);
    }
  } else if (isSeq(node)) {
    for (const [index, item] of node.items.entries()) {
      const below = `${path}[${index}]`;
      note(below, offsetOf(item));
      visit(item, below, depth + 1, note);
    }
  }
}

function offsetOf(node: unknown): number | undefined {
  const isNode = isScalar(node) || isMap(node) || isSeq(node);
  return isNode ? (node as Node).range?.[0] : undefined;
}
