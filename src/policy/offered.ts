import { firstRule } from "./hidden.ts";
import { type Leaf, pathText } from "./leaves.ts";
import { carriesSettings } from "./references.ts";
import type { Rules, Violation } from "./policy.ts";
import type { OfferedValue } from "../agent-config/config.ts";

/** Leaves as the rules judge them. */
interface Judged {
  readonly leaves: readonly Leaf[];
  /** What is wrong with values that stand for whole settings. */
  readonly hides: (rules: Rules) => readonly Violation[];
}

/**
 * Puts what our own references stand for in their place; where there is nothing to judge in it, they are left out. The
 * same reference anywhere else stays what it is.
 */
export function withOffered(leaves: readonly Leaf[], offered: readonly OfferedValue[]): Judged {
  if (offered.length === 0) return { leaves, hides: () => [] };
  const values = new Map(offered.map((each) => [keyOf(each), each]));
  const settings = offered.filter(
    ({ judged }) => judged !== undefined && carriesSettings({ scheme: "yaml", rest: judged }),
  );
  return {
    leaves: leaves.flatMap((leaf) => {
      const value = values.get(keyOf(leaf));
      if (value === undefined) return leaf;
      return value.judged === undefined ? [] : { ...leaf, text: value.judged };
    }),
    hides: (rules) => {
      const rule = firstRule(rules);
      if (rule === undefined) return [];
      const why = "the settings in it cannot be judged";
      return settings.map(({ path, text }) => ({ rule, path: pathText(path), found: text, why }));
    },
  };
}

function keyOf({
  path,
  text,
}: {
  readonly path: readonly string[];
  readonly text: string;
}): string {
  return JSON.stringify([path, text]);
}

/** Names what stands in the text instead of a value that may be secret. */
export function concealed(offered: readonly OfferedValue[]): (violation: Violation) => Violation {
  const texts = new Map(offered.map(({ path, text }) => [pathText(path), text]));
  return (violation) => {
    const found = texts.get(violation.path);
    return found === undefined ? violation : { ...violation, found };
  };
}
