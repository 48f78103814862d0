import { parse } from "yaml";
import { expand } from "../../agent-config/probe-target.ts";
import { usualAddresses } from "../../policy/listen-defaults.ts";
import { plainType } from "../../policy/parts.ts";
import type { LimiterFacts } from "./judge-memory.ts";

/** What an agent's configuration wants of this machine. */
export interface ConfigWants {
  readonly ports: readonly WantedPort[];
  readonly files: readonly WantedFiles[];
  readonly limiters: readonly LimiterFacts[];
}

export interface WantedPort {
  readonly what: string;
  readonly key: string;
  readonly port: number;
}

export interface WantedFiles {
  readonly component: string;
  readonly verb: "reads" | "writes" | "uses";
  /** Absolute; the last part may have wildcards. */
  readonly patterns: readonly string[];
  /** `any`: it is enough that one of the patterns is there. */
  readonly enough: "all" | "any";
  readonly program?: string;
}

type Tree = Readonly<Record<string, unknown>>;

interface Component {
  readonly id: string;
  readonly type: string;
  readonly settings: Tree;
}

const mebibyte = 1024 * 1024;
const maxAliases = 1_000;

/** Reads what is wanted out of a configuration's text; undefined where it is no map. */
export function wantsOf(
  text: string,
  environment: ReadonlyMap<string, string>,
): ConfigWants | undefined {
  const root = treeOf(text);
  if (root === undefined) return undefined;
  const receivers = usedIn(root, "receivers", environment);
  const extensions = usedIn(root, "extensions", environment);
  return {
    ports: receivers.flatMap(portsOf),
    files: [...receivers.flatMap(filesOf), ...extensions.flatMap(foldersOf)],
    limiters: limitersOf(root, environment),
  };
}

function treeOf(text: string): Tree | undefined {
  try {
    return mapAt(parse(text, { maxAliasCount: maxAliases, logLevel: "silent" }));
  } catch {
    // The collector says what is wrong with it.
    return undefined;
  }
}

function mapAt(value: unknown, ...path: readonly string[]): Tree | undefined {
  const found = path.reduce<unknown>((at, key) => (isTree(at) ? at[key] : undefined), value);
  return isTree(found) ? found : undefined;
}

