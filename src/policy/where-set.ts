import { parseYamlLayer } from "../agent-config/yaml/read-layer.ts";
import { leavesOf, pathText } from "./leaves.ts";
import type { Violation } from "./policy.ts";
import { withoutSecrets } from "./references.ts";

/** A text that a configuration was made of. */
export interface NamedText {
  readonly name: string;
  readonly text: string;
}

/** Adds to each violation which of the texts sets the value; nothing where none of them does. */
export function withLayers(
  violations: readonly Violation[],
  texts: readonly NamedText[],
): readonly Violation[] {
  const known = texts.map(({ name, text }) => ({ name, places: placesIn(text) }));
  return violations.map((violation) => {
    const setBy = known.findLast(
      ({ places }) =>
        places.some(({ path }) => path === violation.path) ||
        places.some(({ path }) => path.startsWith(`${violation.path}.`)),
    );
    return setBy === undefined ? violation : { ...violation, layer: setBy.name };
  });
}

/** Leaves out what stands in one of the operator's own texts just like that: it is not the server's doing. */
export function withoutOperators(
  violations: readonly Violation[],
  texts: readonly NamedText[],
): readonly Violation[] {
  const written = new Map<string, Set<string>>();
  for (const { path, text } of texts.flatMap((each) => placesIn(each.text))) {
    const there = written.get(path);
    const found = withoutSecrets(text);
    if (there === undefined) written.set(path, new Set([found]));
    else there.add(found);
  }
  return violations.filter(
    ({ rule, path, found }) => rule !== "file_paths.own" || written.get(path)?.has(found) !== true,
  );
}

function placesIn(text: string): readonly { readonly path: string; readonly text: string }[] {
  const layer = parseYamlLayer("", text);
  if ("problem" in layer) return [];
  return leavesOf(layer.root).map((leaf) => ({ path: pathText(leaf.path), text: leaf.text }));
}
