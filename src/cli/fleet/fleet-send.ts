import { readFileSync } from "node:fs";
import { basename, resolve } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { messageOf } from "../../errors.ts";
import type {
  Affected,
  ConfigProblem,
  Rollout,
  RolloutBody,
  Target,
} from "../../dev-server/shapes/api-shapes.ts";
import { exitCode } from "../exit.ts";
import type { CliSurroundings } from "../surroundings.ts";
import {
  consoleClient,
  type ConsoleClient,
  type ConsoleWish,
  failed,
  listOf,
} from "./console-client.ts";
import { paceOf, type PaceWish, targetOf } from "./fleet-target.ts";
import { affectedText, failuresText, problemsText, rolloutLine } from "./fleet-text.ts";

/** What `fleet send` is told. */
export interface SendOptions extends ConsoleWish, PaceWish {
  readonly to: string;
  readonly preview: boolean;
  readonly check: boolean;
  readonly wait: boolean;
  readonly timeout: string;
  readonly json: boolean;
}

type Files = Readonly<Record<string, string>>;

const lookEveryMs = 1_000;

/** Sends files to agents as the options say; gives back the exit code. */
export async function send(
  paths: readonly string[],
  options: SendOptions,
  surroundings: CliSurroundings,
): Promise<number> {
  const client = consoleClient(options, surroundings);
  const target = targetOf(options.to);
  const pace = typeof target === "string" ? target : paceOf(target, options);
  const files = readFiles(paths, surroundings.workingDirectory);
  const timeout = Number(options.timeout);
  const fault = [client, pace, files].find((each) => typeof each === "string");
  if (typeof client === "string" || typeof target === "string" || typeof pace === "string") {
    return badInput(fault ?? "", surroundings);
  }
  if (typeof files === "string") return badInput(files, surroundings);
  if (!(timeout > 0)) {
    const found = `found ${options.timeout}`;
    return badInput(`expected --timeout to be a number of seconds, ${found}`, surroundings);
  }
  const wrong = options.check ? await check(client, files, target, paths, surroundings) : undefined;
  if (wrong !== undefined) return wrong;
  if (options.preview) return preview(client, target, files, options, surroundings);
  return start(client, { what: { files }, to: target, ...pace }, options, surroundings);
}

function badInput(why: string, { err }: CliSurroundings): number {
  err(`opampsupervisor: ${why}\n`);
  return exitCode.badInput;
}

/** Looks for mistakes, of one agent against what it is made of; an exit code where there are some. */
async function check(
  client: ConsoleClient,
  files: Files,
  target: Target,
  [path = ""]: readonly string[],
  surroundings: CliSurroundings,
): Promise<number | undefined> {
  const [uid] = "uids" in target ? target.uids : [];
  const answer = await client.post("/api/check", { files, ...(uid === undefined ? {} : { uid }) });
  if (answer.is === "refused" && answer.status === 404) {
    surroundings.err("this console does not look for mistakes before sending\n");
    return undefined;
  }
  if (answer.is !== "answer") return failed(answer, surroundings);
  const problems = listOf(answer.value, "problems") as readonly ConfigProblem[];
  surroundings.err(problemsText(problems, path));
  if (!problems.some(({ severity }) => severity === "error")) return undefined;
  surroundings.err("opampsupervisor: nothing was sent; --no-check sends it all the same\n");
  return exitCode.badInput;
}

async function preview(
  client: ConsoleClient,
  to: Target,
  files: Files,
  { json }: SendOptions,
  surroundings: CliSurroundings,
): Promise<number> {
  const answer = await client.post("/api/rollouts/preview", { to, what: { files } });
  if (answer.is !== "answer") return failed(answer, surroundings);
  const agents = listOf(answer.value, "agents") as readonly Affected[];
  surroundings.out(json ? `${JSON.stringify(agents)}\n` : affectedText(agents));
  return exitCode.stopped;
}

async function start(
  client: ConsoleClient,
  body: RolloutBody,
  options: SendOptions,
  surroundings: CliSurroundings,
): Promise<number> {
  const answer = await client.post("/api/rollouts", body);
  if (answer.is !== "answer") return failed(answer, surroundings);
  const rollout = answer.value as Rollout;
  const { out, err } = surroundings;
  if (options.wait) return follow(client, rollout, options, surroundings);
  if (options.json) out(`${JSON.stringify(rollout)}\n`);
  else {
    const { id, agents } = rollout;
    out(`rollout ${id} to ${agents.length} agents has begun: ${rolloutLine(rollout)}\n`);
    err("It goes on by itself; the page shows how, and --wait waits for its end.\n");
  }
  return exitCode.stopped;
}

/** Shows how it goes until it is over; 0 all have it, 3 it has stopped or is not over in time. */
async function follow(
  client: ConsoleClient,
  begun: Rollout,
  { json, timeout }: SendOptions,
  surroundings: CliSurroundings,
): Promise<number> {
  const { out, err } = surroundings;
  const until = performance.now() + Number(timeout) * 1000;
  let rollout = begun;
  let shown = "";
  while (rollout.state === "running" && performance.now() < until) {
    const line = rolloutLine(rollout);
    if (!json && line !== shown) out(`${line}\n`);
    shown = line;
    await pause(lookEveryMs);
    const answer = await client.get(`/api/rollouts/${encodeURIComponent(begun.id)}`);
    // A console that is being started again is waited for.
    if (answer.is === "refused") return failed(answer, surroundings);
    if (answer.is === "answer") rollout = answer.value as Rollout;
  }
  if (json) out(`${JSON.stringify(rollout)}\n`);
  else out(`${rolloutLine(rollout)}\n${failuresText(rollout)}`);
  if (rollout.state === "done") return exitCode.stopped;
  if (rollout.state === "running")
    err(`opampsupervisor: not over after ${timeout} s; it goes on\n`);
  return exitCode.notWell;
}

/** One file has no name of its own there; several go by theirs. */
function readFiles(paths: readonly string[], workingDirectory: string): Files | string {
  const names = paths.map((path) => (paths.length === 1 ? "" : basename(path)));
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) return `expected files with different names, found ${twice} twice`;
  const files: Record<string, string> = {};
  for (const [index, path] of paths.entries()) {
    try {
      files[names[index] ?? ""] = readFileSync(
        path === "-" ? 0 : resolve(workingDirectory, path),
        "utf8",
      );
    } catch (error) {
      return `expected a configuration in ${path}, ${messageOf(error)}`;
    }
  }
  return files;
}
