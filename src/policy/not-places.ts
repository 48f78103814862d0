import type { Leaf } from "./leaves.ts";
import { type Part, plainType, sections } from "./parts.ts";

/**
 * True when an entry of `not_places` covers a setting: `exporters.signalfx.realm`, each key of it and all that is below.
 * `*` stands for any one key; ids of a component count as its type.
 */
export function settingMatches(entry: string, { path }: Leaf, part: Part | undefined): boolean {
  const [section = "", ...wanted] = entry.split(".");
  const keys = path.slice(part?.place.length ?? 1).filter((key) => !/^\[\d+\]$/.test(key));
  if (part === undefined) return section === path[0] && begins(keys, wanted);
  const [type = "", ...below] = wanted;
  const isType = type === "*" || plainType(part.section, type) === part.type;
  return section === part.section && isType && begins(keys, below);
}

function begins(keys: readonly string[], wanted: readonly string[]): boolean {
  return wanted.every((each, at) => each === "*" || each.toLowerCase() === keys[at]?.toLowerCase());
}

/** What is wrong with an entry of `not_places`, or undefined. */
export function faultOfSetting(entry: string): string | undefined {
  const [section = "", type, ...below] = entry.split(".");
  const known = section === "service" || sections.some((each) => each === section);
  if (known && type !== undefined && type !== "" && below.every((each) => each !== ""))
    return undefined;
  return "expected a setting, such as exporters.signalfx.realm or receivers.prometheus";
}
