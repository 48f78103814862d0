import { spawnSync } from "node:child_process";
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { messageOf } from "../../errors.ts";
import { writeFileAtomic } from "../../files/atomic-file.ts";
import { type CarriedArguments, carriedArguments } from "./carried-arguments.ts";
import { carriedSettings } from "./carried-settings.ts";
import { type CarriedUnit, carriedUnit } from "./carried-unit.ts";
import { redact } from "../../redact.ts";
import { exitCode } from "../exit.ts";
import { giveBack } from "./give-back.ts";
import type { CliSurroundings } from "../surroundings.ts";
import {
  type SeenProcess,
  carriedPath,
  holdPath,
  notePath,
  ownUnit,
  propertyOf,
  seenProcess,
  systemctl,
  takenOver,
  uninterrupted,
} from "./system-units.ts";

/** What the command line asks. */
export interface TakeOverWish {
  readonly unit: string;
  readonly endpoint?: string;
  readonly config: string;
  readonly dryRun: boolean;
}

/** A file that is written, with what is in it. */
interface Written {
  readonly path: string;
  readonly text: string;
  /** Who may read it: all, as systemd's own files, the user that the supervisor runs as, or root alone. */
  readonly for: "all" | "user" | "root";
}

interface Work {
  readonly files: readonly Written[];
  /** What keeps the collector's unit from starting; the last of them. */
  readonly hold: Written;
  readonly leftOut: readonly string[];
}

type Outcome = { readonly work: Work } | { readonly refused: string };

/** So long the collector may take to be healthy under the supervisor before it is given back. */
const longestStartMs = 90_000;

/** Takes the collector of a unit over, and gives it back where it does not get healthy; gives back the exit code. */
export async function takeOver(wish: TakeOverWish, surroundings: CliSurroundings): Promise<number> {
  const { out, err } = surroundings;
  const unit = wish.unit.includes(".") ? wish.unit : `${wish.unit}.service`;
  const found = workFor(unit, wish);
  if ("refused" in found) {
    const why = redact(found.refused);
    err(`opampsupervisor: ${unit} is not taken over, and nothing was changed: ${why}\n`);
    return exitCode.couldNotRun;
  }
  const { files, hold, leftOut } = found.work;
  for (const line of leftOut)
    err(`left out  ${redact(line)} (of ${unit}; the supervisor's unit is started without)\n`);
  if (wish.dryRun) {
    for (const { path, text } of [...files, hold])
      out(`write   ${path}\n${redact(text).replaceAll(/^(?=.)/gm, "        ")}`);
    for (const order of orders(unit)) out(`run     systemctl ${order.join(" ")}\n`);
    return exitCode.stopped;
  }
  uninterrupted();
  const enabled = propertyOf(ownUnit, "UnitFileState") === "enabled";
  const problem = await switchOver(unit, wish.config, [
    { path: notePath, text: `${JSON.stringify({ unit, wasEnabled: enabled })}\n`, for: "all" },
    ...files,
    hold,
  ]).catch(messageOf);
  if (problem === undefined) {
    out(`the collector of ${unit} runs under ${ownUnit}: ${propertyOf(ownUnit, "StatusText")}\n`);
    return exitCode.stopped;
  }
  err(`opampsupervisor: ${problem}; it is given back (journalctl -u ${ownUnit} has the reason)\n`);
  giveBack(false, surroundings);
  return exitCode.couldNotRun;
}

function orders(unit: string): readonly (readonly string[])[] {
  // Enabled first: a machine that is started anew in the middle of this has a collector.
  return [["enable", ownUnit], ["daemon-reload"], ["stop", unit], ["restart", ownUnit]];
}

function workFor(unit: string, { config, endpoint }: TakeOverWish): Outcome {
  if (process.getuid?.() !== 0) return { refused: "this needs root" };
  const earlier = takenOver();
  if (earlier !== undefined) {
    return {
      refused: `the collector of ${earlier.unit} is taken over already; give-back returns it`,
    };
  }
  if (unit === ownUnit) return { refused: "this is the supervisor's own unit" };
  for (const each of [unit, ownUnit]) {
    const state = propertyOf(each, "LoadState");
    if (state !== "loaded")
      return { refused: `expected the unit ${each}, found it ${state || "nowhere"}` };
  }
  if (!["inactive", "failed"].includes(propertyOf(ownUnit, "ActiveState"))) {
    return { refused: `${ownUnit} runs already, with a collector of its own: stop it first` };
  }
  const pid = propertyOf(unit, "MainPID");
  if (propertyOf(unit, "ActiveState") !== "active" || pid === "0") {
    return { refused: "it does not run: only what works is taken over, start it first" };
  }
  return workOf(unit, { config, endpoint }, seenProcess(pid));
}

