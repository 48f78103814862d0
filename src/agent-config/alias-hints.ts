import { renamingsOf } from "./component-aliases.ts";

/** What a collector says of a type that it does not know; a long list of those that it knows may be cut. */
const unknownType = /'(\w+)' unknown type: "([^"\n]+)"[^\n]*?\(valid values: \[([^\]\n]*)(\]?)/g;

/** For each type that a collector refuses as unknown and that has another name: what to write. */
export function aliasHints(words: string): readonly string[] {
  return [...words.matchAll(unknownType)].flatMap(([, section = "", type = "", list = "", end]) => {
    const valid = list.split(" ");
    const all = namesOf(section, type);
    const known = all.find((name) => name !== type && valid.includes(name));
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

/** Every name that a type has had, the newest first; its own alone where it has kept it. */
function namesOf(section: string, type: string): readonly string[] {
  const all = renamingsOf(section, type).flatMap(({ former, current }) => [former, current]);
  return [...new Set([type, ...all.toReversed()])];
}

/** A dotted path below a component, and the same with each other name of its type. */
export function pathsByAllNames(path: string): readonly string[] {
  const [, section = "", type = "", rest = ""] = /^(\w+)\.(\w+)(.*)$/s.exec(path) ?? [];
  if (type === "") return [path];
  return namesOf(section, type).map((name) => `${section}.${name}${rest}`);
}
