import { isMap, type YAMLMap } from "yaml";
import { isSameType, namesOf, renamingsOf } from "./component-aliases.ts";
import { keyText } from "./yaml/keys.ts";
import { nodeAt } from "./yaml/nodes.ts";

/** What a collector says of a type that it does not know; a long list of those that it knows may be cut. */
const unknownType = /'(\w+)' unknown type: "([^"\n]+)"[^\n]*?\(valid values: \[([^\]\n]*)(\]?)/g;

/** For each type that a collector refuses as unknown and that has another name: what to write. */
export function aliasHints(said: string): readonly string[] {
  return [...said.matchAll(unknownType)].flatMap(([, section = "", type = "", list = "", end]) => {
    const words = list.split(" ");
    // Where the list is cut, its last word may be the beginning of another one.
    const valid = end === "" ? words.slice(0, -1) : words;
    const others = valid.filter((name) => name !== type && isSameType(section, name, type));
    const known = namesOf(section, type).find((name) => others.includes(name)) ?? others[0];
    if (known !== undefined) {
      return [`this collector knows ${section}/${type} as ${known}: write that name`];
    }
    return end === "" ? byVersion(section, type) : [];
  });
}

function byVersion(section: string, type: string): readonly string[] {
  return renamingsOf(section, type).flatMap(({ former, current, since }) => {
    if (current === type) {
      return [`collectors before ${since} know ${section}/${type} as ${former}`];
    }
    return former === type
      ? [`collectors from ${since} on know ${section}/${type} as ${current}`]
      : [];
  });
}

const typeInPath =
  /^(.*?(?:^|\.)(receivers|processors|exporters|connectors|extensions)\.)(\w+)(.*)$/s;

/**
 * A dotted path below a component, and the same with each other name of its type, those that are configured included; of a
 * component that another one starts (`receivers.receiver_creator.receivers.hostmetrics`) too.
 */
export function pathsByAllNames(path: string, root: YAMLMap): readonly string[] {
  return byAllNames(path, root, 2);
}

function byAllNames(path: string, root: YAMLMap, depth: number): readonly string[] {
  const [, head = "", section = "", type = "", rest = ""] = typeInPath.exec(path) ?? [];
  if (type === "" || depth === 0) return [path];
  const ends = byAllNames(rest, root, depth - 1);
  const same = typesIn(root, section).filter((each) => isSameType(section, each, type));
  const names = new Set([...namesOf(section, type), ...same]);
  return [...names].flatMap((name) => ends.map((end) => `${head}${name}${end}`));
}

function typesIn(root: YAMLMap, section: string): readonly string[] {
  const node = nodeAt(root, [section]);
  const ids = isMap(node) ? node.items.flatMap(({ key }) => keyText(key) ?? []) : [];
  return ids.map((id) => id.split("/")[0] ?? "");
}
