import { spawn } from "node:child_process";
import { messageOf } from "../../errors.ts";
import { findProgram } from "../../processes/find-program.ts";
import type { Instant } from "../core/state/time.ts";
import type { Logger } from "../log/log.ts";
import { type News, type Told, isUrgent, longestStartMs, nothingTold } from "./notify-words.ts";

/** How the service manager that started us is reached. */
export interface ManagerAddress {
  readonly socket: string;
  /** It wants a sign of life so often at least; undefined: it waits for none. */
  readonly watchdogMs: number | undefined;
  /** Directories of programs, as in PATH. */
  readonly searchPath: string;
}

/** What is said to the service manager. */
export interface ManagerLink {
  /** Called whenever the loop has nothing more to do for now. */
  readonly settled: () => void;
  readonly reloading: () => void;
  readonly reloaded: () => void;
  /** The end of this process is near: nothing more is said by itself. */
  readonly end: () => void;
}

/** What drives it. */
export interface ManagerOwner {
  readonly now: () => Instant;
  /** What is new to somebody who was told that much. */
  readonly news: (told: Told) => News;
  /** Takes the loop once round; `settled` is called before it comes back, where the loop still turns. */
  readonly turn: () => void;
  readonly log: Logger;
}

/** systemd-notify itself gives up after five. */
const longestMessageMs = 10_000;
/** What only says how it goes may be late by so much: each message costs a process. */
const paceMs = 1_000;
/** A message that could not be sent is sent again after this, or sooner where a sign of life would be late. */
const retryMs = 5_000;

/** Tells the service manager how it goes, until `end`. Where it cannot be told the log says so and all else goes on. */
export function openManagerLink(address: ManagerAddress, owner: ManagerOwner): ManagerLink {
  const { now, log } = owner;
  const program = findProgram("systemd-notify", address.searchPath);
  const halfMs = address.watchdogMs === undefined ? undefined : address.watchdogMs / 2;
  const timers: { beat?: NodeJS.Timeout; again?: NodeJS.Timeout; start?: NodeJS.Timeout } = {};
  const waiting: (readonly string[])[] = [];
  let told = nothingTold;
  let rounds = 0;
  let [busy, complained, ended] = [false, false, false];
  let notBefore: Instant = 0;

  const complain = (reason: string): void => {
    if (!complained) log.warn({ reason }, "the service manager cannot be told how it goes");
    complained = true;
  };
  const lookAgainIn = (ms: number): void => {
    clearTimeout(timers.again);
    if (!ended) timers.again = setTimeout(look, ms);
  };
  /** One message at a time, so that they come in their order. */
  const look = (): void => {
    if (busy || program === undefined) return;
    const [first] = waiting;
    const found = owner.news(told);
    const lines = first ?? found.lines;
    if (lines.length === 0) return;
    if (first === undefined && !isUrgent(lines) && now() < notBefore) {
      return lookAgainIn(notBefore - now());
    }
    busy = true;
    run(program, lines, address.socket, (problem) => {
      busy = false;
      if (problem !== undefined) {
        complain(problem);
        return lookAgainIn(Math.min(retryMs, (halfMs ?? retryMs) / 4));
      }
      complained = false;
      if (first === undefined) told = found.told;
      else waiting.shift();
      notBefore = now() + paceMs;
      look();
    });
  };
  const say = (...lines: readonly string[]): void => {
    waiting.push(lines);
    look();
  };
  const beat = (everyMs: number): void => {
    const before = rounds;
    owner.turn();
    const turned = rounds > before;
    if (turned && !waiting.some((lines) => lines.includes(alive))) say(alive);
    timers.beat = setTimeout(() => beat(everyMs), turned ? everyMs : everyMs / 4);
  };

  if (program === undefined) complain("systemd-notify is not on the PATH");
  else if (halfMs !== undefined) beat(halfMs);
  look();
  timers.start = setTimeout(look, longestStartMs);
  return {
    settled: () => {
      rounds += 1;
      look();
    },
    // systemd wants to know when a reload began, by the clock that counts from the machine's start.
    reloading: () => say("RELOADING=1", `MONOTONIC_USEC=${process.hrtime.bigint() / 1_000n}`),
    reloaded: () => say("READY=1"),
    end: () => {
      ended = true;
      for (const timer of Object.values(timers)) clearTimeout(timer);
    },
  };
}

const alive = "WATCHDOG=1";

function run(
  program: string,
  lines: readonly string[],
  socket: string,
  ended: (problem: string | undefined) => void,
): void {
  let isOver = false;
  const end = (problem: string | undefined): void => {
    if (isOver) return;
    isOver = true;
    ended(problem);
  };
  try {
    const child = spawn(program, lines, {
      ...{ stdio: "ignore", timeout: longestMessageMs, killSignal: "SIGKILL" },
      env: { NOTIFY_SOCKET: socket },
    });
    child.on("error", (error) => end(messageOf(error)));
    child.on("exit", (code, signal) => {
      end(code === 0 ? undefined : `systemd-notify ended with ${signal ?? `code ${code ?? "?"}`}`);
    });
  } catch (error) {
    // Where there is nothing left to start a process with, it is thrown in place of being told.
    setImmediate(end, messageOf(error));
  }
}
