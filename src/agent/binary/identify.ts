import { createHash } from "node:crypto";
import { rmSync } from "node:fs";
import { basename } from "node:path";
import { parseDocument } from "yaml";
import type { BinaryFacts } from "../../agent-config/config.ts";
import { writeOwnFile } from "../../files/own-file.ts";
import type { ComponentDetails } from "../../opamp-client/wire/messages.ts";
import { type Outcome, runCommand } from "../../processes/run-command.ts";
import { readBuildInfo } from "./build-info.ts";
import { builtCollector } from "./built-collector.ts";
import type { Components } from "./component-types.ts";
import { missingVariables } from "./distribution.ts";
import { askingForTypes, withHidden } from "./hidden-components.ts";
import { readProgramFile } from "./program-file.ts";

/** What is known of a collector binary; plain values, so that they can be kept as JSON. */
export interface BinaryAnswers {
  readonly name: string;
  readonly version: string;
  /** Who says so: itself, what it was built from, or nobody but the name of its file. */
  readonly knownBy: "answers" | "build" | "file";
  readonly validates: boolean;
  readonly allowsNoPipelines: boolean;
  readonly reloadsInPart: boolean;
  /** It has gates for reloads in part beside the ones that we know. */
  readonly otherPartGates: boolean;
  readonly resourceForm: "inline" | "attributes";
  /** False when it refused the extension's settings. */
  readonly takesExtension: boolean;
  /** True when it refused the reader of its own metrics that is usually added. */
  readonly refusesReader: boolean;
  readonly components: Components;
  /** False when a question was not answered because of the moment (a busy machine), so that another time tells more. */
  readonly complete: boolean;
}

/** As long as a collector needs on a very busy machine. */
export const answerTimeoutMs = 20_000;
const maxOutputBytes = 4 * 1024 * 1024;
const kinds = ["receivers", "processors", "exporters", "connectors", "extensions"];

type Ask = (...args: string[]) => Promise<Outcome>;

/**
 * Who a binary is: asked of itself first, then of what it was built from, then of the name of its file, because not
 * knowing it is no reason not to run it. No throw-away run of an agent is needed. Rejects with words for a person when
 * it cannot be run at all, and when nothing about it is like a collector.
 */
export async function identifyBinary(
  executable: string,
  env: Readonly<Record<string, string>>,
  scratchPath: string,
  extensionText: string,
  timeoutMs: number = answerTimeoutMs,
): Promise<BinaryAnswers> {
  const { fault, foreign } = await readProgramFile(executable);
  if (fault !== undefined) throw new Error(noProgram(executable, fault));
  const built = builtCollector(await readBuildInfo(executable), executable);
  const all = { ...env, ...missingVariables(built?.name ?? basename(executable), env) };
  const run: Ask = (...args) =>
    runCommand({ program: executable, args, env: all, timeoutMs, maxOutputBytes });
  const [components, help, resourceForm, takesExtension, complaint] = await Promise.all([
    run("components"),
    run("--help"),
    probeResourceForm(run, scratchPath),
    probeExtension(run, `${scratchPath}-extension`, extensionText),
    complaintAbout(run, `${scratchPath}-types`, `${askingForTypes}${askingForReader}`),
  ]);
  if (components.startCode !== undefined) throw new Error(components.problem);
  const broken = brokenBy(components);
  if (broken !== undefined && brokenBy(help) !== undefined) {
    throw new Error(
      `expected a collector, found ${executable}, which ends by ${broken} whatever it is asked: its file is damaged, or made for another machine`,
    );
  }
  const listed = components.ok ? readComponents(components.stdout) : undefined;
  // Whoever did not answer one question in time is not asked the next one.
  const asked = listed === undefined && isAnswer(components);
  const version = asked ? await run("--version") : undefined;
  const told = listed ?? (version === undefined ? undefined : readVersion(version, executable));
  const helpText = `${help.stdout}\n${help.stderr}`;
  const complete = [components, help, version].every(
    (each) => each === undefined || isAnswer(each),
  );
  const likely = told?.named === true || built !== undefined || isCollectorHelp(helpText);
  if (!likely && foreign !== undefined) throw new Error(noProgram(executable, foreign));
  if (!likely && complete) throw new Error(refusal(executable, version ?? components));
  const { name, version: number } = told ?? built ?? { name: basename(executable), version: "" };
  const validates = /^\s+validate\s/m.test(helpText);
  return {
    name,
    version: number,
    knownBy: told !== undefined ? "answers" : built !== undefined ? "build" : "file",
    components: allComponents(listed?.components, complaint, built?.components ?? []),
    validates,
    allowsNoPipelines: helpText.includes("service.AllowNoPipelines"),
    reloadsInPart: /\bservice\.partialReload\b/.test(helpText),
    otherPartGates: /\bservice\.partialReload(?!Receivers\b)\w/.test(helpText),
    // Newer ones still take the inline form.
    resourceForm: validates ? resourceForm : "inline",
    takesExtension: validates && takesExtension,
    refusesReader: validates && /\breaders\b|with_resource_constant_labels/.test(complaint),
    complete,
  };
}

function allComponents(
  listed: Components | undefined,
  refusal: string,
  built: Components,
): Components {
  return listed === undefined ? built : withHidden(listed, refusal, built);
}

/** The signal of a program that cannot even begin; one that was ended by somebody (SIGKILL, SIGTERM) tells nothing. */
function brokenBy({ signal, timedOut }: Outcome): string | undefined {
  const isBroken = signal === "SIGSEGV" || signal === "SIGBUS" || signal === "SIGILL";
  return isBroken && !timedOut ? signal : undefined;
}

