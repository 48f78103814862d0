/** What can be written at a place of a collector's configuration. */
export interface Suggestions {
  /** Where what is being written begins. */
  readonly from: number;
  readonly words: readonly { readonly word: string; readonly about: string }[];
}

/** Kinds of components with their types, as an agent names them; `about`: what is said of one, where not all have it. */
export type Components = readonly {
  readonly kind: string;
  readonly types: readonly string[];
  readonly about?: ReadonlyMap<string, string>;
}[];

const parts = ["receivers", "processors", "exporters", "connectors", "extensions"];
const signals = ["metrics", "logs", "traces"];

/** What fits where the cursor is; undefined: nothing is known of that place. */
export function suggestionsAt(
  text: string,
  offset: number,
  components: Components,
): Suggestions | undefined {
  const before = text.slice(0, offset);
  const line = before.slice(before.lastIndexOf("\n") + 1);
  const listed = listIn(line);
  if (listed !== undefined) {
    const path = [...pathAbove(before, indentOf(line), false), ...listed.keys];
    return named(namesFor(path, text), "defined here", offset - listed.word.length);
  }
  const [, indent = "", dash = "", word = ""] = /^(\s*)(- *)?([\w/.-]*)$/.exec(line) ?? [];
  if (`${indent}${dash}${word}` !== line) return undefined;
  const path = pathAbove(before, indent.length, dash !== "");
  const from = offset - word.length;
  if (dash !== "") return named(namesFor(path, text), "defined here", from);
  return keysAt(path, components, from);
}

function keysAt(
  path: readonly string[],
  components: Components,
  from: number,
): Suggestions | undefined {
  const [first, second, third] = path;
  if (first === undefined) return keys([...parts, "service"], "", from);
  if (path.length === 1 && parts.includes(first)) {
    const { types = [], about } = components.find(({ kind }) => kind === first) ?? {};
    const words = types.map((type) => ({
      word: `${type}:`,
      about: about?.get(type) ?? "the agent has it",
    }));
    return { from, words };
  }
  if (first !== "service") return undefined;
  if (second === undefined) return keys(["extensions", "pipelines", "telemetry"], "", from);
  if (second !== "pipelines") return undefined;
  if (third === undefined) return keys(signals, "", from);
  return path.length === 3 ? keys(["receivers", "processors", "exporters"], "", from) : undefined;
}

/** The names that a list of a pipeline, or of the extensions, can have in it. */
function namesFor(path: readonly string[], text: string): readonly string[] {
  const kind = path.at(-1) ?? "";
  if (path.join(".") === "service.extensions") return namesUnder("extensions", text);
  const isPipeline = path.length === 4 && path[0] === "service" && path[1] === "pipelines";
  if (!isPipeline || !parts.includes(kind)) return [];
  const connects = kind === "receivers" || kind === "exporters";
  return [...namesUnder(kind, text), ...(connects ? namesUnder("connectors", text) : [])];
}

function namesUnder(part: string, text: string): readonly string[] {
  const lines = text.split("\n");
  const start = lines.findIndex((line) => new RegExp(`^${part}\\s*:`).test(line));
  if (start < 0) return [];
  const end = lines.findIndex((line, index) => index > start && /^[^\s#]/.test(line));
  const inside = lines.slice(start + 1, end < 0 ? undefined : end).filter((line) => isKey(line));
  const least = Math.min(...inside.map(indentOf));
  return inside.filter((line) => indentOf(line) === least).map(keyOf);
}

/** The keys that a line with this indentation stands under. */
function pathAbove(before: string, indent: number, isItem: boolean): readonly string[] {
  const lines = before.split("\n").slice(0, -1).reverse();
  const path: string[] = [];
  // An item of a list may stand as far to the left as the key that it belongs to.
  const at = { indent: isItem ? indent + 1 : indent };
  for (const line of lines) {
    if (!isKey(line) || indentOf(line) >= at.indent) continue;
    path.unshift(keyOf(line));
    at.indent = indentOf(line);
    if (at.indent === 0) break;
  }
  return path;
}

/** A list in brackets that is being written on this line. */
function listIn(
  line: string,
): { readonly keys: readonly string[]; readonly word: string } | undefined {
  const found =
    /^\s*(?:([\w/.-]+):\s*\{\s*)?(?:.*,\s*)?([\w/.-]+):\s*\[(?:[^\]]*[,[]\s*|\s*)?([\w/.-]*)$/.exec(
      line,
    );
  if (found === null) return undefined;
  const [, outer, key = "", word = ""] = found;
  return { keys: outer === undefined ? [key] : [outer, key], word };
}

function isKey(line: string): boolean {
  return /^\s*[\w/."'-]+\s*:(\s|$)/.test(line) && !/^\s*-/.test(line);
}

function keyOf(line: string): string {
  return line.trim().split(":", 1)[0]?.replace(/["']/g, "").trim() ?? "";
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}

function keys(words: readonly string[], about: string, from: number): Suggestions {
  return { from, words: words.map((word) => ({ word: `${word}:`, about })) };
}

function named(words: readonly string[], about: string, from: number): Suggestions | undefined {
  return words.length === 0 ? undefined : { from, words: words.map((word) => ({ word, about })) };
}
