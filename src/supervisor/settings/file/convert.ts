import { shownSource } from "../../../sources/source.ts";
import type { ProblemCode } from "./problem.ts";
import { durationMs } from "./duration.ts";
import type { KeyRule } from "./key-rule.ts";
import { type SettingNode, kindOf, isNull } from "./setting-node.ts";

/** What a key's value becomes: text, a number (durations in milliseconds), or a collection of texts. */
export type SettingValue =
  | string
  | number
  | boolean
  | readonly string[]
  | ReadonlyMap<string, string>
  | ReadonlyMap<string, readonly string[]>;

/** Takes a problem with a value, or with one inside it when `below` names it (`[2]`, `.NAME`). */
type Complain = (code: ProblemCode, message: string, below?: string, inner?: SettingNode) => void;

/** The value as its rule wants it; undefined after a complaint, and for text that is empty. */
export function convert(
  node: SettingNode,
  rule: KeyRule,
  complain: Complain,
): SettingValue | undefined {
  switch (rule.type) {
    case "text":
      return toText(node, rule, complain);
    case "choice":
      return toChoice(node, rule, complain);
    case "boolean":
      return toBoolean(node, complain);
    case "integer":
      return toInteger(node, rule, complain);
    case "duration":
      return toDuration(node, rule, complain);
    case "level":
      return toLevel(node, complain);
    case "texts":
      return toTexts(node, rule, complain);
    case "text-map":
      return toMap(node, rule, complain, toText, "");
    case "texts-map":
      return toMap(node, rule, complain, toTexts, []);
    case "any":
      return undefined;
  }
}

/** The value for a message; never one that came from a variable or a file, nor a secret. */
export function shown(node: SettingNode, secret = false): string {
  if (node.from !== undefined) return `the value of ${node.from}`;
  if (node.kind !== "scalar" || node.value === null || secret) return kindOf(node);
  const { value } = node;
  const quoted = JSON.stringify(typeof value === "string" ? shownSource(value) : value);
  return quoted.length > 60 ? `${quoted.slice(0, 60)}…` : quoted;
}

function isSecret(rule: KeyRule): boolean {
  return "secret" in rule;
}

function toText(node: SettingNode, rule: KeyRule, complain: Complain): string | undefined {
  const written = node.text ?? (node.kind === "scalar" ? node.value : undefined);
  if (typeof written === "string") return withoutNul(written, complain);
  const literal = node.kind === "scalar" && node.value !== null;
  const advice = literal ? "put it in quotes" : "write one value";
  complain("type-wrong", `expected text, found ${shown(node, isSecret(rule))}: ${advice}`);
  return undefined;
}

/** No path, argument or variable can hold one, and the system's own refusal would show the text, which may be a secret. */
function withoutNul(text: string, complain: Complain): string | undefined {
  if (!text.includes("\0")) return text;
  complain("value-invalid", "expected text, found a NUL character in it: take that out");
  return undefined;
}

function toChoice(
  node: SettingNode,
  rule: KeyRule & { type: "choice" },
  complain: Complain,
): string | undefined {
  const numbered = rule.first === undefined ? undefined : wordAt(node, rule.of, rule.first);
  const text = numbered ?? toText(node, rule, complain)?.trim();
  if (text === undefined || text === "") return undefined;
  const chosen = rule.of.find((each) => each === text.toLowerCase());
  if (chosen === undefined) {
    complain("value-invalid", `expected ${oneOf(rule.of)}, found ${shown(node)}`);
  }
  return chosen;
}

function wordAt(node: SettingNode, words: readonly string[], first: number): string | undefined {
  const value = node.kind === "scalar" ? node.value : undefined;
  return typeof value === "number" ? words[value - first] : undefined;
}

function oneOf(words: readonly string[]): string {
  if (words.length === 1) return words.join("");
  return `one of ${words.join(", ")}`;
}

function toBoolean(node: SettingNode, complain: Complain): boolean | undefined {
  if (node.kind === "scalar" && typeof node.value === "boolean") return node.value;
  const advice = node.kind === "scalar" ? ": write true or false, without quotes" : "";
  complain("type-wrong", `expected true or false, found ${shown(node)}${advice}`);
  return undefined;
}