function isTree(value: unknown): value is Tree {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function listAt(tree: Tree | undefined, key: string): readonly string[] {
  const value = tree?.[key];
  const all: readonly unknown[] = Array.isArray(value) ? value : [];
  return all.filter((each) => typeof each === "string");
}

/** Components that something uses: what stands there unused wants nothing. */
function usedIn(
  root: Tree,
  section: "receivers" | "extensions",
  environment: ReadonlyMap<string, string>,
): readonly Component[] {
  const service = mapAt(root, "service");
  const used =
    section === "extensions"
      ? listAt(service, "extensions")
      : pipelinesOf(root).flatMap((each) => listAt(each, "receivers"));
  return Object.entries(mapAt(root, section) ?? {})
    .filter(([id]) => used.includes(id))
    .map(([id, settings]) => ({
      id: `${section}.${id}`,
      type: plainType(section, id),
      settings: mapAt(expanded(settings, environment)) ?? {},
    }));
}

function pipelinesOf(root: Tree): readonly Tree[] {
  const pipelines = Object.values(mapAt(root, "service", "pipelines") ?? {});
  return pipelines.filter(isTree);
}

function expanded(value: unknown, environment: ReadonlyMap<string, string>): unknown {
  if (typeof value === "string") return expand(value, environment);
  if (Array.isArray(value)) return value.map((each) => expanded(each, environment));
  if (!isTree(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [key, expanded(each, environment)]),
  );
}

/** Those of the receivers of which it is known where they listen. */
function portsOf({ id, type, settings }: Component): readonly WantedPort[] {
  const usual = usualAddresses.get(type) ?? [];
  return usual.flatMap(({ below, address, keys }) => {
    const part = below.length === 0 ? settings : mapAt(settings, ...below);
    // `grpc:` alone is written too.
    const written = part !== undefined || (below.length > 0 && hasKey(settings, below));
    if (!written) return [];
    const key = keys.find((each) => typeof part?.[each] === "string");
    const named = key === undefined ? address : String(part?.[key]);
    const [, port] = /:(\d{1,5})\/?$/.exec(named) ?? [];
    if (port === undefined || Number(port) === 0 || Number(port) > 65_535) return [];
    const place = [id, ...below, key ?? keys[0] ?? "endpoint"].join(".");
    return [{ what: id, key: place, port: Number(port) }];
  });
}

function hasKey(settings: Tree, below: readonly string[]): boolean {
  const parent = mapAt(settings, ...below.slice(0, -1));
  return parent !== undefined && (below.at(-1) ?? "") in parent;
}

function filesOf(component: Component): readonly WantedFiles[] {
  const { id, type, settings } = component;
  const reads = (patterns: readonly string[], more: Partial<WantedFiles> = {}): WantedFiles => ({
    component: id,
    verb: "reads",
    patterns: patterns.filter((each) => each.startsWith("/")),
    enough: "all",
    ...more,
  });
  switch (type) {
    case "filelog":
    case "otlpjsonfile":
      return listAt(settings, "include").map((each) => reads([each]));
    case "journald":
      return [journalOf(settings, reads)];
    case "hostmetrics":
      return [hostOf(settings, reads)];
    case "dockerstats":
      return [reads([socketOf(settings)], { verb: "uses" })];
    default:
      return [];
  }
}

function journalOf(
  settings: Tree,
  reads: (patterns: readonly string[], more: Partial<WantedFiles>) => WantedFiles,
): WantedFiles {
  const files = listAt(settings, "files");
  const named = settings["directory"];
  const folder = typeof named === "string" ? [`${named}/*/system.journal`] : undefined;
  const usual = ["/var/log/journal/*/system.journal", "/run/log/journal/*/system.journal"];
  const patterns = files.length > 0 ? files : (folder ?? usual);
  const enough = files.length > 0 || folder !== undefined ? "all" : "any";
  return reads(patterns, { enough, program: "journalctl" });
}

/** What no user but root sees of other users' processes. */
function hostOf(settings: Tree, reads: (patterns: readonly string[]) => WantedFiles): WantedFiles {
  const { root_path: root } = settings;
  const base = typeof root === "string" ? root.replace(/\/$/, "") : "";
  const quiet = mapAt(settings, "scrapers", "process");
  const mutes = ["mute_process_all_errors", "mute_process_io_error"];
  const silent = mutes.some((key) => quiet?.[key] === true);
  const scrapes = mapAt(settings, "scrapers");
  const processes = scrapes !== undefined && "process" in scrapes && !silent;
  return reads([`${base}/proc/stat`, ...(processes ? [`${base}/proc/1/io`] : [])]);
}

function socketOf({ endpoint }: Tree): string {
  const text = typeof endpoint === "string" ? endpoint : "unix:///var/run/docker.sock";
  return text.replace(/^unix:\/\//, "");
}

function foldersOf({ id, type, settings }: Component): readonly WantedFiles[] {
  if (type !== "filestorage") return [];
  const { directory } = settings;
  const path = typeof directory === "string" ? directory : "/var/lib/otelcol/file_storage";
  return [{ component: id, verb: "writes", patterns: [path], enough: "all" }];
}

function limitersOf(root: Tree, environment: ReadonlyMap<string, string>): readonly LimiterFacts[] {
  return Object.entries(mapAt(root, "processors") ?? {})
    .filter(([id]) => plainType("processors", id) === "memorylimiter")
    .map(([id, written]) => {
      const settings = mapAt(expanded(written, environment));
      const mib = numberAt(settings, "limit_mib");
      return {
        id,
        limitBytes: mib === undefined ? undefined : mib * mebibyte,
        percentage: mib === undefined ? numberAt(settings, "limit_percentage") : undefined,
        pipelines: pipelinesOf(root).filter((each) => listAt(each, "processors").includes(id))
          .length,
      };
    });
}

/** Zero is how Go leaves a number that nobody wrote. */
function numberAt(tree: Tree | undefined, key: string): number | undefined {
  const value = Number(tree?.[key] ?? Number.NaN);
  return Number.isFinite(value) && value > 0 ? value : undefined;
}
