import { createHash } from "node:crypto";
import { isMap, isScalar, isSeq, type YAMLMap } from "yaml";
import type { ReceiverDigests, ReloadParts } from "./config.ts";
import { keyText } from "./yaml/keys.ts";
import { itemText, nodeAt } from "./yaml/nodes.ts";

/** A receiver in one pipeline. */
export interface ReceiverPlace {
  readonly pipeline: string;
  readonly receiver: string;
}

/** Takes a joined configuration apart for `restartedAlone`; undefined where it is written in a way that is not understood here. */
export function reloadParts(root: YAMLMap): ReloadParts | undefined {
  const receivers = nodeAt(root, ["receivers"]);
  const pipelines = nodeAt(root, ["service", "pipelines"]);
  if (!isMap(receivers) || !isMap(pipelines)) return undefined;
  const connectors = new Set(keysOf(nodeAt(root, ["connectors"])));
  const lists: (readonly [string, readonly string[]])[] = [];
  const kept = new Map<unknown, unknown>([[receivers, undefined]]);
  for (const { key, value } of pipelines.items) {
    const list = isMap(value) ? nodeAt(value, ["receivers"]) : undefined;
    if (!isSeq(list)) return undefined;
    const ids = list.items.map((item) => itemText(item) ?? "");
    lists.push([keyText(key) ?? "", ids.filter((id) => !connectors.has(id))]);
    kept.set(
      list,
      ids.filter((id) => connectors.has(id)),
    );
  }
  const digests: (readonly [string, ReceiverDigests])[] = [];
  for (const { key, value } of receivers.items) {
    const [name, exact, loose] = [keyText(key), written(value, noneLeftOut), meant(value)];
    if (exact === undefined || name === undefined || name.includes("::")) return undefined;
    digests.push([name, { exact: digest(exact), loose: digest(loose) }]);
  }
  const rest = written(root, kept);
  return rest === undefined
    ? undefined
    : { rest: digest(rest), receivers: digests, pipelines: lists };
}

const noneLeftOut: ReadonlyMap<unknown, unknown> = new Map();

/**
 * The receivers that a collector with the gate `service.partialReload` restarts on the way from one configuration to
 * the other, one at least; undefined where it would restart all, or nothing, or where the whole agent is to be reloaded:
 *
 * - A receiver that leaves a pipeline would stay in the reported health of the pipeline as stopped.
 * - One that is used for several signals is one server for all of them. The collector may restart it for one signal
 *   alone, which takes it from the others for good (seen with 0.158).
 * - Settings that differ in how they are written may be the same to the collector, which then restarts nothing.
 */
export function restartedAlone(
  before: ReloadParts,
  after: ReloadParts,
): readonly ReceiverPlace[] | undefined {
  if (before.rest !== after.rest) return undefined;
  const [was, is] = [placesOf(before), placesOf(after)];
  for (const [receiver, places] of was) {
    const now = is.get(receiver) ?? [];
    if (places.some((pipeline) => !now.includes(pipeline))) return undefined;
  }
  const [old, now] = [new Map(before.receivers), new Map(after.receivers)];
  const restarted: ReceiverPlace[] = [];
  for (const [receiver, places] of is) {
    const settings = [old.get(receiver), now.get(receiver)] as const;
    const change = changeOf(was.get(receiver), places, settings);
    if (change === "unclear") return undefined;
    if (change === "none") continue;
    restarted.push(...places.map((pipeline) => ({ pipeline, receiver })));
  }
  return restarted.length === 0 ? undefined : restarted;
}

function changeOf(
  was: readonly string[] | undefined,
  is: readonly string[],
  [old, now]: readonly [ReceiverDigests | undefined, ReceiverDigests | undefined],
): "none" | "whole" | "unclear" {
  if (now === undefined) return "unclear";
  if (was === undefined) return "whole";
  if (old === undefined) return "unclear";
  if (old.exact !== now.exact) return old.loose === now.loose ? "unclear" : "whole";
  const grown = signalsOf(is.filter((pipeline) => !was.includes(pipeline)));
  if (grown.size === 0) return "none";
  return grown.size === signalsOf(is).size ? "whole" : "unclear";
}

function signalsOf(pipelines: readonly string[]): ReadonlySet<string> {
  return new Set(pipelines.map((pipeline) => pipeline.split("/")[0] ?? ""));
}

/** The pipelines of each receiver. */
function placesOf({ pipelines }: ReloadParts): ReadonlyMap<string, readonly string[]> {
  const places = new Map<string, string[]>();
  for (const [pipeline, receivers] of pipelines) {
    for (const receiver of new Set(receivers)) {
      const known = places.get(receiver);
      if (known === undefined) places.set(receiver, [pipeline]);
      else known.push(pipeline);
    }
  }
  return places;
}

function keysOf(node: unknown): readonly string[] {
  return isMap(node) ? node.items.map(({ key }) => keyText(key) ?? "") : [];
}

/**
 * What a part says as it is written, without what `instead` puts something else for; undefined where a key means a path
 * (`a::b`) or a node is of another kind than expected.
 */
function written(node: unknown, instead: ReadonlyMap<unknown, unknown>): string | undefined {
  const said: string[] = [];
  return say(node, instead, said) ? said.join(" ") : undefined;
}

function say(node: unknown, instead: ReadonlyMap<unknown, unknown>, said: string[]): boolean {
  if (instead.has(node)) {
    said.push(JSON.stringify(instead.get(node) ?? null));
    return true;
  }
  if (isMap(node)) {
    said.push("{");
    const all = node.items.every(({ key, value }) => {
      if (keyText(key)?.includes("::") !== false) return false;
      return say(key, instead, said) && say(value, instead, said);
    });
    said.push("}");
    return all;
  }
  if (isSeq(node)) {
    said.push("[");
    const all = node.items.every((item) => say(item, instead, said));
    said.push("]");
    return all;
  }
  if (node === null || node === undefined) said.push("null");
  else if (typeof node === "string") said.push(JSON.stringify(node));
  else if (isScalar(node)) {
    said.push(`${node.tag ?? ""}${node.type ?? ""}${JSON.stringify(node.source ?? node.value)}`);
  } else return false;
  return true;
}

/** What a part means, however its scalars are quoted and its keys ordered. */
function meant(node: unknown): string {
  if (isMap(node)) {
    const entries = node.items.map(({ key, value }) => `${meant(key)}:${meant(value)}`);
    return `{${entries.toSorted().join()}}`;
  }
  if (isSeq(node)) return `[${node.items.map(meant).join()}]`;
  return JSON.stringify(isScalar(node) ? String(node.value) : String(node));
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("base64");
}
