import { type SettingValue, convert } from "./convert.ts";
import { nearest } from "./nearest.ts";
import type { ProblemList } from "./problem-list.ts";
import type { RuleNode, KeyRule } from "./key-rule.ts";
import { type Entry, type SettingNode, isNull, kindOf } from "./setting-node.ts";

/** What a file says, by dotted path. Keys that are not written, or say nothing, are not in it. */
export interface Checked {
  readonly values: ReadonlyMap<string, SettingValue>;
  /** Every key that is written, also those of the user's own and list items. */
  readonly entries: ReadonlyMap<string, Entry>;
}

interface Walk {
  readonly problems: ProblemList;
  readonly known: RuleNode;
  readonly values: Map<string, SettingValue>;
  readonly entries: Map<string, Entry>;
}

/** Compares a file with the rules: unknown keys and wrong types become problems, the rest values. */
export function checkTree(root: SettingNode, known: RuleNode, problems: ProblemList): Checked {
  const walk: Walk = { problems, known, values: new Map(), entries: new Map() };
  checkMap(root, known, "", walk);
  return walk;
}

function checkNode(entry: Entry, rules: RuleNode, path: string, walk: Walk): void {
  const { node } = entry;
  walk.entries.set(path, entry);
  // A key that may also be the path of a file has both: a map is looked into, the rest is a value.
  const isInside = node.kind === "map" && rules.children.size > 0;
  if (rules.rule !== undefined && !isInside) checkLeaf(node, rules.rule, path, walk);
  else if (isNull(node)) return;
  else if (rules.children.has("[]")) checkList(node, rules, path, walk);
  else checkMap(node, rules, path, walk);
}

function checkMap(node: SettingNode, rules: RuleNode, path: string, walk: Walk): void {
  if (node.kind !== "map") {
    const names = [...rules.children.keys()].slice(0, 3).join(", ");
    const message = `expected a map with keys such as ${names}, found ${kindOf(node)}`;
    walk.problems.error("type-wrong", path, node.start, message);
    return;
  }
  for (const [name, entry] of node.entries) {
    const inner = path === "" ? name : `${path}.${name}`;
    const rule = rules.children.get(name);
    if (rule !== undefined) checkNode(entry, rule, inner, walk);
    else if (!foundBeside(name, path, node.entries, rules, walk)) {
      reportUnknown(name, inner, entry, rules, walk);
    }
  }
}

function checkList(node: SettingNode, rules: RuleNode, path: string, walk: Walk): void {
  const item = rules.children.get("[]");
  if (node.kind !== "list" || item === undefined) {
    walk.problems.error("type-wrong", path, node.start, `expected a list, found ${kindOf(node)}`);
    return;
  }
  for (const [index, each] of node.items.entries()) {
    checkNode({ keyStart: each.start, node: each }, item, `${path}[${index}]`, walk);
  }
}

function checkLeaf(node: SettingNode, rule: KeyRule, path: string, walk: Walk): void {
  if ("secret" in rule) hideAll(node, walk.problems);
  recordInner(node, path, walk.entries);
  if (isNull(node)) return;
  const value = convert(node, rule, (code, message, below = "", inner = node) =>
    walk.problems.error(code, path + below, inner.start, message),
  );
  if (value !== undefined && value !== "") walk.values.set(path, value);
  if ("bare" in rule && typeof value === "number") warnOfBare(node, value, path, walk.problems);
}

/** A number without a unit is what Go makes of it, and hardly what was meant. */
function warnOfBare(node: SettingNode, ms: number, path: string, problems: ProblemList): void {
  if (node.kind !== "scalar" || typeof node.value !== "number" || node.value === 0) return;
  const found = ms >= 1 ? `${ms} ms` : "less than a millisecond";
  const message = `a number without a unit is nanoseconds, as in the reference (${found}): add the unit that is meant, such as s`;
  problems.warn("value-invalid", path, node.start, message);
}

