import {
  layersAnswer,
  layersCapability,
  layersQuestion,
} from "../../agent-config/told/layers-capability.ts";
import type { CustomMessage } from "../../opamp-client/wire/messages.ts";

/** What an agent has said of the layers of its configuration; of none but the text with this hash. */
export interface ReportedLayers {
  readonly hash: string;
  readonly layers: readonly string[];
  readonly values: readonly ReportedValue[];
  readonly omitted: number;
  /** Why it did not know; empty: it did. */
  readonly unknown: string;
}

/** Where a value comes from: the place of its layer in the list, and the line there. */
export interface ReportedValue {
  readonly path: string;
  readonly layer: number;
  readonly line: number | undefined;
}

const mostBytes = 1024 * 1024;
const mostLayers = 1_000;
const mostChars = 1_000;
const nothing = { hash: "", layers: [], values: [], omitted: 0 } as const;

/** The question as a message. */
export const layersMessage: CustomMessage & { readonly capability: string } = {
  capability: layersCapability,
  type: layersQuestion,
  data: new Uint8Array(),
};

/** What is in an answer; undefined: the message is no answer. Whoever wrote it may have written anything. */
export function layersIn(message: CustomMessage | undefined): ReportedLayers | undefined {
  if (message?.capability !== layersCapability || message.type !== layersAnswer) return undefined;
  const { data = new Uint8Array() } = message;
  const value = data.length > mostBytes ? undefined : parsed(data);
  if (typeof value !== "object" || value === null) return unread;
  const { hash, layers, values, omitted, unknown } = value as Readonly<Record<string, unknown>>;
  if (typeof unknown === "string") return { ...nothing, unknown: unknown.slice(0, mostChars) };
  if (typeof hash !== "string" || !Array.isArray(layers) || !Array.isArray(values)) return unread;
  const names = layers.filter((name) => typeof name === "string").slice(0, mostLayers);
  if (names.length !== layers.length) return unread;
  return {
    hash: hash.slice(0, mostChars),
    layers: names.map((name) => name.slice(0, mostChars)),
    values: values.flatMap((each) => valueOf(each, names.length) ?? []),
    omitted: isCount(omitted) ? omitted : 0,
    unknown: "",
  };
}

const unread: ReportedLayers = {
  ...nothing,
  unknown: "its answer is of another form than expected",
};

function valueOf(value: unknown, layers: number): ReportedValue | undefined {
  if (!Array.isArray(value)) return undefined;
  const [path, layer, line] = value as readonly unknown[];
  if (typeof path !== "string" || !isCount(layer) || layer >= layers) return undefined;
  return { path, layer, line: isCount(line) ? line : undefined };
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function parsed(data: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(data).toString("utf8"));
  } catch {
    // What is no JSON is no answer.
    return undefined;
  }
}