function isAnswer({ problem, timedOut }: Outcome): boolean {
  return problem === undefined && !timedOut;
}

/** Whether a program's help names the flags that every collector has, also one without commands. */
export function isCollectorHelp(text: string): boolean {
  return /(^|\s)--?config\b/.test(text) && /(^|\s)--?(set|feature-gates)\b/.test(text);
}

function noProgram(executable: string, found: string): string {
  return `expected a collector that this machine can start, found ${executable}, which is ${found}; name the collector itself (agent.executable), or a script that passes its arguments on to one`;
}

function refusal(executable: string, { stdout, stderr }: Outcome): string {
  const words = (stderr.trim() === "" ? stdout : stderr).trim().slice(0, 300);
  const said = words === "" ? "it said nothing" : `it said: ${words.replace(/\s+/g, " ")}`;
  return `expected a collector, found ${executable}, which was not built from the collector's modules and answers neither components nor --version nor --help as a collector does (${said}); name the collector itself (agent.executable), or a script that passes its arguments on to one`;
}

// Asked together with the types, because each run of the binary costs a first start: all that it refuses is named.
const askingForReader =
  "service: {telemetry: {metrics: {readers: [{pull: {exporter: {prometheus: {host: localhost, port: 8888, with_resource_constant_labels: {included: [a]}}}}}]}}}\n";

/** An older extension does not know all of our settings: it names itself when it refuses them. */
async function probeExtension(run: Ask, scratchPath: string, text: string): Promise<boolean> {
  return !/["':]opamp["':]/.test(await complaintAbout(run, scratchPath, text));
}

/** Binaries that only know the inline map refuse the list form, and say so. */
async function probeResourceForm(
  run: Ask,
  scratchPath: string,
): Promise<BinaryAnswers["resourceForm"]> {
  const list = "service: {telemetry: {resource: {attributes: [{name: a, value: b}]}}}\n";
  const complaint = await complaintAbout(run, scratchPath, list);
  return /telemetry[.:\]['" ]*resource/.test(complaint) ? "inline" : "attributes";
}

async function complaintAbout(run: Ask, scratchPath: string, text: string): Promise<string> {
  writeOwnFile(scratchPath, text);
  try {
    return (await run("validate", "--config", scratchPath)).stderr;
  } finally {
    rmSync(scratchPath, { force: true });
  }
}

/** What a binary says of itself. */
interface Told {
  readonly name: string;
  readonly version: string;
  /** As a collector does, not in words that any program could use. */
  readonly named: boolean;
}

function readComponents(text: string): (Told & { readonly components: Components }) | undefined {
  if (!text.includes("buildinfo:")) return undefined;
  const answer = parseDocument(text).toJS() as Record<string, unknown> | null;
  const { command, version } = (answer?.["buildinfo"] ?? {}) as Record<string, unknown>;
  if (typeof command !== "string" || typeof version !== "string") return undefined;
  const components = kinds.map((kind) => [kind, typesOf(answer?.[kind])] as const);
  return { name: command, version, named: true, components };
}

function typesOf(list: unknown): readonly (readonly [string, string])[] {
  if (!Array.isArray(list)) return [];
  return list
    .map((item: unknown) => {
      // Older binaries list bare names, newer ones a name with its module.
      if (typeof item === "string") return [item, ""] as const;
      const { name, module } = (item ?? {}) as Record<string, unknown>;
      return [
        typeof name === "string" ? name : "",
        typeof module === "string" ? module : "",
      ] as const;
    })
    .filter(([name]) => name !== "")
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
}

/** What answers `--version` with words of its own is known by its file's name; undefined where nothing is said. */
function readVersion(outcome: Outcome, executable: string): Told | undefined {
  const text = outcome.stdout.trim();
  if (!outcome.ok || text === "") return undefined;
  const [, name, version] = /^(\S+)\s+version\s+(\S+)/.exec(text) ?? [];
  if (name !== undefined && version !== undefined) return { name, version, named: true };
  return { name: basename(executable), version: text.slice(0, 100), named: false };
}

/** Facts as the core wants them. The same set of components gives the same hash on every host. */
export function factsOf(answers: BinaryAnswers): BinaryFacts {
  const { name, version, knownBy, validates, allowsNoPipelines } = answers;
  const { reloadsInPart, otherPartGates, resourceForm, components, takesExtension } = answers;
  const { refusesReader } = answers;
  const has = (kind: string, type: string): boolean =>
    components.some(([name, types]) => name === kind && types.some(([known]) => known === type));
  return {
    ...{ name, version, knownBy, validates, allowsNoPipelines, reloadsInPart, resourceForm },
    ...(otherPartGates ? { otherPartGates } : {}),
    ...(refusesReader ? { refusesReader } : {}),
    // A binary that lists nothing is taken to have what nearly all have.
    hasHealthCheck: components.length === 0 || has("extensions", "health_check"),
    hasOpampExtension: takesExtension && has("extensions", "opamp"),
    hasNop: has("receivers", "nop") && has("exporters", "nop"),
    // Newer binaries list it as file_log and still take the name that all know.
    hasFilelog:
      (has("receivers", "filelog") || has("receivers", "file_log")) && has("exporters", "debug"),
    components: new Map(components.map(([kind, types]) => [kind, detailsOf(types)])),
    componentsHash: createHash("sha256").update(JSON.stringify(components)).digest("hex"),
  };
}

function detailsOf(types: readonly (readonly [string, string])[]): ComponentDetails {
  const details = types.map(([type, module]): [string, ComponentDetails] => {
    const metadata =
      module === "" ? [] : [{ key: "code.namespace", value: { stringValue: module } }];
    return [type, { metadata }];
  });
  return { subComponentMap: new Map(details) };
}
