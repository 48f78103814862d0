import { setTimeout as pause } from "node:timers/promises";
import { noLinesText } from "../../dev-server/logs/no-lines-text.ts";
import type { AgentLogs, LogLine } from "../../dev-server/shapes/log-shapes.ts";
import { exitCode } from "../exit.ts";
import { paintFor } from "../screen-text.ts";
import type { CliSurroundings } from "../surroundings.ts";
import {
  type ConsoleAnswer,
  type ConsoleClient,
  consoleClient,
  type ConsoleWish,
  failed,
  listOf,
} from "./console-client.ts";
import { uidText } from "./fleet-target.ts";
import { logLineText } from "./log-line-text.ts";

/** What `fleet logs` is told. */
export interface FleetLogsOptions extends ConsoleWish {
  readonly follow: boolean;
  /** As it was typed. */
  readonly lines: string;
  readonly json: boolean;
}

const askMs = 1_000;
const mostLines = 100_000;

/** Prints the log lines of an agent that a console has; gives back the exit code. */
export async function fleetLogs(
  uid: string,
  options: FleetLogsOptions,
  surroundings: CliSurroundings,
): Promise<number> {
  const client = consoleClient(options, surroundings);
  const problem = typeof client === "string" ? client : wrongWish(uid, options);
  if (typeof client === "string" || problem !== undefined) {
    surroundings.err(`opampsupervisor: ${problem}\n`);
    return exitCode.badInput;
  }
  const over = new AbortController();
  const end = (): void => over.abort();
  process.once("SIGINT", end).once("SIGTERM", end);
  // A reader that has seen enough (`| head`) is no fault.
  process.stdout.once("error", end);
  try {
    return await readUntil(client, uid.toLowerCase(), options, over.signal, surroundings);
  } finally {
    process.off("SIGINT", end).off("SIGTERM", end);
    process.stdout.off("error", end);
  }
}

function wrongWish(uid: string, { lines }: FleetLogsOptions): string | undefined {
  if (!uidText.test(uid)) {
    return `expected the instance id of an agent (fleet list shows it), found ${uid}`;
  }
  if (/^\d{1,6}$/.test(lines) && Number(lines) <= mostLines) return undefined;
  return `expected --lines to be a number from 0 to ${mostLines}, found ${lines}`;
}

async function readUntil(
  client: ConsoleClient,
  uid: string,
  { follow, lines, json }: FleetLogsOptions,
  signal: AbortSignal,
  surroundings: CliSurroundings,
): Promise<number> {
  const { out, err, terminal, environment } = surroundings;
  const paint = paintFor(terminal, environment);
  const print = (those: readonly LogLine[]): void => {
    const text = those.map((line) =>
      json ? `${JSON.stringify(line)}\n` : logLineText(line, paint),
    );
    if (text.length > 0) out(text.join(""));
  };
  const first = await client.get(pathOf(uid, 0));
  if (first.is !== "answer") return failed(first, surroundings);
  const begun = linesIn(first);
  print(inTime(begun).slice(begun.length - Math.min(begun.length, Number(lines))));
  if (begun.length === 0) err(`${noLinesText(first.value as AgentLogs)}\n`);
  let last = begun.at(-1)?.seq ?? 0;
  let isHere = true;
  const isOver = (): boolean => signal.aborted;
  while (follow && !isOver()) {
    await pause(askMs, undefined, { signal }).catch(() => undefined);
    if (isOver()) break;
    const answer = await client.get(pathOf(uid, last));
    if (answer.is === "refused") return failed(answer, surroundings);
    // A console that is being started again is waited for.
    if (isHere && answer.is === "away") err(`${answer.why}; waiting for it\n`);
    isHere = answer.is === "answer";
    const news = linesIn(answer);
    const missed = (news[0]?.seq ?? 0) - last - 1;
    if (missed > 0) err(`${missed} lines had to make room for newer ones before they were read\n`);
    print(inTime(news));
    last = news.at(-1)?.seq ?? last;
  }
  return exitCode.stopped;
}

function pathOf(uid: string, after: number): string {
  return `/api/agents/${uid}/logs?after=${after}`;
}

function linesIn(answer: ConsoleAnswer): readonly LogLine[] {
  return answer.is === "answer" ? (listOf(answer.value, "lines") as readonly LogLine[]) : [];
}

/** An agent may send older ones later. */
function inTime(lines: readonly LogLine[]): readonly LogLine[] {
  return lines.toSorted((a, b) => a.at - b.at || a.seq - b.seq);
}
