import { createHash } from "node:crypto";
import { writeFileSync, rmSync } from "node:fs";
import { basename } from "node:path";
import { parseDocument } from "yaml";
import type { BinaryFacts } from "../../agent-config/config.ts";
import type { ComponentDetails } from "../../opamp-client/wire/messages.ts";
import { type Outcome, runCommand } from "../../processes/run-command.ts";

/** What a collector binary says of itself; plain values, so that they can be kept as JSON. */
export interface BinaryAnswers {
  readonly name: string;
  readonly version: string;
  readonly validates: boolean;
  readonly allowsNoPipelines: boolean;
  readonly resourceForm: "inline" | "attributes";
  /** False when it refused the extension's settings. */
  readonly takesExtension: boolean;
  /** Each kind with its component types and the module each comes from. */
  readonly components: readonly (readonly [string, readonly (readonly [string, string])[]])[];
}

const timeoutMs = 20_000;
const kinds = ["receivers", "processors", "exporters", "connectors", "extensions"];

/** Asks the binary itself: no throw-away run of an agent is needed. Rejects with words for a person. */
export async function identifyBinary(
  executable: string,
  env: Readonly<Record<string, string>>,
  scratchPath: string,
  extensionText: string,
): Promise<BinaryAnswers> {
  const run = (...args: string[]): Promise<Outcome> =>
    runCommand({ program: executable, args, env, timeoutMs });
  const [components, help, resourceForm, takesExtension] = await Promise.all([
    run("components"),
    run("--help"),
    probeResourceForm(run, scratchPath),
    probeExtension(run, `${scratchPath}-extension`, extensionText),
  ]);
  if (components.problem !== undefined) throw new Error(components.problem);
  const helpText = `${help.stdout}\n${help.stderr}`;
  const known = components.ok ? readComponents(components.stdout) : undefined;
  const named = known ?? { ...readVersion(await run("--version"), executable), components: [] };
  return {
    ...named,
    validates: /^\s+validate\s/m.test(helpText),
    allowsNoPipelines: helpText.includes("service.AllowNoPipelines"),
    resourceForm,
    takesExtension,
  };
}

/** An older extension does not know all of our settings: it names itself when it refuses them. */
async function probeExtension(
  run: (...args: string[]) => Promise<Outcome>,
  scratchPath: string,
  text: string,
): Promise<boolean> {
  return !/["':]opamp["':]/.test(await complaintAbout(run, scratchPath, text));
}

/** Binaries that only know the inline map refuse the list form, and say so. */
async function probeResourceForm(
  run: (...args: string[]) => Promise<Outcome>,
  scratchPath: string,
): Promise<BinaryAnswers["resourceForm"]> {
  const list = "service: {telemetry: {resource: {attributes: [{name: a, value: b}]}}}\n";
  const complaint = await complaintAbout(run, scratchPath, list);
  return /telemetry[.:\]['" ]*resource/.test(complaint) ? "inline" : "attributes";
}

async function complaintAbout(
  run: (...args: string[]) => Promise<Outcome>,
  scratchPath: string,
  text: string,
): Promise<string> {
  writeFileSync(scratchPath, text, { mode: 0o600 });
  try {
    return (await run("validate", "--config", scratchPath)).stderr;
  } finally {
    rmSync(scratchPath, { force: true });
  }
}

type Named = Pick<BinaryAnswers, "name" | "version" | "components">;

function readComponents(text: string): Named | undefined {
  const answer = parseDocument(text).toJS() as Record<string, unknown> | null;
  const { command, version } = (answer?.["buildinfo"] ?? {}) as Record<string, unknown>;
  if (typeof command !== "string" || typeof version !== "string") return undefined;
  const components = kinds.map((kind) => [kind, typesOf(answer?.[kind])] as const);
  return { name: command, version, components };
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

function readVersion(outcome: Outcome, executable: string): { name: string; version: string } {
  if (!outcome.ok) {
    const why = outcome.timedOut ? "it gave no answer in time" : outcome.stderr.slice(0, 300);
    throw new Error(`${executable} does not answer --version as a collector does: ${why}`);
  }
  const [, name, version] = /^(\S+)\s+version\s+(\S+)/.exec(outcome.stdout.trim()) ?? [];
  if (name !== undefined && version !== undefined) return { name, version };
  return { name: basename(executable), version: outcome.stdout.trim().slice(0, 100) };
}

/** Facts as the core wants them. The same set of components gives the same hash on every host. */
export function factsOf(answers: BinaryAnswers): BinaryFacts {
  const { components, takesExtension, ...rest } = answers;
  const has = (kind: string, type: string): boolean =>
    components.some(([name, types]) => name === kind && types.some(([known]) => known === type));
  return {
    ...rest,
    // A binary that lists nothing is taken to have what nearly all have.
    hasHealthCheck: components.length === 0 || has("extensions", "health_check"),
    hasOpampExtension: takesExtension && has("extensions", "opamp"),
    hasNop: has("receivers", "nop") && has("exporters", "nop"),
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
