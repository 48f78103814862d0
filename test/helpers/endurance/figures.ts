import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { cpuMs, lives } from "../agent/processes.ts";
import { eventually } from "../e2e/daemon.ts";

/** What a process holds of the machine, as the kernel counts it. */
export interface Figures {
  readonly descriptors: number;
  readonly threads: number;
  readonly residentMb: number;
  /** Memory that nobody shares with it. */
  readonly privateMb: number;
  /** Processor time so far. */
  readonly cpuMs: number;
}

/** What only the supervisor itself can count. */
export interface InnerFigures {
  readonly timers: number;
  /** Open handles of all kinds, timers excepted. */
  readonly handles: number;
  /** What is in use after a garbage collection. */
  readonly heapMb: number;
}

/** The figures of a process that lives. */
export function figuresOf(pid: number): Figures {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return {
    descriptors: readdirSync(`/proc/${pid}/fd`).length,
    threads: numberIn(status, "Threads"),
    residentMb: numberIn(status, "VmRSS") / 1024,
    privateMb: privateMb(pid),
    cpuMs: cpuMs(pid),
  };
}

function privateMb(pid: number): number {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, "utf8");
  return (numberIn(text, "Private_Clean") + numberIn(text, "Private_Dirty")) / 1024;
}

function numberIn(text: string, name: string): number {
  return Number(new RegExp(`${name}:\\s+(\\d+)`).exec(text)?.[1] ?? "0");
}

const preloaded = join(import.meta.dirname, "../../fixtures/endurance/tell-figures.cjs");

/** The variables with which a supervisor tells its inner figures, into that file. */
export function tellingInto(file: string): Readonly<Record<string, string>> {
  return { NODE_OPTIONS: `--require=${preloaded}`, TELL_FIGURES_FILE: file };
}

/** Asks a supervisor that was started so; undefined when it is gone, or cannot write just now. */
export async function innerFiguresOf(pid: number, file: string): Promise<InnerFigures | undefined> {
  const before = readOf(file)?.at;
  try {
    process.kill(pid, "SIGWINCH");
    await eventually(() => readOf(file)?.at !== before || !lives(pid));
  } catch {
    return undefined;
  }
  const told = readOf(file);
  if (told === undefined || told.at === before) return undefined;
  const handles = Object.entries(told.handles).filter(([name]) => isLasting(name));
  return {
    timers: told.timers,
    handles: handles.reduce((sum, [, count]) => sum + count, 0),
    heapMb: (told.heapUsed + told.external) / 1024 / 1024,
  };
}

/** Requests to the disk or the resolver are over in a moment. */
function isLasting(name: string): boolean {
  return name.endsWith("Wrap") && !name.startsWith("FS") && !/Req|Connect|Write/.test(name);
}

interface ToldFigures {
  readonly at: number;
  readonly heapUsed: number;
  readonly external: number;
  readonly timers: number;
  readonly handles: Readonly<Record<string, number>>;
}

function readOf(file: string): ToldFigures | undefined {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as ToldFigures;
  } catch {
    // It has told nothing yet.
    return undefined;
  }
}
