import { isFilePath } from "./file-keys.ts";
import { type Glob, segmentsOf, meets, contains } from "./globs.ts";
import { isUnder, type Leaf, pathText } from "./leaves.ts";
import type { Inspected } from "./parts.ts";
import { followed, formsOf, patternsOf, type RealPath } from "./path-forms.ts";
import type { Violation, Rules } from "./policy.ts";
import { referencesIn, withoutSecrets, isLocalValue } from "./references.ts";

/** A text that names a file. */
export interface Place {
  readonly path: string;
  readonly text: string;
  /** A directory stands for all that is in it. */
  readonly whole: boolean;
}

/** Files that the agent would read or write and that are not permitted. */
export function pathViolations(inspected: Inspected): readonly Violation[] {
  const judge = pathJudge(inspected.rules, inspected.realPath);
  return placesIn(inspected).flatMap(judge);
}

function placesIn({ leaves, parts }: Inspected): readonly Place[] {
  const inParts = parts.flatMap((part) => {
    const unix = new Set(part.leaves.filter(isUnix).map(parentOf));
    return part.leaves.filter((leaf) => isFilePath(leaf, part) || isSocket(leaf, unix));
  });
  const inTelemetry = leaves.filter(
    (leaf) => isUnder(leaf.path, ["service", "telemetry"]) && isFilePath(leaf, undefined),
  );
  return [...[...inParts, ...inTelemetry].flatMap(placesOf), ...leaves.flatMap(includes)];
}

/** True of an address where `transport: unix` stands beside it: it is the name of a file, or `@` and a word. */
function isSocket(leaf: Leaf, unix: ReadonlySet<string>): boolean {
  return /^(endpoint|address|host)$/.test(leaf.key) && unix.has(parentOf(leaf));
}

function isUnix({ key, text }: Leaf): boolean {
  return key === "transport" && /^\s*unix|\$/i.test(text);
}

function parentOf({ path }: Leaf): string {
  return pathText(path.slice(0, -1));
}

/**
 * The collector splits a text at commas where it wants a list. In an item of a list commas in braces are those of a
 * pattern; what others make of one is not known.
 */
function placesOf({ path, key, text }: Leaf): readonly Place[] {
  const whole = /(^|_)dir(ector(y|ies))?$/.test(key);
  const isItem = path.at(-1)?.startsWith("[") === true;
  const pieces = isItem ? splitOutsideBraces(text) : text.split(",");
  const texts = pieces.length > 1 ? [text, ...pieces] : [text];
  return texts.map((each) => ({ path: pathText(path), text: each, whole }));
}

/** The pieces between commas of which it is not so that a brace closes behind them before one opens. */
function splitOutsideBraces(text: string): readonly string[] {
  const pieces: string[] = [];
  let end = text.length;
  let isInside = false;
  for (let at = text.length - 1; at >= 0; at -= 1) {
    const letter = text.charAt(at);
    if (letter === "{" || letter === "}") isInside = letter === "}";
    if (letter !== "," || isInside) continue;
    pieces.push(text.slice(at + 1, end));
    end = at;
  }
  return [...pieces, text.slice(0, end)].toReversed();
}

/** Files that stand in for a value: `${file:…}`. */
function includes({ path, text }: Leaf): readonly Place[] {
  return referencesIn(text)
    .filter(({ scheme }) => scheme === "file")
    .map(({ rest }) => ({ path: pathText(path), text: rest, whole: false }));
}

/** What is not permitted of the files that a text may mean. */
export function pathJudge(
  rules: Rules,
  realPath: RealPath,
): (place: Place) => readonly Violation[] {
  const limits = rules.limits.file_paths;
  const patterns = (entries: readonly string[]): readonly Glob[] =>
    entries.flatMap((entry) => patternsOf(entry, realPath));
  const own = rules.ownFiles.map((file) => followed(segmentsOf(file), realPath));
  const allow = limits?.allow === undefined ? undefined : patterns(limits.allow);
  const deny = patterns(limits?.deny ?? []);
  return ({ path, text, whole }) => {
    if (text.trim() === "" || /^\s*(stdout|stderr)\s*$/.test(text)) return [];
    if (limits?.allow?.includes(text.trim()) === true) return [];
    const found = withoutSecrets(text);
    const forms = formsOf(text, whole, realPath);
    if (forms === undefined) return unclear(rules, text, path, found);
    if (forms.all.some((form) => own.some((each) => meets(each, exactly(form, whole))))) {
      const why = "it belongs to the supervisor";
      return [{ rule: "file_paths.own", path, found, why }];
    }
    if (forms.all.some((form) => deny.some((each) => meets(each, form)))) {
      return [{ rule: "file_paths.deny", path, found }];
    }
    const inside = (form: Glob): boolean => allow?.some((each) => contains(each, form)) !== false;
    return forms.real.every(inside) ? [] : [{ rule: "file_paths.allow", path, found }];
  };
}

// A directory that a component keeps files in is not yet a file of ours that lies there too.
function exactly(form: Glob, whole: boolean): Glob {
  return whole ? form.slice(0, -1) : form;
}

function unclear(rules: Rules, text: string, path: string, found: string): readonly Violation[] {
  const limits = rules.limits.file_paths;
  if (limits === undefined) return [];
  const hasAllow = limits.allow !== undefined;
  if (!hasAllow && isLocalValue(text)) return [];
  const why = "which file it is cannot be known";
  return [{ rule: hasAllow ? "file_paths.allow" : "file_paths.deny", path, found, why }];
}

/** What is wrong with an entry of `file_paths`, or undefined. */
export function faultOfPath(entry: string): string | undefined {
  const expected = "expected an absolute path, such as /var/log/app.log or /var/log/**";
  if (entry.includes("${")) return undefined;
  if (!/^(\/|[a-z]:[\\/])/i.test(entry)) return expected;
  if (/(^|[\\/])\.\.([\\/]|$)/.test(entry)) return `${expected}, without ..`;
  return /[[\]{}]/.test(entry) ? `${expected}; the wildcards are *, ** and ?` : undefined;
}