function workOf(
  unit: string,
  { config, endpoint }: { readonly config: string; readonly endpoint: string | undefined },
  seen: SeenProcess,
): Outcome {
  const seenArguments = argumentsOf(seen);
  if (seenArguments.is === "refused") return { refused: seenArguments.why };
  const seenUnit: CarriedUnit = carriedUnit(unit, systemctl("cat", unit).output);
  if (seenUnit.is === "refused") return { refused: seenUnit.why };
  const folder = join(dirname(config), "taken-over");
  const layers = seenArguments.configs.flatMap((each) =>
    typeof each === "string"
      ? []
      : [{ path: join(folder, each.name), text: each.text, for: "user" as const }],
  );
  const paths = seenArguments.configs.map((each) =>
    typeof each === "string" ? each : join(folder, each.name),
  );
  const before = existsSync(config) ? readFileSync(config, "utf8") : undefined;
  const settings = carriedSettings(before, endpoint, {
    ...{ executable: seen.executable, configFiles: paths, args: seenArguments.args },
  });
  if (settings.is === "refused") return { refused: settings.why };
  const held = `# Written by opampsupervisor take-over: this collector runs under ${ownUnit}. give-back removes this file.\n[Unit]\nConditionPathExists=!${notePath}\n`;
  const backup =
    before === undefined
      ? []
      : [{ path: `${config}.before-take-over`, text: before, for: "root" as const }];
  const files: readonly Written[] = [
    ...backup,
    ...layers,
    { path: config, text: settings.text, for: "user" as const },
    { path: carriedPath, text: seenUnit.dropIn, for: "all" as const },
  ];
  const hold = { path: holdPath(unit), text: held, for: "all" } as const;
  return { work: { files, hold, leftOut: seenUnit.leftOut } };
}

function argumentsOf({ executable, args, directory, variables }: SeenProcess): CarriedArguments {
  if (/^(sh|bash|dash|busybox)$/.test(executable.split("/").at(-1) ?? "")) {
    return {
      is: "refused",
      why: `it runs a shell (${executable}): name the collector in ExecStart`,
    };
  }
  if ((variables.get("AOT_CONFIG_CONTENT") ?? "") !== "") {
    return {
      is: "refused",
      why: "its configuration is in AOT_CONFIG_CONTENT: put that into a file, name it by --config, and take the variable away",
    };
  }
  return carriedArguments(args, { directory, variables });
}

/** Why the collector is not healthy under the supervisor; undefined when it is. */
async function switchOver(
  unit: string,
  config: string,
  files: readonly Written[],
): Promise<string | undefined> {
  const user = userOf(unit);
  for (const file of files) write(file, user);
  const mistakes = checked(config, propertyOf(unit, "MainPID"));
  if (mistakes !== undefined) return `the supervisor would not start with ${config}: ${mistakes}`;
  for (const order of orders(unit)) {
    const { ok, output } = systemctl(...order);
    if (!ok) return `systemctl ${order.join(" ")} failed: ${output}`;
  }
  if (propertyOf(ownUnit, "ConditionResult") === "no")
    return `${ownUnit} starts with ${config} only where its own file names it`;
  const end = Date.now() + longestStartMs;
  for (;;) {
    const [state, status] = [propertyOf(ownUnit, "ActiveState"), propertyOf(ownUnit, "StatusText")];
    if (state === "active" && /^(Healthy|Idle)/.test(status)) return undefined;
    if (state === "failed" || Date.now() > end) {
      return `the collector is not healthy under ${ownUnit} (${status === "" ? state : status})`;
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** What `check` finds wrong, with the variables that the collector has; undefined when that is nothing. */
function checked(config: string, pid: string): string | undefined {
  const [, program = ""] = process.argv;
  const { variables } = seenProcess(pid);
  const { status, stderr } = spawnSync(process.execPath, [program, "check", "--config", config], {
    encoding: "utf8",
    env: { ...process.env, ...Object.fromEntries(variables) },
  });
  return status === 0 ? undefined : stderr.trim();
}

/** The user of the collector's unit, as the kernel numbers it. */
function userOf(unit: string): { readonly uid: number; readonly gid: number } {
  const pid = propertyOf(unit, "MainPID");
  return statSync(`/proc/${pid}`);
}

function write({ path, text, for: reader }: Written, user: { readonly gid: number }): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o755 });
  writeFileAtomic(path, text);
  if (reader === "user") chownSync(path, 0, user.gid);
  if (reader !== "root") chmodSync(path, reader === "all" ? 0o644 : 0o640);
}
