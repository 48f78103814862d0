import { spawnSync } from "node:child_process";
import { readFileSync, readlinkSync, realpathSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { findProgram } from "../../processes/find-program.ts";
import { type Wall, behindWall, noWall } from "../../agent/process/wall.ts";
import { SupervisorError } from "../../errors.ts";
import { type WallFacts, type WallHelper, wallCommand } from "../../policy/kernel/wall-command.ts";
import { isBelow, writableBy, writableOf } from "../../policy/kernel/writable.ts";
import type { Settings } from "../settings/settings.ts";

/** What confines an agent that is started now. */
export interface RaisedWall extends Wall {
  /** Undefined where nothing does. */
  readonly by: WallHelper["by"] | undefined;
  readonly writable: readonly string[];
  /** Entries of the allow list that open nothing. */
  readonly notOpened: readonly string[];
  /** Why there is none though there should be one. */
  readonly problem: string | undefined;
  /** True where the agent may not run without. */
  readonly required: boolean;
}

type Confining = Pick<Settings, "agent" | "storage" | "log">;

/** What is said of an agent that runs without the wall that was asked for. */
export const unconfined =
  "the agent runs unconfined, though agent.confine asks for a wall around it";

/** An attempt that takes longer than this tells nothing. */
const attemptTimeoutMs = 5_000;

/**
 * Looks for a program that can confine the agent, and has it confine itself as it would the agent: what cannot be done on
 * this machine, and a path that is gone, shows before the agent is started. Takes some milliseconds, and none without
 * `agent.confine`.
 */
export function raiseWall(settings: Confining, searchPath: string): RaisedWall {
  const { confine } = settings.agent;
  const none = { ...noWall, by: undefined, writable: [], notOpened: [], problem: undefined };
  if (confine === "off") return { ...none, required: false };
  const required = confine === "required";
  const { facts, notOpened } = factsFor(settings);
  const reasons: string[] = [];
  for (const { by, name } of helpers) {
    const program = findProgram(name, searchPath);
    const command = program === undefined ? [] : wallCommand({ by, program }, facts);
    const why =
      program === undefined ? `${name} is not on the PATH` : fault(name, command, program);
    if (why === undefined) {
      const writable = facts.writable.map(({ path }) => path);
      const stays = by === "bubblewrap";
      return { command, stays, by, writable, notOpened, problem: undefined, required };
    }
    if (!reasons.includes(why)) reasons.push(why);
  }
  const problem = `expected a program that can confine the agent, found none that can do it here: ${reasons.join("; ")}; ${advice}${required ? ", or set agent.confine to auto or off" : ""}`;
  return { ...none, problem, required };
}

/** The wall; throws with words for a person where there is none and the agent may not run without. */
export function wallOrNone(settings: Confining, searchPath: string): RaisedWall {
  const wall = raiseWall(settings, searchPath);
  if (wall.problem === undefined || !wall.required) return wall;
  throw new SupervisorError("no-wall", wall.problem);
}

/** The first one adds no process, the last one stops least. */
const helpers = [
  { by: "landlock", name: "setpriv" },
  { by: "bubblewrap", name: "bwrap" },
  { by: "old-landlock", name: "setpriv" },
] as const;

const advice =
  "install util-linux 2.40 or newer for a kernel with Landlock, or bubblewrap where user namespaces or root are to be had";

/** Why a program cannot run itself behind its wall; undefined when it can. */
function fault(name: string, command: readonly string[], program: string): string | undefined {
  const [first, args] = behindWall({ command, stays: false }, program, ["--version"]);
  const { status, stderr, error } = spawnSync(first, args, {
    stdio: ["ignore", "ignore", "pipe"],
    encoding: "utf8",
    timeout: attemptTimeoutMs,
  });
  if (status === 0) return undefined;
  // There is no text where it could not be started.
  if (error !== undefined) return `${program} cannot be run (${error.message})`;
  const [said = ""] = stderr.trim().split("\n", 1);
  const why = said === "" ? `exit code ${status ?? "unknown"}` : said;
  return `${program} said: ${why.replace(`${name}: `, "").slice(0, 200)}`;
}

function factsFor({ agent: { rules }, storage, log }: Confining): {
  readonly facts: WallFacts;
  readonly notOpened: readonly string[];
} {
  const logs = log.outputPaths.filter((path) => path.startsWith("/"));
  const own = [...rules.ownFiles, storage.directory, ...logs];
  const ours = [...own, ...own.flatMap((path) => realOf(path) ?? [])];
  const { open, held } = writableBy(rules.limits.file_paths?.allow ?? [], ours);
  const there = open.map((path) => ({ path, real: realOf(path) }));
  // Where a link leads may be where our files are.
  const followed = writableOf(
    there.flatMap(({ real }) => real ?? []),
    ours,
  );
  const missing = there.filter(({ real }) => real === undefined).map(({ path }) => path);
  // The agent may have made such a link, to have more opened at its next start.
  const led = there.filter(({ path }) =>
    linksTo(path).some((each) => isBelow(each, followed.open)),
  );
  const safe = followed.open.filter((path) => !led.some(({ real }) => real === path));
  return {
    facts: { writable: safe.flatMap((path) => kindOf(path) ?? []), privileged: mayDropRights() },
    notOpened: [...held, ...followed.held, ...missing, ...led.map(({ path }) => path)],
  };
}

/** The links that are followed on the way to a path. */
function linksTo(path: string): readonly string[] {
  const links: string[] = [];
  let at = "/";
  const left = path.split("/");
  for (let part = left.shift(); part !== undefined; part = left.shift()) {
    at = resolve(at, part);
    const target = targetOf(at);
    if (target === undefined) continue;
    links.push(at);
    if (links.length > mostLinks) break;
    left.unshift(...target.split("/"));
    at = target.startsWith("/") ? "/" : dirname(at);
  }
  return links;
}

/** As many as the kernel follows. */
const mostLinks = 40;

function targetOf(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    // No link, or not there.
    return undefined;
  }
}

function realOf(path: string): string | undefined {
  try {
    return realpathSync.native(path);
  } catch {
    // Not there, or not for us to look into.
    return undefined;
  }
}

function kindOf(path: string): WallFacts["writable"][number] | undefined {
  try {
    return { path, isDirectory: statSync(path).isDirectory() };
  } catch {
    // Gone since.
    return undefined;
  }
}

const setPcap = 1n << 8n;

/** True of root, and of what may take rights from what it starts. */
function mayDropRights(): boolean {
  try {
    const [, rights = "0"] =
      /^CapEff:\s*([0-9a-f]+)/m.exec(readFileSync("/proc/self/status", "utf8")) ?? [];
    return (BigInt(`0x${rights}`) & setPcap) !== 0n;
  } catch {
    // Not Linux: there is no wall either.
    return false;
  }
}
