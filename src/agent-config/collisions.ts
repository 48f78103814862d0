import { isMap, isSeq, isScalar, Scalar } from "yaml";
import type { Join, Replacement } from "./join-layers.ts";
import { placeOf, type Part } from "./layer-places.ts";
import { keyIdentity } from "./yaml/keys.ts";

/** No more contradictions than these are named one by one. */
const namedAtMost = 10;

/**
 * What two parts of a remote configuration say differently of the same place, in words; `remote` holds the indexes of
 * the layers that are such parts.
 */
export function collisionsIn(
  join: Pick<Join, "layers" | "replaced">,
  remote: ReadonlySet<number>,
): readonly string[] {
  const found = join.replaced.filter(
    ({ before, after }) =>
      remote.has(before.layer) &&
      remote.has(after.layer) &&
      !saysNothing(before, after) &&
      !sameValue(before.value, after.value),
  );
  const named = found.slice(0, namedAtMost).map((each) => sentence(join, each));
  const more = found.length - named.length;
  return more > 0 ? [...named, `${more} more places are set differently like these`] : named;
}

function sentence({ layers }: Pick<Join, "layers">, { path, before, after }: Replacement): string {
  return `${path} is set differently by ${placeOf(layers, before)} and ${placeOf(layers, after)}`;
}

/** An empty entry that another part fills in contradicts nobody. */
function saysNothing(before: Part, after: Part): boolean {
  const { value } = before;
  const empty = value === null || (isScalar(value) && value.value === null);
  return empty && (isMap(after.value) || isSeq(after.value));
}

/** True when the collector reads the same value from both. From `1` and `"1"` it does not. */
function sameValue(a: unknown, b: unknown): boolean {
  if (isMap(a) && isMap(b)) {
    const others = new Map(b.items.map(({ key, value }) => [keyIdentity(key), value]));
    return (
      a.items.length === b.items.length &&
      a.items.every(({ key, value }) => {
        const name = keyIdentity(key);
        return others.has(name) && sameValue(value, others.get(name));
      })
    );
  }
  if (isSeq(a) && isSeq(b)) {
    return (
      a.items.length === b.items.length &&
      a.items.every((item, index) => sameValue(item, b.items[index]))
    );
  }
  if (isScalar(a) && isScalar(b)) return a.value === b.value && looks(a) === looks(b);
  return a === b;
}

function looks({ value, type, tag }: Scalar): string {
  // Quotes matter only where the text without them may be read as something else.
  const word = typeof value === "string" && /^[A-Za-z_/][\w/.-]*$/.test(value);
  const known = word && !/^(?:true|false|null)$/i.test(value);
  return `${tag ?? ""} ${known || type !== Scalar.PLAIN}`;
}