function toInteger(
  node: SettingNode,
  rule: KeyRule & { type: "integer" },
  complain: Complain,
): number | undefined {
  if (node.kind !== "scalar" || typeof node.value !== "number" || !Number.isInteger(node.value)) {
    const advice =
      node.kind === "scalar" && typeof node.value === "string" ? ": write it without quotes" : "";
    complain("type-wrong", `expected a whole number, found ${shown(node)}${advice}`);
    return undefined;
  }
  const { least = -Infinity, most = Infinity } = rule;
  if (node.value >= least && node.value <= most) return node.value;
  const range = `from ${least}${most === Infinity ? " upwards" : ` to ${most}`}`;
  complain("value-invalid", `expected a whole number ${range}, found ${shown(node)}`);
  return undefined;
}

function toDuration(
  node: SettingNode,
  rule: KeyRule & { type: "duration" },
  complain: Complain,
): number | undefined {
  if (node.kind !== "scalar" || typeof node.value === "boolean") {
    complain("type-wrong", `expected a duration such as 5s or 500ms, found ${shown(node)}`);
    return undefined;
  }
  const text = String(node.value).trim();
  const isBare = rule.bare === true && typeof node.value === "number";
  const milliseconds = isBare ? node.value / nanosecondsPerMs : durationMs(text);
  if (milliseconds === undefined) {
    complain(
      typeof node.value === "number" ? "type-wrong" : "value-invalid",
      noDuration(node, text),
    );
    return undefined;
  }
  const least = rule.positive === true ? "more than 0" : "0 or more";
  const enough = rule.positive === true ? milliseconds > 0 : milliseconds >= 0;
  if (!enough) complain("value-invalid", `expected a duration of ${least}, found ${shown(node)}`);
  return enough ? milliseconds : undefined;
}

const nanosecondsPerMs = 1e6;

function noDuration(node: SettingNode, text: string): string {
  if (!/^[+-]?\d+(\.\d+)?$/.test(text)) {
    return `expected a duration such as 5s, 500ms or 1h30m, found ${shown(node)}`;
  }
  const example = node.from === undefined ? `${text}s` : "5s";
  return `expected a duration, found ${shown(node)} without a unit: add a unit, for example ${example}`;
}

type Level = "debug" | "info" | "warn" | "error" | "fatal";

// The words and numbers of zap, from -1 upwards. What panics there is fatal here.
const levelWords = ["debug", "info", "warn", "error", "dpanic", "panic", "fatal"];
const levels: readonly Level[] = ["debug", "info", "warn", "error", "fatal", "fatal", "fatal"];

function toLevel(node: SettingNode, complain: Complain): Level | undefined {
  const value = node.kind === "scalar" ? node.value : undefined;
  const word = typeof value === "string" ? value.toLowerCase().replace(/^warning$/, "warn") : "";
  const index = typeof value === "number" ? value + 1 : levelWords.indexOf(word);
  const level = levels[index];
  if (level === undefined && value !== "") {
    complain("value-invalid", `expected one of debug, info, warn, error, found ${shown(node)}`);
  }
  return level;
}

function toTexts(
  node: SettingNode,
  rule: KeyRule,
  complain: Complain,
): readonly string[] | undefined {
  if (node.kind === "list") {
    const texts = node.items.map((item, index) =>
      toText(item, rule, (code, message) => complain(code, message, `[${index}]`, item)),
    );
    return texts.filter((text) => text !== undefined);
  }
  const literal = node.kind === "scalar" && typeof node.value === "string" ? node.value : undefined;
  const text = node.text ?? literal;
  if (text !== undefined) {
    const list = withoutNul(text, complain)
      ?.split(",")
      .map((part) => part.trim());
    return text === "" ? [] : list;
  }
  complain("type-wrong", `expected a list of texts, found ${shown(node, isSecret(rule))}`);
  return undefined;
}

function toMap<T>(
  node: SettingNode,
  rule: KeyRule,
  complain: Complain,
  read: (node: SettingNode, rule: KeyRule, complain: Complain) => T | undefined,
  empty: T,
): ReadonlyMap<string, T> | undefined {
  if (node.kind !== "map") {
    const found = shown(node, isSecret(rule));
    complain("type-wrong", `expected a map of names and values, found ${found}`);
    return undefined;
  }
  const result = new Map<string, T>();
  for (const [name, { node: inner }] of node.entries) {
    const inside: Complain = (code, message, below = "", place = inner) =>
      complain(code, message, `.${name}${below}`, place);
    withoutNul(name, inside);
    const value = isNull(inner) ? empty : read(inner, rule, inside);
    if (value !== undefined) result.set(name, value);
  }
  return result;
}
