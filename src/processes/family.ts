import { readFileSync } from "node:fs";
import {
  type ProcessIdentity,
  type ProcessStat,
  hasEnded,
  lives,
  runningPids,
  statOf,
} from "./process-identity.ts";

/** What tells the processes of one start of a program from all others. */
export interface Family {
  /** The process that was started. */
  readonly leader: ProcessIdentity;
  /** What stands in the environment of each of them, as it was given to the leader; empty: nothing does. */
  readonly mark: string;
  /** One that was seen to belong to them: a script may have started it with neither mark nor group. */
  readonly seen: ProcessIdentity | undefined;
}

/** The variable that holds the mark. */
export const markVariable = "OPAMPSUPERVISOR_RUN";

/**
 * The processes of a family that live, without its leader: those in its group or session, those that carry its mark,
 * and whatever descends from one of them. `ended`: the leader has ended this moment, so that its number is still that of
 * its group; else a leader that lives no more says nothing, because its number may be somebody else's.
 */
export function familyOf(family: Family, ended = false): readonly number[] {
  const { leader, seen } = family;
  const all = statsSince(leader.startTime);
  const trusted = ended || lives(leader);
  const members = new Set<number>(trusted ? [leader.pid] : []);
  for (const [pid, stat] of all) {
    const near = trusted && (stat.group === leader.pid || stat.session === leader.pid);
    if (near || carries(pid, family.mark)) members.add(pid);
  }
  if (seen !== undefined && lives(seen)) members.add(seen.pid);
  for (let before = -1; before !== members.size;) {
    before = members.size;
    for (const [pid, { parent }] of all) if (members.has(parent)) members.add(pid);
  }
  members.delete(leader.pid);
  members.delete(process.pid);
  return [...members];
}

/** The mark that a process was started with; empty where it has none or where we may not see it. */
export function markOf(pid: number): string {
  const prefix = `${markVariable}=`;
  const variables = environmentOf(pid).split("\0");
  return variables.find((each) => each.startsWith(prefix))?.slice(prefix.length) ?? "";
}

function carries(pid: number, mark: string): boolean {
  return mark !== "" && markOf(pid) === mark;
}

/** What is older than the leader cannot be of its family; so only few environments have to be read. */
function statsSince(startTime: string): readonly (readonly [number, ProcessStat])[] {
  return runningPids().flatMap((pid) => {
    const stat = statOf(pid);
    if (stat === undefined || hasEnded(stat)) return [];
    return Number(stat.startTime) < Number(startTime) ? [] : [[pid, stat] as const];
  });
}

function environmentOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, "latin1");
  } catch {
    // Another user's, or gone.
    return "";
  }
}
