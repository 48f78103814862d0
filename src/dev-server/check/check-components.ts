import type { ConfigProblem } from "../shapes/api-shapes.ts";
import type { Named, PlacedConfig, PlacedPipeline } from "./config-places.ts";

/** What is known of the agent. */
interface AgentKnowledge {
  readonly types: readonly { readonly kind: string; readonly types: readonly string[] }[];
  /** The texts that it runs now. */
  readonly running: readonly PlacedConfig[];
}

const kinds = ["receivers", "processors", "exporters", "connectors", "extensions"] as const;
type Kind = (typeof kinds)[number];
type Names = ReadonlyMap<string, Named>;

const topKeys: readonly string[] = [...kinds, "service"];
const signals: readonly string[] = ["traces", "metrics", "logs", "profiles"];

/** What of the texts together does not fit: what is named and not there, what is there and not named. */
export function problemsOf(
  configs: readonly PlacedConfig[],
  agent: AgentKnowledge,
): readonly ConfigProblem[] {
  const defined = (kind: Kind): Names => definedIn(configs, kind);
  const running = (kind: Kind): Names => definedIn(agent.running, kind);
  const pipelines = lastByName(configs.flatMap((config) => config.pipelines));
  const extensions = configs
    .map((config) => config.extensions)
    .findLast((each) => each !== undefined);
  const used = new Map<Kind, Set<string>>(kinds.map((kind) => [kind, new Set()]));
  const problems: ConfigProblem[] = [];
  const need = (kind: Kind, alternative: Kind | undefined, names: readonly Named[]): void => {
    for (const each of names) {
      const { name } = each;
      if (name.includes("${")) continue;
      const home = alternative !== undefined && defined(alternative).has(name) ? alternative : kind;
      used.get(home)?.add(name);
      if (defined(home).has(name)) continue;
      const there = running(kind).has(name) || (alternative && running(alternative).has(name));
      const text = `${singular(kind)} ${name} is named and not defined`;
      problems.push(
        there === true
          ? warning(each, `${text} here; the agent's configuration has it now`)
          : error(each, text),
      );
    }
  };
  for (const pipeline of pipelines) {
    problems.push(...pipelineProblems(pipeline));
    need("receivers", "connectors", pipeline.receivers ?? []);
    need("processors", undefined, pipeline.processors ?? []);
    need("exporters", "connectors", pipeline.exporters ?? []);
  }
  need("extensions", undefined, extensions ?? []);
  problems.push(...noPipelines(configs, pipelines, agent));
  problems.push(...configs.flatMap(({ keys }) => keys.flatMap(strangeKey)));
  const whole = pipelines.every(isWritten);
  for (const kind of kinds) {
    for (const [name, each] of defined(kind)) {
      problems.push(...unknownType(kind, each, agent));
      const known = kind === "extensions" ? extensions !== undefined : whole;
      if (known && used.get(kind)?.has(name) !== true) {
        problems.push(warning(each, `${singular(kind)} ${name} is defined and not used`));
      }
    }
  }
  return [...problems, ...oneSided(pipelines, defined("connectors"))];
}

function pipelineProblems(pipeline: PlacedPipeline): readonly ConfigProblem[] {
  const { name, receivers, exporters } = pipeline;
  const signal = name.split("/")[0] ?? "";
  const strange =
    signals.includes(signal) || name.includes("${")
      ? []
      : [warning(pipeline, `expected a pipeline of ${signals.join(", ")}, found ${name}`)];
  const empty = [
    ...(receivers?.length === 0 ? ["receivers"] : []),
    ...(exporters?.length === 0 ? ["exporters"] : []),
  ];
  return [...strange, ...empty.map((kind) => error(pipeline, `pipeline ${name} has no ${kind}`))];
}

function noPipelines(
  configs: readonly PlacedConfig[],
  pipelines: readonly PlacedPipeline[],
  { running }: AgentKnowledge,
): readonly ConfigProblem[] {
  if (pipelines.length > 0) return [];
  const first = configs.flatMap(({ keys }) => keys).find(({ name }) => name === "service");
  const text = "there is no pipeline under service.pipelines, and a collector without one ends";
  const place = first ?? { name: "", place: { file: "", line: 1, column: 1 } };
  const elsewhere = running.some((config) => config.pipelines.length > 0);
  if (!elsewhere) return [error(place, text)];
  return [warning(place, `${text}, unless the agent has one of its own`)];
}

function strangeKey(key: Named): readonly ConfigProblem[] {
  if (topKeys.includes(key.name)) return [];
  return [warning(key, `expected one of ${topKeys.join(", ")}, found ${key.name}`)];
}

function unknownType(kind: Kind, each: Named, { types }: AgentKnowledge): readonly ConfigProblem[] {
  const known = types.find((told) => told.kind === kind)?.types ?? [];
  const type = each.name.split("/")[0] ?? "";
  if (known.length === 0 || known.includes(type) || type.includes("${")) return [];
  return [error(each, `the agent has no ${singular(kind)} of type ${type}`)];
}

/** A connector is the end of one pipeline and the beginning of another. */
function oneSided(
  pipelines: readonly PlacedPipeline[],
  connectors: Names,
): readonly ConfigProblem[] {
  if (!pipelines.every(isWritten)) return [];
  const names = (kind: "receivers" | "exporters"): ReadonlySet<string> =>
    new Set(pipelines.flatMap((pipeline) => (pipeline[kind] ?? []).map(({ name }) => name)));
  const [begins, ends] = [names("receivers"), names("exporters")];
  return [...connectors.values()].flatMap((each) => {
    if (begins.has(each.name) === ends.has(each.name)) return [];
    const [has, lacks] = begins.has(each.name)
      ? ["a receiver", "exporter"]
      : ["an exporter", "receiver"];
    return [error(each, `connector ${each.name} is only ${has}: no pipeline has it as ${lacks}`)];
  });
}

function isWritten({ receivers, processors, exporters }: PlacedPipeline): boolean {
  return receivers !== undefined && processors !== undefined && exporters !== undefined;
}

function definedIn(configs: readonly PlacedConfig[], kind: Kind): Names {
  const all = configs.flatMap((config) => config.components(kind));
  return new Map(all.map((each) => [each.name, each]));
}

/** Of texts that are joined, the last one that names a pipeline says what is in it. */
function lastByName(pipelines: readonly PlacedPipeline[]): readonly PlacedPipeline[] {
  const byName = new Map<string, PlacedPipeline>();
  for (const pipeline of pipelines) {
    const before = byName.get(pipeline.name);
    const list = (kind: "receivers" | "processors" | "exporters"): readonly Named[] | undefined =>
      pipeline[kind]?.length === 0 ? (before?.[kind] ?? pipeline[kind]) : pipeline[kind];
    byName.set(pipeline.name, {
      ...pipeline,
      receivers: list("receivers"),
      processors: list("processors"),
      exporters: list("exporters"),
    });
  }
  return [...byName.values()];
}

function singular(kind: Kind): string {
  return kind.slice(0, -1);
}

function error({ place }: Named, text: string): ConfigProblem {
  return { ...place, severity: "error", text };
}

function warning({ place }: Named, text: string): ConfigProblem {
  return { ...place, severity: "warning", text };
}
