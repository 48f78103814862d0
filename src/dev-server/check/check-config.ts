import { parseYamlLayer } from "../../agent-config/yaml/read-layer.ts";
import type { ConfigProblem } from "../shapes/api-shapes.ts";
import { problemsOf } from "./check-components.ts";
import { placesIn, type PlacedConfig } from "./config-places.ts";

/** What a configuration is checked against. */
export interface KnownComponents {
  /** Component types by kind (`receivers` to `["otlp"]`), as the agent has told them; empty: it has not. */
  readonly types: readonly { readonly kind: string; readonly types: readonly string[] }[];
  /** What the agent runs now; its own texts may define what an offered one only names. */
  readonly running: readonly { readonly name: string; readonly text: string }[];
}

const mostCharacters = 1024 * 1024;
const mostProblems = 200;

/** What is wrong with a configuration, as far as it can be seen without a collector; errors first. */
export function checkConfig(
  files: ReadonlyMap<string, string>,
  known: KnownComponents,
): readonly ConfigProblem[] {
  const length = [...files.values()].reduce((sum, text) => sum + text.length, 0);
  if (length > mostCharacters) {
    // It may be right all the same.
    const text = `not checked: it has ${length} characters, and at most ${mostCharacters} are`;
    return [{ file: "", line: 1, column: 1, severity: "warning", text }];
  }
  const read = [...files]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, text]) => readFile(name, text));
  const problems = read.flatMap((each) => each.problems);
  const places = read.flatMap(({ config }) => config ?? []);
  // Of texts that cannot be read nobody knows what they define.
  const broken = places.length < read.length;
  const running = known.running.flatMap(({ name, text }) => readFile(name, text).config ?? []);
  const found = broken ? [] : problemsOf(places, { types: known.types, running });
  const inOrder = [...problems, ...found].sort((a, b) => rankOf(a) - rankOf(b));
  return inOrder.slice(0, mostProblems);
}

function readFile(
  name: string,
  text: string,
): { readonly problems: readonly ConfigProblem[]; readonly config: PlacedConfig | undefined } {
  if (text.length > mostCharacters) return { problems: [], config: undefined };
  const layer = parseYamlLayer(name, text);
  if ("problem" in layer) return { problems: [placed(name, layer.problem)], config: undefined };
  const problems = layer.warnings.map((warning): ConfigProblem => {
    return { ...placed(name, warning), severity: "warning" };
  });
  return { problems, config: placesIn(layer, text) };
}

/** The reader says where it is in front of what it is: `NAME:LINE:COLUMN: TEXT`, or `NAME: TEXT`. */
function placed(file: string, problem: string): ConfigProblem {
  const rest = problem.slice(file.length);
  const [, line = "1", column = "1", text = ""] = /^(?::(\d+):(\d+))?: (.*)$/s.exec(rest) ?? [];
  return {
    ...{ file, line: Number(line), column: Number(column), severity: "error" },
    text: text === "" ? problem : text,
  };
}

function rankOf({ severity }: ConfigProblem): number {
  return severity === "error" ? 0 : 1;
}
