import { type Finding, fine, problem, warning } from "./finding.ts";

/** A file, folder or socket that a component needs. */
export interface AccessFacts {
  readonly path: string;
  readonly is: "open" | "refused" | "missing" | "broken";
  /** Whose it is, where that can be seen. */
  readonly group: string | undefined;
  readonly groupMay: boolean;
  readonly why: string;
}

/** What a component of the configuration wants of this machine, and what there is of it. */
export interface NeedFacts {
  /** Its id, `receivers.filelog/app`. */
  readonly component: string;
  /** What it does there, in one word. */
  readonly verb: "reads" | "writes" | "uses";
  /** As the configuration names it. */
  readonly named: string;
  readonly found: readonly AccessFacts[];
  /** A program that it runs and that is not there. */
  readonly lacksProgram?: string;
}

const shownAtMost = 3;

/** Whether this user may do what the components of the configuration do. */
export function judgeRights(needs: readonly NeedFacts[], user: string): readonly Finding[] {
  return needs.flatMap((need) => judgeNeed(need, user));
}

function judgeNeed(need: NeedFacts, user: string): readonly Finding[] {
  const { component, verb, named, found, lacksProgram } = need;
  const refused = found.filter(({ is }) => is === "refused");
  const broken = found.filter(({ is }) => is === "broken");
  const missing = found.filter(({ is }) => is === "missing");
  const program =
    lacksProgram === undefined
      ? []
      : [
          problem(
            "rights",
            `${component} runs the program ${lacksProgram}, which is not on the PATH`,
            "install it, or take that component out",
          ),
        ];
  const denied = groupsOf(refused).map(([group, all]) => {
    const what = `${component} ${verb} ${named}, and ${user} may not: ${list(all)}`;
    return group === undefined
      ? problem(
          "rights",
          what,
          `give ${user} the right to it`,
          `sudo setfacl -m u:${user}:${verb === "reads" ? "rX" : "rwX"} ${all[0]?.path ?? ""}`,
        )
      : problem(
          "rights",
          what,
          `add ${user} to the group ${group} (in a unit: SupplementaryGroups=${group}), and start the supervisor again`,
          `sudo usermod -aG ${group} ${user}`,
        );
  });
  const odd = broken.map(({ path, why }) =>
    warning(
      "rights",
      `${component}: ${path} could not be looked at: ${why}`,
      "look what is wrong with it",
    ),
  );
  if (program.length + denied.length + odd.length > 0) return [...program, ...denied, ...odd];
  if (missing.length > 0 || found.length === 0) {
    const what = missing.length > 0 ? `${list(missing)} is not there` : `nothing matches ${named}`;
    return [
      warning(
        "rights",
        `${component} ${verb} ${named}, and ${what}`,
        "nothing, where it comes later; else correct the path",
      ),
    ];
  }
  const count = found.length === 1 ? "" : ` (${found.length} places)`;
  return [fine("rights", `${component} ${verb} ${named}${count}, and ${user} may`)];
}

/** Those that one group helps with, each group once. */
function groupsOf(
  refused: readonly AccessFacts[],
): readonly (readonly [string | undefined, readonly AccessFacts[]])[] {
  const groups = new Map<string | undefined, AccessFacts[]>();
  for (const one of refused) {
    // To be in the group of root is to be nearly root.
    const group = one.groupMay && one.group !== "root" ? one.group : undefined;
    groups.set(group, [...(groups.get(group) ?? []), one]);
  }
  return [...groups];
}

function list(all: readonly AccessFacts[]): string {
  const more = all.length - shownAtMost;
  const names = all
    .slice(0, shownAtMost)
    .map(({ path }) => path)
    .join(", ");
  return more > 0 ? `${names} and ${more} more` : names;
}
