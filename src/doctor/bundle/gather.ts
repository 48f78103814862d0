import { release } from "node:os";
import { join } from "node:path";
import { textOrNothing } from "../../files/read-if-there.ts";
import { readRegularText } from "../../files/regular-file.ts";
import type { Settings } from "../../supervisor/settings/settings.ts";
import { knownSecrets } from "./known-secrets.ts";
import { type Hide, hiding, redactWords } from "./redact-words.ts";
import { leftOut, redactTree, redactYaml } from "./redact-yaml.ts";
import { endOf, listStorage } from "./storage-files.ts";
import type { BundleFile } from "./write-tar.ts";

/** What a bundle is made of. */
export interface BundleSources {
  /** supervisor.yaml, which may be a link. */
  readonly file: string;
  /** Undefined where it cannot be used. */
  readonly settings: Settings | undefined;
  readonly environment: ReadonlyMap<string, string>;
  readonly version: string;
  /** What doctor prints for programs. */
  readonly examination: unknown;
  /** What a running supervisor says of itself; undefined: none answers. */
  readonly status: unknown;
}

const maxYamlBytes = 4 * 1024 * 1024;
const maxLogBytes = 256 * 1024;

/** The files of a bug report, each without what is secret. Reads only, and follows no link in the storage. */
export function gather(sources: BundleSources): readonly BundleFile[] {
  const { settings, environment, examination, status } = sources;
  const hide = hiding(settings === undefined ? [] : knownSecrets(settings, environment));
  const files: (readonly [string, string | undefined])[] = [
    ["doctor.json", pretty(redactTree(examination, hide))],
    ["status.json", status === undefined ? undefined : pretty(redactTree(status, hide))],
    ["versions.json", pretty(versions(sources))],
    ["supervisor.yaml", yamlOf(readable(sources.file), hide)],
    ...(settings === undefined ? [] : inStorage(settings, hide)),
  ];
  return files.flatMap(([name, text]) => {
    return text === undefined || text === "" ? [] : [{ name, text: hide(text) }];
  });
}

function inStorage(
  { storage, log }: Settings,
  hide: Hide,
): readonly (readonly [string, string | undefined])[] {
  const own = (name: string): string => join(storage.directory, name);
  const outputs = log.outputPaths.filter((path) => path !== "stdout" && path !== "stderr");
  return [
    ["effective.yaml", yamlOf(endOf(own("effective.yaml"), maxYamlBytes), hide)],
    ["journal.json", journalOf(endOf(own("journal.json"), maxYamlBytes), hide)],
    ["storage.txt", redactWords(hide(listStorage(storage.directory)))],
    ["agent.log", logOf(own("agent.log"), hide)],
    ...outputs.map((path, at) => [`supervisor-${at + 1}.log`, logOf(path, hide)] as const),
  ];
}

function logOf(path: string, hide: Hide): string | undefined {
  const text = endOf(path, maxLogBytes);
  return text === undefined ? undefined : redactWords(hide(text));
}

function yamlOf(text: string | undefined, hide: Hide): string | undefined {
  return text === undefined ? undefined : (redactYaml(text, hide) ?? leftOut);
}

function journalOf(text: string | undefined, hide: Hide): string | undefined {
  if (text === undefined) return undefined;
  try {
    return pretty(redactTree(JSON.parse(text), hide));
  } catch {
    // Cut short or damaged, which is worth a report itself.
    return "(left out: this is no JSON)\n";
  }
}

function readable(file: string): string | undefined {
  try {
    return readRegularText(file, maxYamlBytes);
  } catch {
    // The findings say so.
    return undefined;
  }
}

function versions({ version, settings }: BundleSources): unknown {
  const [, system = ""] = /^PRETTY_NAME="?([^"\n]*)/m.exec(textOrNothing("/etc/os-release")) ?? [];
  const { node, openssl } = process.versions;
  const { platform, arch } = process;
  const agent = settings?.agent.executable ?? "";
  return { supervisor: version, node, openssl, platform, arch, kernel: release(), system, agent };
}

function pretty(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}
