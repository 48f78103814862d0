import { constants } from "node:fs";
import { access, readdir, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { messageOf, systemCodeOf } from "../../errors.ts";
import { findProgram } from "../../processes/find-program.ts";
import type { WantedFiles } from "../judge/config-wants.ts";
import type { AccessFacts, NeedFacts } from "../judge/judge-rights.ts";
import { matching } from "../judge/matching.ts";
import { groupName } from "./user-facts.ts";

/** A pattern that matches more is looked at only so far: what holds for these holds for most. */
const mostEntries = 2_000;
const mostMatches = 200;

/** What this user may do with the files that the components want. */
export async function lookAtNeeds(
  wanted: readonly WantedFiles[],
  searchPath: string,
): Promise<readonly NeedFacts[]> {
  return await Promise.all(wanted.map((each) => lookAtNeed(each, searchPath)));
}

async function lookAtNeed(
  { component, verb, patterns, enough, program }: WantedFiles,
  searchPath: string,
): Promise<NeedFacts> {
  const mode = verb === "reads" ? constants.R_OK : constants.R_OK | constants.W_OK;
  const found = (await Promise.all(patterns.map((each) => lookAt(each, mode)))).flat();
  const there = found.filter(({ is }) => is !== "missing");
  const lacks = program !== undefined && findProgram(program, searchPath) === undefined;
  return {
    component,
    verb,
    named: patterns.join(enough === "any" ? " or " : ", "),
    found: enough === "any" ? there : found,
    ...(lacks && { lacksProgram: program }),
  };
}

/** The files that a pattern matches, with the folders on the way that cannot be looked into. */
async function lookAt(pattern: string, mode: number): Promise<readonly AccessFacts[]> {
  const segments = pattern.split("/").filter((each) => each !== "");
  const at = segments.findIndex((each) => /[*?[{]/.test(each));
  if (at === -1) return [await accessTo(pattern, mode)];
  const folder = `/${segments.slice(0, at).join("/")}`;
  const matches: string[] = [];
  const closed: AccessFacts[] = [];
  await walk(folder, segments.slice(at), matches, closed, { left: mostEntries });
  const found = await Promise.all(matches.map((path) => accessTo(path, mode)));
  return [...closed, ...found];
}

async function walk(
  folder: string,
  segments: readonly string[],
  matches: string[],
  closed: AccessFacts[],
  budget: { left: number },
): Promise<void> {
  const [first = "", ...rest] = segments;
  const names = await namesIn(folder, closed);
  if (first === "**") await walk(folder, rest, matches, closed, budget);
  for (const { name, isFolder } of names) {
    budget.left -= 1;
    if (budget.left < 0 || matches.length >= mostMatches) return;
    const path = join(folder, name);
    if (first === "**") {
      if (isFolder) await walk(path, segments, matches, closed, budget);
    } else if (matching(first, name)) {
      if (rest.length === 0) matches.push(path);
      else await walk(path, rest, matches, closed, budget);
    }
  }
}

async function namesIn(
  folder: string,
  closed: AccessFacts[],
): Promise<readonly { readonly name: string; readonly isFolder: boolean }[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries.map((entry) => ({ name: entry.name, isFolder: entry.isDirectory() }));
  } catch (error) {
    const code = systemCodeOf(error) ?? "";
    if (code === "ENOENT" || code === "ENOTDIR") return [];
    closed.push(await refusal(folder, error, constants.R_OK | constants.X_OK));
    return [];
  }
}

async function accessTo(path: string, mode: number): Promise<AccessFacts> {
  try {
    await access(path, mode);
    return { path, is: "open", group: undefined, groupMay: false, why: "" };
  } catch (error) {
    return await refusal(path, error, mode);
  }
}

/** The nearest one on the way that may be looked at tells whose group would help. */
async function refusal(path: string, error: unknown, mode: number): Promise<AccessFacts> {
  const code = systemCodeOf(error) ?? "";
  const unknown = { path, group: undefined, groupMay: false, why: messageOf(error) };
  if (code === "ENOENT" || code === "ENOTDIR") return { ...unknown, is: "missing" };
  if (code !== "EACCES" && code !== "EPERM") return { ...unknown, is: "broken" };
  for (let at = path; ; at = dirname(at)) {
    try {
      const { gid, mode: its } = await stat(at);
      const wanted = at === path ? mode : constants.X_OK;
      const groupMay = ((its >> 3) & wanted) === wanted;
      return { ...unknown, is: "refused", group: groupName(gid), groupMay };
    } catch {
      // Closed itself: the one above it is what keeps us out.
      if (at === dirname(at)) return { ...unknown, is: "refused" };
    }
  }
}
