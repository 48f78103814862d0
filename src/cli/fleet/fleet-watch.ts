import { setTimeout as pause } from "node:timers/promises";
import { parseQuery, type Query, queryFinds } from "../../dev-server/library/query.ts";
import type { AgentRow, FleetChange, FleetOverview } from "../../dev-server/shapes/api-shapes.ts";
import { exitCode } from "../exit.ts";
import { harmless, paintFor } from "../screen-text.ts";
import type { CliSurroundings } from "../surroundings.ts";
import {
  consoleClient,
  type ConsoleClient,
  type ConsoleWish,
  failed,
  listOf,
  queryPath,
} from "./console-client.ts";
import { changesOf, countsText } from "./fleet-text.ts";

const againMs = 1_000;

/** Prints what changes about the agents that a query finds, until Ctrl-C; gives back the exit code. */
export async function watch(
  words: string,
  options: ConsoleWish & { readonly json: boolean },
  surroundings: CliSurroundings,
): Promise<number> {
  const client = consoleClient(options, surroundings);
  const query = parseQuery(words);
  if (typeof client === "string" || "problem" in query) {
    const why = typeof client === "string" ? client : "problem" in query ? query.problem : "";
    surroundings.err(`opampsupervisor: ${why}\n`);
    return exitCode.badInput;
  }
  const over = new AbortController();
  const end = (): void => over.abort();
  process.once("SIGINT", end).once("SIGTERM", end);
  try {
    return await watchUntil(client, words, query, options.json, over.signal, surroundings);
  } finally {
    process.off("SIGINT", end).off("SIGTERM", end);
  }
}

async function watchUntil(
  client: ConsoleClient,
  words: string,
  query: Query,
  json: boolean,
  signal: AbortSignal,
  surroundings: CliSurroundings,
): Promise<number> {
  const view = createView(client, words, query, json, surroundings);
  const isOver = (): boolean => signal.aborted;
  while (!isOver()) {
    const ended = await client.events(view.hear, signal);
    if (isOver()) break;
    const wasHere = view.away();
    if (!view.began() || ended.is === "refused") return failed(ended, surroundings);
    // A console that is being started again is waited for.
    if (wasHere && ended.is === "away") surroundings.err(`${ended.why}; waiting for it\n`);
    await pause(againMs, undefined, { signal }).catch(() => undefined);
  }
  return exitCode.stopped;
}

interface View {
  readonly hear: (text: string) => void;
  /** The console is gone; false when that is known. */
  readonly away: () => boolean;
  /** Something has been heard of a console. */
  readonly began: () => boolean;
}

function createView(
  client: ConsoleClient,
  words: string,
  query: Query,
  json: boolean,
  { out, terminal, environment }: CliSurroundings,
): View {
  const paint = paintFor(terminal, environment);
  const known = new Map<string, AgentRow>();
  let work: Promise<void> = Promise.resolve();
  let began = false;
  let here = false;
  let heard = false;

  function show(row: AgentRow, first: boolean): void {
    const before = known.get(row.uid);
    known.set(row.uid, row);
    if (first || !(queryFinds(query, row) || (before !== undefined && queryFinds(query, before)))) {
      return;
    }
    const lines = changesOf(before, row, paint);
    if (lines.length === 0) return;
    if (json) out(`${JSON.stringify(row)}\n`);
    else out(lines.map((line) => `${timeText()} ${line}\n`).join(""));
  }

  function forget(uid: string): void {
    const row = known.get(uid);
    known.delete(uid);
    if (row !== undefined && queryFinds(query, row) && !json) {
      out(`${timeText()} ${harmless(row.hostName || row.name)} (${uid}) was forgotten\n`);
    }
  }

  /** Reads everything: at the beginning, and after so many changes that they were not told one by one. */
  async function readAll(counts: FleetOverview["counts"]): Promise<void> {
    const answer = await client.get(queryPath(""));
    if (answer.is !== "answer") return;
    const rows = listOf(answer.value, "agents") as readonly AgentRow[];
    for (const row of rows) show(row, !began);
    const uids = new Set(rows.map(({ uid }) => uid));
    for (const uid of known.keys()) if (!uids.has(uid)) forget(uid);
    if (!began && !json) {
      const found = rows.filter((row) => queryFinds(query, row)).length;
      const those = words === "" ? "" : `; watching the ${found} that are found`;
      out(`${timeText()} ${countsText(counts)}${those}\n`);
    }
    began = true;
  }

  return {
    hear: (text) => {
      here = true;
      heard = true;
      const change = changeIn(text);
      if (change === undefined) return;
      // One after the other, so that a row that was read late does not hide a newer one.
      work = work.then(async () => {
        if (change.all === true) await readAll(change.counts);
        for (const row of change.rows) show(row, false);
        change.forgotten.forEach(forget);
      });
    },
    away: () => {
      const was = here;
      here = false;
      return was;
    },
    began: () => heard,
  };
}

function changeIn(text: string): FleetChange | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const isChange = typeof value === "object" && value !== null && "rows" in value;
    return isChange ? (value as FleetChange) : undefined;
  } catch {
    // Not from a console.
    return undefined;
  }
}

function timeText(): string {
  return new Date().toTimeString().slice(0, 8);
}
