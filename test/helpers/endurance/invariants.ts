import { readFileSync, readdirSync } from "node:fs";
import { request } from "node:http";
import { expect } from "vitest";
import type { Journal } from "../../../src/supervisor/core/report/journal.ts";
import { collectorsOf } from "../agent/processes.ts";
import { type Daemon, patienceMs, pidsOf } from "../e2e/daemon.ts";
import type { Host } from "../e2e/scene.ts";
import { straysIn } from "./processes-of.ts";
import type { Told } from "./told.ts";

/** A supervisor, its host, and where to look for what must always be so. */
export interface Place {
  readonly host: Host;
  readonly daemon: Daemon;
  /** What the server knows, looked up each time. */
  readonly told: () => Told | undefined;
  /** The port of the agent's health check. */
  readonly health: number;
  /** Where the storage directory is found from outside, when it is not in the host's folder. */
  readonly storage?: (name: string) => string;
}

/**
 * Waits until everything that must be so is so: one agent and nothing beside it, which runs; the server knows what /proc
 * and the files say; no half-written file is left; nothing was told that nobody expected. Fails with what is not.
 */
export async function expectWell(place: Place, withinMs: number = patienceMs): Promise<void> {
  const end = performance.now() + withinMs;
  for (;;) {
    const wrong = await wrongWith(place);
    if (wrong.length === 0) return;
    if (performance.now() > end) {
      const lines = place.daemon.lines.slice(-15).map((line) => JSON.stringify(line));
      expect.fail([...wrong, "The last lines of the log:", ...lines].join("\n"));
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** What is not as it must be, in words; nothing when all is well. */
export async function wrongWith(place: Place): Promise<readonly string[]> {
  const outside = [...processesOf(place), ...(await healthOf(place)), ...surprisesOf(place)];
  try {
    return [...outside, ...filesOf(place)];
  } catch (error) {
    // Not there yet, or being replaced.
    return [...outside, `the files cannot be read: ${String(error)}`];
  }
}

function processesOf({ host: { folder }, daemon }: Place): readonly string[] {
  const agents = collectorsOf(folder);
  const [agent = 0] = agents;
  if (agents.length !== 1) return [`expected one agent, found ${JSON.stringify(agents)}`];
  const newest = pidsOf(daemon).at(-1);
  const strays = straysIn(folder, daemon.pid, agent).map((each) => `a stray process: ${each}`);
  const other = newest === agent || newest === undefined ? [] : [`the log says ${newest}`];
  return [...strays, ...other.map((each) => `the agent is ${agent}, ${each}`)];
}

async function healthOf({ health }: Place): Promise<readonly string[]> {
  const status = await answerOf(health);
  return status === 200 ? [] : [`the agent's health check answers ${status}`];
}

/** The status with which a page of this machine answers; 0 when it does not. */
export function answerOf(port: number): Promise<number> {
  return new Promise((resolve) => {
    const signal = AbortSignal.timeout(3_000);
    const asking = request({ host: "127.0.0.1", port, agent: false, signal }, (answer) => {
      answer.resume().on("error", () => undefined);
      resolve(answer.statusCode ?? 0);
    });
    asking.on("error", () => resolve(0));
    asking.end();
  });
}

const surprises = ["internal error", "where nobody expected it", "damaged"];

function surprisesOf({ daemon }: Place): readonly string[] {
  return daemon.lines
    .filter(({ level, msg }) => level === "fatal" || surprises.some((each) => msg.includes(each)))
    .map((line) => `nobody expected: ${JSON.stringify(line)}`);
}

interface Kept {
  readonly journal: Journal;
}

function filesOf({ host, told, storage }: Place): readonly string[] {
  const path = storage ?? ((name: string) => host.path(`storage/${name}`));
  const half = readdirSync(path(""), { recursive: true, encoding: "utf8" })
    .filter((name) => /\.(?:tmp|part)$/.test(name))
    .map((name) => `a file is left half done: ${name}`);
  const { journal } = JSON.parse(readFileSync(path("journal.json"), "utf8")) as Kept;
  const known = told();
  if (known === undefined) return [...half, "the server knows no agent"];
  return [...half, ...liesOf(known, journal, readFileSync(path("effective.yaml"), "utf8"))];
}

/** Where what the server knows is not what the files say. */
function liesOf(
  told: Told,
  { uid, verdict, good, target }: Journal,
  runs: string,
): readonly string[] {
  const differs = (what: string, known: unknown, so: unknown): readonly string[] =>
    known === so ? [] : [`the server knows of ${what}: ${String(known)}, but it is ${String(so)}`];
  return [
    ...differs("the id", told.uid.replaceAll("-", ""), uid.replaceAll("-", "")),
    ...differs("a connection", told.connected, true),
    ...differs("health", told.healthy, true),
    ...differs("the status", told.status, "running"),
    ...(told.effective === runs ? [] : ["the server knows another effective configuration"]),
    ...differs("the offer's verdict", told.verdict, verdict.is),
    ...("hash" in verdict ? differs("the offer", told.hash, verdict.hash) : []),
    ...(verdict.is === "applying" ? ["an offer is still under way"] : []),
    ...differs("the generation", target?.number, good?.number),
  ];
}
