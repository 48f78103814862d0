import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { messageOf } from "../../errors.ts";
import { clientOptions } from "../../simulate/dial-options.ts";
import { type Figures, isReached } from "../../simulate/figures.ts";
import { tooManyConnections } from "../../simulate/open-files.ts";
import { createSimulation } from "../../simulate/run-agents.ts";
import { exitCode } from "../exit.ts";
import type { CliSurroundings } from "../surroundings.ts";
import { type Cost, jsonOf, lineOf, tableOf } from "./figures-text.ts";
import { readPlan, type ReadPlan, type SimulateOptions } from "./read-plan.ts";

const ownConsole = "wss://127.0.0.1:4320/v1/opamp";
const terminalMs = 1_000;
const elsewhereMs = 10_000;

/** Why a simulation is over. */
type End = "reached" | "time" | "signal";

/** Simulates agents until what was asked for; gives back the exit code. */
export async function simulate(
  options: SimulateOptions,
  surroundings: CliSurroundings,
): Promise<number> {
  const read = readPlan(options);
  const client = typeof read === "string" ? read : clientOf(options, read, surroundings);
  if (typeof read === "string" || typeof client === "string") {
    surroundings.err(`opampsupervisor: ${typeof client === "string" ? client : ""}\n`);
    return exitCode.badInput;
  }
  const shortage = tooManyConnections(read.plan.agents);
  if (shortage !== undefined) {
    surroundings.err(`opampsupervisor: ${shortage}\n`);
    return exitCode.couldNotRun;
  }
  return run(options, read, client, surroundings);
}

async function run(
  options: SimulateOptions,
  { plan, until, forMs }: ReadPlan,
  client: ClientOptions,
  surroundings: CliSurroundings,
): Promise<number> {
  const measure = startMeasuring();
  const awaited = awaitEnd(forMs);
  const simulation = createSimulation(plan, client, (figures) => {
    if (until !== undefined && isReached(until, figures)) awaited.end("reached");
  });
  const stopShowing = options.json ? () => undefined : show(simulation.figures, surroundings);
  const problem = await Promise.race([simulation.begin(), awaited.over.then(() => undefined)]);
  const end = problem === undefined ? await awaited.over : "signal";
  awaited.cancel();
  stopShowing();
  const figures = simulation.figures();
  const cost = measure();
  await simulation.end();
  if (problem !== undefined) {
    surroundings.err(`opampsupervisor: no agent can connect: ${problem}${adviceOn(problem)}\n`);
    return exitCode.couldNotRun;
  }
  const reached = until === undefined ? undefined : end === "reached";
  surroundings.out(options.json ? jsonOf(figures, cost, reached) : tableOf(figures, cost));
  return reached === false ? exitCode.notWell : exitCode.stopped;
}

type ClientOptions = Exclude<ReturnType<typeof clientOptions>, string>;

function clientOf(
  options: SimulateOptions,
  { heartbeatMs }: ReadPlan,
  { workingDirectory }: CliSurroundings,
): ClientOptions | string {
  const headers = fileOf("--headers", options.headers, workingDirectory);
  const ca = fileOf("--ca", options.ca, workingDirectory);
  if (typeof headers === "object") return headers.problem;
  if (typeof ca === "object") return ca.problem;
  return clientOptions({
    endpoint: options.server ?? ownConsole,
    headers: headers ?? "",
    ca,
    // The console makes itself a certificate that nobody can know.
    insecure: options.insecure || options.server === undefined,
    heartbeatMs,
  });
}

function fileOf(
  option: string,
  path: string | undefined,
  workingDirectory: string,
): string | undefined | { readonly problem: string } {
  if (path === undefined) return undefined;
  try {
    return readFileSync(resolve(workingDirectory, path), "utf8");
  } catch (error) {
    return { problem: `the file of ${option} cannot be read: ${messageOf(error)}` };
  }
}

/** The client's words are those of supervisor.yaml. */
function adviceOn(problem: string): string {
  if (/tls\.ca_file/.test(problem)) return " (here: --ca FILE, or --insecure)";
  return /credentials/.test(problem) ? " (here: --headers FILE)" : "";
}

/** Ends with the time, a signal, or whoever calls `end`. */
function awaitEnd(forMs: number | undefined): {
  readonly over: Promise<End>;
  readonly end: (why: End) => void;
  readonly cancel: () => void;
} {
  const { promise, resolve: end } = withResolvers<End>();
  const timer = forMs === undefined ? undefined : setTimeout(() => end("time"), forMs);
  const bySignal = (): void => end("signal");
  process.once("SIGINT", bySignal).once("SIGTERM", bySignal);
  const cancel = (): void => {
    clearTimeout(timer);
    process.off("SIGINT", bySignal).off("SIGTERM", bySignal);
  };
  return { over: promise, end, cancel };
}

function withResolvers<T>(): {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
} {
  const kept: { resolve?: (value: T) => void } = {};
  const promise = new Promise<T>((resolve) => {
    kept.resolve = resolve;
  });
  return { promise, resolve: (value) => kept.resolve?.(value) };
}

/** Prints how it goes: one line that changes on a terminal, else a line now and then. */
function show(figures: () => Figures, { terminal, columns, err }: CliSurroundings): () => void {
  const line = (): string => lineOf(figures(), performance.now());
  const print = (): void =>
    terminal ? err(`\r\u001b[K${line().slice(0, columns - 1)}`) : err(`${line()}\n`);
  const timer = setInterval(print, terminal ? terminalMs : elsewhereMs);
  return () => {
    clearInterval(timer);
    if (terminal) err("\r\u001b[K");
  };
}

function startMeasuring(): () => Cost {
  const rssBefore = process.memoryUsage.rss();
  const cpuBefore = process.cpuUsage();
  const startedAt = performance.now();
  return () => {
    const rssBytes = process.memoryUsage.rss();
    const { user, system } = process.cpuUsage(cpuBefore);
    return {
      rssBytes,
      addedBytes: Math.max(0, rssBytes - rssBefore),
      cpuMs: (user + system) / 1000,
      elapsedMs: performance.now() - startedAt,
    };
  };
}