// What comes from a variable or file is not in the text of the file: its `${…}` may be shown, but neither its default
// nor what stands around it.
function hideAll(node: SettingNode, problems: ProblemList): void {
  if (node.from === undefined) {
    if (node.kind === "scalar") problems.hide(node.start, node.end);
  } else if (node.own !== undefined) problems.hide(node.own, node.end);
  if (node.kind === "list") for (const item of node.items) hideAll(item, problems);
  if (node.kind === "map")
    for (const { node: inner } of node.entries.values()) hideAll(inner, problems);
}

function recordInner(node: SettingNode, path: string, entries: Map<string, Entry>): void {
  if (node.kind === "map") {
    for (const [name, entry] of node.entries) entries.set(`${path}.${name}`, entry);
  } else if (node.kind === "list") {
    for (const [index, item] of node.items.entries()) {
      entries.set(`${path}[${index}]`, { keyStart: item.start, node: item });
    }
  }
}

/** A key that belongs under one above it which stands empty: the spaces in front of it are missing. */
function foundBeside(
  name: string,
  path: string,
  entries: ReadonlyMap<string, Entry>,
  rules: RuleNode,
  walk: Walk,
): boolean {
  const entry = entries.get(name);
  const parents = [...rules.children].flatMap(([key, { children }]) => {
    const rule = children.get(name);
    const above = rule === undefined ? undefined : entries.get(key);
    if (rule === undefined || above === undefined || !isNull(above.node)) return [];
    const { keyStart } = above;
    return keyStart < (entry?.keyStart ?? 0) ? [{ key, rule, keyStart }] : [];
  });
  const [parent] = parents.sort((a, b) => a.keyStart - b.keyStart);
  if (entry === undefined || parent === undefined) return false;
  const inner = `${path === "" ? "" : `${path}.`}${parent.key}.${name}`;
  const message = `${name} belongs under ${parent.key}, which stands empty above it: write two more spaces in front of it`;
  walk.problems.error("key-unknown", inner, entry.keyStart, message);
  checkNode(entry, parent.rule, inner, walk);
  return true;
}

function reportUnknown(
  name: string,
  path: string,
  entry: Entry,
  rules: RuleNode,
  walk: Walk,
): void {
  const { problems, known } = walk;
  const outer = rules === known ? undefined : known.children.get(name);
  if (outer !== undefined) {
    problems.error("key-unknown", path, entry.keyStart, misplaced(name, path, outer));
    // What it says is looked at where it belongs, so that nothing is missed because of some spaces.
    if (walk.entries.has(name)) hideAll(entry.node, problems);
    else checkNode(entry, outer, name, walk);
    return;
  }
  const here = [...rules.children.keys()];
  const meant = nearest(name, here);
  // It may be a misspelled header, whatever it looks like most.
  hideAll(entry.node, problems);
  const places = placesOf(name, known).join(" or ");
  const advice =
    rules === known && collectorSections.includes(name)
      ? "it belongs into a collector's configuration, a file of its own that agent.config_files names"
      : meant !== undefined
        ? `did you mean ${meant}?`
        : places !== ""
          ? `${name} belongs under ${places}: indent it there`
          : `known here: ${here.join(", ")}`;
  problems.error("key-unknown", path, entry.keyStart, `unknown key; ${advice}`);
}

/** A section that some spaces have made a part of another one. */
function misplaced(name: string, path: string, { children }: RuleNode): string {
  const above = path.slice(0, -name.length - 1);
  const inner = [...children.keys()].slice(0, 3).join(", ");
  return `unknown key in ${above}; ${name} (with ${inner}) stands at the top of the file: write it without spaces in front`;
}

/** Sections of a collector's configuration that supervisor.yaml has not. */
export const collectorSections: readonly string[] = [
  "receivers",
  "processors",
  "exporters",
  "connectors",
  "service",
];

// Where a key of that name exists, one or two levels down: a level is easily lost. `[]` cannot be written.
function placesOf(name: string, known: RuleNode): readonly string[] {
  const places: string[] = [];
  const look = (under: string, { children }: RuleNode): void => {
    if (children.has(name)) places.push(under);
  };
  for (const [first, outer] of known.children) {
    look(first, outer);
    for (const [second, inner] of outer.children) look(`${first}.${second}`, inner);
  }
  return places.slice(0, 3);
}
