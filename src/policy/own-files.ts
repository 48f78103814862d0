import { isFilePath } from "./file-keys.ts";
import { isUnder, type Leaf, pathText } from "./leaves.ts";
import { likenessOf, piecesOf } from "./likeness.ts";
import type { Inspected } from "./parts.ts";
import { pathJudge } from "./paths.ts";
import type { Violation } from "./policy.ts";
import { isHarmless, isHarmlessTelemetry, isPure } from "./rule-book.ts";

/**
 * Settings of any name that could lead to the supervisor's own files. Those that are known to name a file are judged
 * with the other paths; this holds without any list too.
 */
export function ownFileViolations(inspected: Inspected): readonly Violation[] {
  const { rules, realPath } = inspected;
  const judge = pathJudge({ ...rules, limits: {} }, realPath);
  return suspectsIn(inspected).flatMap((leaf) =>
    textsIn(leaf).flatMap((text) => judge({ path: pathText(leaf.path), text, whole: false })),
  );
}

function suspectsIn({ leaves, parts }: Inspected): readonly Leaf[] {
  const telemetry = leaves.filter(
    (leaf) =>
      isUnder(leaf.path, ["service", "telemetry"]) &&
      !isHarmlessTelemetry(leaf.path) &&
      !isFilePath(leaf, undefined),
  );
  const inParts = parts
    .filter((part) => !part.own && !isPure(part))
    .flatMap((part) =>
      part.leaves.filter((leaf) => !isHarmless(part, leaf.path) && !isFilePath(leaf, part)),
    );
  // Where whole settings stand in a reference, nobody knows which component they are of.
  const carried = leaves.filter(({ text }) => text.includes("${"));
  return [...telemetry, ...inParts, ...carried];
}

/** Everything in a value that could be a path, also within settings that a reference carries. */
function textsIn({ text, isText = true }: Leaf): readonly string[] {
  const carried = text.includes("${") ? text.split(/[\s"'{}[\],$]+|:-|(?<=:)(?=\/)/) : [];
  return [...piecesOf(text), ...carried.flatMap(piecesOf)].filter(
    (piece) => !piece.includes("$") && likenessOf(piece, isText).path,
  );
}
