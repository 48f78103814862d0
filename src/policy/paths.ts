import { type Glob, segmentsOf, meets, contains, splitGlob, widened } from "./globs.ts";
import { isUnder, type Leaf, pathText } from "./leaves.ts";
import type { Inspected, Part } from "./parts.ts";
import type { Violation, Rules } from "./policy.ts";
import { referencesIn, withoutSecrets, isLocalValue } from "./references.ts";

type RealPath = (path: string) => string;

interface Place {
  readonly path: string;
  readonly text: string;
  /** A directory stands for all that is in it. */
  readonly whole: boolean;
}

/** Files that the agent would read or write and that are not permitted. */
export function pathViolations(inspected: Inspected): readonly Violation[] {
  const judge = judgeBy(inspected.rules, inspected.realPath);
  return placesIn(inspected).flatMap(judge);
}

function placesIn({ leaves, parts }: Inspected): readonly Place[] {
  const inParts = parts.flatMap((part) => part.leaves.filter((leaf) => isFilePath(leaf, part)));
  const inTelemetry = leaves.filter(
    (leaf) => isUnder(leaf.path, ["service", "telemetry"]) && isFilePath(leaf, undefined),
  );
  return [...[...inParts, ...inTelemetry].map(placeOf), ...leaves.flatMap(includes)];
}

function placeOf({ path, key, text }: Leaf): Place {
  return { path: pathText(path), text, whole: /(^|_)dir(ector(y|ies))?$/.test(key) };
}

/** Files that stand in for a value: `${file:…}`. */
function includes({ path, text }: Leaf): readonly Place[] {
  return referencesIn(text)
    .filter(({ scheme }) => scheme === "file")
    .map(({ rest }) => ({ path: pathText(path), text: rest, whole: false }));
}

