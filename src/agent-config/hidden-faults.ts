import { isMap, isSeq, isScalar } from "yaml";
import { uidFromText } from "../opamp-client/wire/instance-uid.ts";
import type { Join, Replacement } from "./join-layers.ts";
import { placeOf } from "./layer-places.ts";
import { keyText, readsAsText } from "./yaml/keys.ts";
import { itemText, textAt } from "./yaml/nodes.ts";

/**
 * Values that the last layer, ours, has replaced and that the collector would have refused: it never sees them, so they
 * are looked at here. Undefined where there are none.
 */
export function hiddenFault({ replaced, layers }: Join): string | undefined {
  const last = layers.length - 1;
  const faults = replaced
    .filter(({ after }) => after.layer === last)
    .flatMap((each) => {
      const expected = faultOf(each);
      if (expected === undefined) return [];
      return `${each.path} in ${placeOf(layers, each.before)}: expected ${expected}; leave it out, the supervisor sets it`;
    });
  return faults.length === 0 ? undefined : faults.join("; ");
}

function faultOf({ path, before, after }: Replacement): string | undefined {
  if (isSeq(before.value) && isSeq(after.value)) {
    const kept = new Set(after.value.items);
    const dropped = before.value.items.filter((item) => !kept.has(item));
    return dropped.every(isAttribute) ? undefined : "attributes with a name and a text as value";
  }
  if (!isScalar(before.value) || before.value.value === null) return undefined;
  if (!isText(before.value)) return "a text, in quotes where it looks like a number";
  if (!path.endsWith(".instance_uid")) return undefined;
  const text = itemText(before.value) ?? "";
  const known = text === "" || text.includes("${") || uidFromText(text) !== undefined;
  return known ? undefined : "a UUID or a ULID";
}

/** What the collector takes for an attribute that is a text. */
function isAttribute(item: unknown): boolean {
  if (!isMap(item)) return false;
  const keys = item.items.map(({ key }) => keyText(key) ?? "");
  const type = textAt(item, ["type"]);
  return (
    keys.every((key) => ["name", "value", "type"].includes(key)) &&
    (type === undefined ? !keys.includes("type") : type === "string") &&
    isText(item.items.find(({ key }) => keyText(key) === "value")?.value)
  );
}

const variable = /\$\{(?:env:)?[A-Za-z_]\w*(?::-[^${}]*)?\}/g;

/** A text in which no other reference stands than one to a variable: those the collector may not be able to resolve. */
function isText(node: unknown): boolean {
  if (!isScalar(node) || !readsAsText(node)) return false;
  return !String(node.value).replaceAll("$$", "").replaceAll(variable, "").includes("${");
}
