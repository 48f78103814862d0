import {
  isSameType,
  namesOf,
  newestName,
  renamingsOf,
} from "../../agent-config/component-aliases.ts";
import type { Components } from "./component-types.ts";

const unknown = "opampsupervisor_asks";
const sections = ["receivers", "processors", "exporters", "connectors", "extensions"];

/** A configuration that every collector refuses, with the types that it knows as the reason. */
export const askingForTypes: string = sections
  .map((section) => `${section}: {${unknown}: }\n`)
  .join("");

/** By section, the types that a refusal of `askingForTypes` names, in its own order. */
function validTypes(refusal: string): ReadonlyMap<string, readonly string[]> {
  const lists = refusal.matchAll(
    /'(\w+)' unknown type: "(\w+)"[^\n]*\(valid values: \[([\w ]*)\]/g,
  );
  return new Map(
    [...lists].flatMap(([, section = "", type, list = ""]) =>
      type === unknown && list !== "" ? [[section, list.split(" ")] as const] : [],
    ),
  );
}

/**
 * What a binary lists, and what it takes beside that: some versions leave renamed components out of their list. Each is
 * added once, by its newest name that the binary takes, with its module where what it was built from tells it.
 */
export function withHidden(listed: Components, refusal: string, built: Components): Components {
  const valid = validTypes(refusal);
  return listed.map(([section, types]) => {
    const same = (one: string) => (other: string) => isSameType(section, one, other);
    const shown = types.map(([type]) => type);
    const all = valid.get(section) ?? [];
    const hidden = all.filter((type) => !shown.some(same(type)));
    const names = hidden.filter((type) => newestOf(section, hidden.filter(same(type))) === type);
    const modules = built.find(([name]) => name === section)?.[1] ?? [];
    const added = names.map((type) => {
      const [, module = ""] = modules.find(([name]) => same(type)(name)) ?? [];
      return [type, module] as const;
    });
    return [section, [...types, ...added].toSorted(([a], [b]) => (a < b ? -1 : 1))] as const;
  });
}

/** Of several names of one type the newest: the one with more words where its renaming is not known here. */
function newestOf(section: string, names: readonly string[]): string | undefined {
  const renamed = names.find((name) => renamingsOf(section, name).length > 0);
  const known =
    renamed === undefined
      ? undefined
      : // Some were renamed twice, and a binary may take the two older names alone.
        namesOf(section, newestName(section, renamed)).find((name) => names.includes(name));
  return known ?? names.toSorted((a, b) => b.split("_").length - a.split("_").length)[0];
}
