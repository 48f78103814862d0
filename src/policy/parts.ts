import { commonName } from "../agent-config/component-aliases.ts";
import { isOurEndpoint } from "../agent-config/extension-layer.ts";
import { isLoopback, hostOf } from "./addresses.ts";
import { type Leaf, isUnder } from "./leaves.ts";
import type { Rules } from "./policy.ts";

/** The kinds of components, by the section that holds them. */
export const sections = [
  "receivers",
  "processors",
  "exporters",
  "connectors",
  "extensions",
] as const;

/** One of them. */
type Section = (typeof sections)[number];

/** A component that the agent would start, with its settings. */
export interface Part {
  readonly section: Section;
  /** As `plainType` gives it. */
  readonly type: string;
  /** Where its settings stand. */
  readonly place: readonly string[];
  readonly leaves: readonly Leaf[];
  /** Added by the supervisor itself: nothing that a server could take back or misuse. */
  readonly own: boolean;
}

/** What each check gets. */
export interface Inspected {
  readonly rules: Rules;
  readonly leaves: readonly Leaf[];
  readonly parts: readonly Part[];
  readonly realPath: (path: string) => string;
}

/**
 * The type in a component id, without what different spellings of one type differ in (`file_log`, `filelog`), and by its
 * newest name where it was renamed.
 */
export function plainType(section: string, id: string): string {
  const type = (id.split("/")[0] ?? "").trim().toLowerCase();
  return commonName(section, type);
}

/**
 * The components that pipelines and `service.extensions` name, and those that other components start. Where the names
 * cannot be known, all that are configured.
 */
export function partsOf(leaves: readonly Leaf[], ownHealthChecks: readonly string[]): Part[] {
  const configured = new Map<string, Leaf[]>();
  for (const leaf of leaves) {
    const [section = "", id] = leaf.path;
    if (id === undefined || !isSection(section)) continue;
    const key = `${section}/${id.trim()}`;
    const settings = configured.get(key);
    if (settings === undefined) configured.set(key, [leaf]);
    else settings.push(leaf);
  }
  const named = namedIn(leaves);
  const used = named ?? new Set(configured.keys());
  return [...used].flatMap((key) => {
    const at = key.indexOf("/");
    const [section, id] = [key.slice(0, at), key.slice(at + 1)];
    const settings = configured.get(key);
    if (!isSection(section) || (section === "connectors" && settings === undefined)) return [];
    // A name of a pipeline may be that of a connector; then there is nothing under the other section.
    if (settings === undefined && configured.has(`connectors/${id}`)) return [];
    const part = partOf(section, id, [section, id], settings ?? [], ownHealthChecks);
    return [part, ...startedBy(part, ownHealthChecks)];
  });
}

function isSection(name: string): name is Section {
  return sections.some((section) => section === name);
}

/** `section/id` of each; undefined when one of them is not written as plain text. */
function namedIn(leaves: readonly Leaf[]): Set<string> | undefined {
  const names = new Set<string>();
  for (const leaf of leaves.filter(isName)) {
    if (leaf.text.includes("$")) return undefined;
    const id = leaf.text.trim();
    if (id === "") continue;
    const list = leaf.path.at(-2) ?? "";
    names.add(`${list}/${id}`);
    if (list === "receivers" || list === "exporters") names.add(`connectors/${id}`);
  }
  return names;
}

/** True of the text that names a component, and of a reference that stands for such texts. */
export function isName({ path, text }: Leaf): boolean {
  if (path[0] !== "service") return false;
  if (path.length === 1) return true;
  if (path[1] === "extensions") return path.length === 3 || text.includes("$");
  if (path[1] !== "pipelines") return false;
  return path.length === 5 || (path.length < 5 && text.includes("$"));
}

function partOf(
  section: Section,
  id: string,
  place: readonly string[],
  leaves: readonly Leaf[],
  ownHealthChecks: readonly string[],
): Part {
  const part = { section, type: plainType(section, id), place, leaves, own: false };
  return { ...part, own: isOwn(part, ownHealthChecks) };
}

function isOwn({ section, type, leaves }: Part, ownHealthChecks: readonly string[]): boolean {
  if (section !== "extensions") return false;
  const [first] = leaves;
  if (type === "healthcheck") {
    const only = leaves.length === 1 && first?.path.length === 3 && first.key === "endpoint";
    return only && ownHealthChecks.includes(first.text);
  }
  const endpoints = leaves.filter(({ key }) => key === "endpoint");
  const toUs =
    endpoints.length > 0 &&
    endpoints.every(({ text }) => isOurEndpoint(text) || isLoopback(hostOf(text)));
  return type === "opamp" && toUs;
}

/** The receivers that a `receiver_creator` may start. */
function startedBy(part: Part, ownHealthChecks: readonly string[]): readonly Part[] {
  if (part.type !== "receivercreator") return [];
  const depth = part.place.length;
  const inner = part.leaves.filter(({ path }) => path[depth] === "receivers");
  const ids = new Set(inner.flatMap(({ path }) => path[depth + 1] ?? []));
  return [...ids].map((id) => {
    const place = [...part.place, "receivers", id];
    const own = inner.filter(({ path }) => isUnder(path, place));
    return partOf("receivers", id, place, own, ownHealthChecks);
  });
}