function judgeBy(rules: Rules, realPath: RealPath): (place: Place) => readonly Violation[] {
  const limits = rules.limits.file_paths;
  const patterns = (entries: readonly string[]): readonly Glob[] =>
    entries.flatMap((entry) => patternsOf(entry, realPath));
  const own = rules.ownFiles.map((file) => followed(segmentsOf(file), realPath));
  const allow = limits?.allow === undefined ? undefined : patterns(limits.allow);
  const deny = patterns(limits?.deny ?? []);
  return ({ path, text, whole }) => {
    if (text === "" || /^(stdout|stderr)$/.test(text)) return [];
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

interface Forms {
  /** With links followed, in the ways in which programs and the system do it. */
  readonly real: readonly Glob[];
  /** Those, and the path as it is written. */
  readonly all: readonly Glob[];
}

// `proc` leads to the files of other processes and to the root directory by names that look harmless.
const secondDoor =
  /^\/(proc\/.*\/?(root|cwd|fd|map_files|exe)|dev\/(fd|stdin|stdout|stderr))(\/|$)/;

/** Undefined where it cannot be said which files a path means. */
function formsOf(text: string, whole: boolean, realPath: RealPath): Forms | undefined {
  if (text.includes("$")) return undefined;
  const absolute = absoluteOf(plainPath(text), realPath);
  const { fixed, tail } = splitGlob(segmentsOf(absolute));
  if (tail.some((segment) => segment.includes(".."))) return undefined;
  const lexical = withoutDots(fixed);
  const wide = widened(whole ? [...tail, "**"] : tail);
  if ([fixed, lexical].some((each) => secondDoor.test(`/${[...each, ...tail].join("/")}`))) {
    return undefined;
  }
  const ends = [followed(lexical, realPath), followed(walked(fixed, realPath), realPath)];
  const real = ends.map((each) => [...each, ...wide]);
  return { real, all: [...real, [...lexical, ...wide]] };
}

function plainPath(text: string): string {
  const trimmed = text.trim();
  const path = trimmed.replace(/^(file|unix):(\/\/)?/i, "");
  const decoded = path === trimmed ? path : percentDecoded(path);
  // On Windows `\` separates; elsewhere it makes the next letter of a pattern a plain one.
  return /^[a-z]:[\\/]/i.test(decoded)
    ? `/${decoded.replaceAll("\\", "/")}`
    : decoded.replaceAll("\\", "");
}

function percentDecoded(text: string): string {
  return text.replaceAll(/%([0-9a-f]{2})/gi, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}

function absoluteOf(path: string, realPath: RealPath): string {
  return path.startsWith("/") ? path : `${realPath(".")}/${path}`;
}

/** Go's way: `..` takes away what is written before it. */
function withoutDots(segments: readonly string[]): readonly string[] {
  return segments.reduce<readonly string[]>(
    (done, each) => (each === ".." ? done.slice(0, -1) : [...done, each]),
    [],
  );
}

/** The system's way: `..` is the parent of where a link has led. */
function walked(segments: readonly string[], realPath: RealPath): readonly string[] {
  if (!segments.includes("..")) return segments;
  return segments.reduce<readonly string[]>(
    (done, each) => (each === ".." ? followed(done, realPath).slice(0, -1) : [...done, each]),
    [],
  );
}

function followed(segments: readonly string[], realPath: RealPath): readonly string[] {
  return segmentsOf(realPath(`/${segments.join("/")}`));
}

/** An entry as it is written and with its links followed; it stands for all that is below it too. */
function patternsOf(entry: string, realPath: RealPath): readonly Glob[] {
  if (entry.includes("$")) return [];
  const { fixed, tail } = splitGlob(segmentsOf(plainPath(entry)));
  const end = tail.at(-1) === "**" ? tail : [...tail, "**"];
  return [fixed, followed(fixed, realPath)].map((each) => [...each, ...end]);
}

/** What is wrong with an entry of `file_paths`, or undefined. */
export function faultOfPath(entry: string): string | undefined {
  const expected = "expected an absolute path, such as /var/log/app.log or /var/log/**";
  if (entry.includes("${")) return undefined;
  if (!/^(\/|[a-z]:[\\/])/i.test(entry)) return expected;
  if (/(^|[\\/])\.\.([\\/]|$)/.test(entry)) return `${expected}, without ..`;
  return /[[\]{}]/.test(entry) ? `${expected}; the wildcards are *, ** and ?` : undefined;
}

const fileKey =
  /^((.*_)?(files?|filenames?|paths?|dir|directory|directories|folder|socket|keytab|kubeconfig)|filename.*|.*tokenfile|output_paths|error_output_paths)$/;

// Certificates of the agent's own telemetry have keys without `file` in them.
const telemetryFileKey = /^(certificate|client_certificate|client_key)$/;

/** Paths of URLs, and texts about files that name none. */
const otherKey =
  /^((.*_)?url_path|metrics_path|health_path|raw_path|.*_uri|mount_points?|exclude|include_file_.*|patterns?|regex|value|from|to|field)$/;

// Here `path` is that of a URL.
const serversOfPages = new Set([
  ...["healthcheck", "healthcheckv2", "webhookevent", "splunkhec", "github", "gitlab", "zpages"],
  ...["cloudflare", "httpcheck", "influxdb", "faro", "prometheusremotewrite", "otlp"],
]);

/** True when a value names a file, a directory or a socket. */
export function isFilePath(leaf: Leaf, part: Part | undefined): boolean {
  const { key, text } = leaf;
  if (part === undefined) return fileKey.test(key) || telemetryFileKey.test(key) || isFileUrl(text);
  const below = leaf.path.slice(part.place.length);
  if (otherKey.test(key) || below.includes("headers")) return false;
  if (key === "path" && serversOfPages.has(part.type)) return false;
  if (fileKey.test(key)) return true;
  if (part.section === "receivers" && key === "include") return isList(leaf);
  return part.section !== "processors" && looksLikePath(text);
}

function isList({ path }: Leaf): boolean {
  return path.at(-1)?.startsWith("[") === true || path.length === 3;
}

function isFileUrl(text: string): boolean {
  return /^\s*(file|unix):/i.test(text);
}

// A key that is not known here, with a value that can hardly be anything else.
function looksLikePath(text: string): boolean {
  return isFileUrl(text) || /^\s*(\.{0,2}\/(?!\/)|[a-z]:\\)/i.test(text);
}
