import { readFileSync, readdirSync, readlinkSync } from "node:fs";

interface Seen {
  readonly pid: number;
  readonly parent: number;
  readonly state: string;
  readonly folder: string;
  readonly command: string;
}

/**
 * What a supervisor and everything that it has started looks like from outside: those whose working directory is its
 * folder, but for the program's own family, in words. The agent may have a wrapper between itself and the supervisor.
 */
export function straysIn(folder: string, supervisor: number, agent: number): readonly string[] {
  const all = everything();
  const byPid = new Map(all.map((each) => [each.pid, each]));
  const family = new Set([supervisor, agent, ...linkBetween(byPid, agent, supervisor)]);
  // A shell may wait beside the agent for the end of the supervisor.
  const helps = ({ parent, command }: Seen): boolean =>
    family.has(parent) && /^(?:sh|\/bin\/sh|setpriv|cat|sleep)\b/.test(command);
  const strays = all.filter(
    (each) =>
      !family.has(each.pid) &&
      (each.state === "Z" ? each.parent === supervisor : each.folder === folder) &&
      !helps(each),
  );
  return strays.map(({ pid, state, command }) => `${pid} ${state} ${command}`);
}

/** The processes between one and an ancestor of it. */
function linkBetween(
  byPid: ReadonlyMap<number, Seen>,
  from: number,
  ancestor: number,
): readonly number[] {
  const link: number[] = [];
  for (let at = byPid.get(from)?.parent; at !== undefined && at > 1; at = byPid.get(at)?.parent) {
    if (at === ancestor) return link;
    link.push(at);
  }
  return [];
}

function everything(): readonly Seen[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        return [look(Number(name))];
      } catch {
        // It has ended since the folder was listed.
        return [];
      }
    });
}

function look(pid: number): Seen {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const [state = "", parent = ""] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const command = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").join(" ").trim();
  const folder = state === "Z" ? "" : readlinkSync(`/proc/${pid}/cwd`);
  return { pid, parent: Number(parent), state, folder, command };
}
