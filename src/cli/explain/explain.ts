import { resolve, basename } from "node:path";
import { messageOf } from "../../errors.ts";
import {
  type RemotePart,
  readRemotePart,
  explainConfig,
  type Leaf,
} from "../../supervisor/control/explain-config.ts";
import type { Settings } from "../../supervisor/settings/settings.ts";
import { exitCode } from "../exit.ts";
import { showRefused } from "./refused-text.ts";
import { cut, whereOf } from "./leaf-text.ts";
import { harmless } from "../screen-text.ts";
import { settingsOf } from "../settings-of.ts";
import type { CliSurroundings } from "../surroundings.ts";

/** What the command line asks. */
export interface ExplainOptions {
  readonly config: string;
  /** Files that stand for a remote configuration that is not applied yet. */
  readonly with: readonly string[];
  /** Show an offer that was refused, against what runs. */
  readonly refused?: boolean;
  /** The beginning of its hash; empty for the last one. */
  readonly hash?: string;
}

/** Prints each value of the merged configuration with the layer that set it; gives back the exit code. */
export async function explain(
  path: string,
  options: ExplainOptions,
  surroundings: CliSurroundings,
): Promise<number> {
  const settings = await settingsOf(options.config, surroundings);
  const parts = readParts(options.with, surroundings);
  if (settings === undefined || parts === undefined) return exitCode.badInput;
  if (options.refused === true) {
    if (parts.length > 0) {
      surroundings.err("opampsupervisor: expected --with or --refused, found both\n");
      return exitCode.badInput;
    }
    return showRefused(settings, { path, hash: options.hash ?? "" }, surroundings);
  }
  return show(settings, { path, parts }, surroundings);
}

function readParts(
  files: readonly string[],
  { workingDirectory, err }: CliSurroundings,
): readonly RemotePart[] | undefined {
  try {
    return files.map((file) =>
      readRemotePart(nameOf(file, files), resolve(workingDirectory, file)),
    );
  } catch (error) {
    err(`opampsupervisor: --with expects files that may be read, found: ${messageOf(error)}\n`);
    return undefined;
  }
}

/** Parts are ordered by their names, as those of a server are: the folder counts only where names are the same. */
function nameOf(file: string, files: readonly string[]): string {
  const alike = files.filter((other) => basename(other) === basename(file));
  return alike.length > 1 ? file : basename(file);
}

async function show(
  settings: Settings,
  question: { readonly path: string; readonly parts: readonly RemotePart[] },
  { environment, workingDirectory, out, err }: CliSurroundings,
): Promise<number> {
  const answer = await explainConfig(settings, environment, workingDirectory, question);
  if ("problem" in answer) {
    err(`opampsupervisor: the layers cannot be joined: ${answer.problem}\n`);
    return exitCode.badInput;
  }
  for (const warning of answer.warnings) err(`warning: ${warning}\n`);
  if (answer.failed !== undefined && question.parts.length === 0) {
    const { hash, why } = answer.failed;
    const [first = ""] = harmless(why).split("\n");
    const command = `opampsupervisor explain --refused --config ${settings.file}`;
    err(`warning: a newer offer${hash === "" ? "" : ` ${hash}`} failed: ${first}\n`);
    err(`warning: this is what it did not change; see ${command}\n`);
  }
  if (!answer.runs) {
    const why = answer.parked
      ? "and this collector cannot idle: no agent runs"
      : "the remote configuration is empty, the agent is stopped";
    out(`nothing is configured: ${why}\n`);
    return exitCode.stopped;
  }
  if (answer.leaves.length === 0) {
    err(`opampsupervisor: expected a path of the configuration, found ${question.path}\n`);
    return exitCode.badInput;
  }
  out(answer.leaves.map(lineOf).join(""));
  return exitCode.stopped;
}

function lineOf(leaf: Leaf): string {
  const hides = leaf.hides.map((each) => `, hides ${cut(each.value)} from ${whereOf(each)}`);
  return `${leaf.path}: ${cut(leaf.value)}  # ${whereOf(leaf)}${hides.join("")}\n`;
}
