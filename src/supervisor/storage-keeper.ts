import { messageOf } from "../errors.ts";
import type { Fact } from "./core/state/event.ts";
import { forgets, record } from "./core/report/journal.ts";
import { refusedOffer } from "./core/report/refused-offer.ts";
import type { State } from "./core/state/state.ts";
import { systemClock } from "./inputs/clocks.ts";
import type { Logger } from "./log/log.ts";
import { keepRefused } from "./store/refused-offers.ts";
import { lockStorage, supervisorOn } from "./store/storage-lock.ts";
import type { Store } from "./store/store.ts";

/** Keeps on disk what must outlive us, and sees to it that it stays there. */
export interface StorageKeeper {
  /** Records a state; `before` is the one that was recorded last. */
  readonly keep: (state: State, before?: State) => void;
  /** False when what must outlive us could not be written the last time. */
  readonly isKept: () => boolean;
  /** Writes again what somebody has changed. Says why the agent's file is not what it is to run, where that is so. */
  readonly mend: () => string | undefined;
  /** Looks by itself from now on. */
  readonly watch: () => void;
  /** No more looks; the directory is free for another supervisor. */
  readonly release: () => void;
}

/** What the keeper is about. */
interface Kept {
  readonly store: Store;
  readonly state: () => State;
  readonly post: (fact: Fact) => void;
  readonly log: Logger;
  /** Gives the storage directory back. */
  readonly unlock: () => void;
  /** What else lies in the directory and is made again when it is gone. */
  readonly others: () => void;
}

/** A removed directory is noticed so soon, and a disk that was full is written to again. */
const lookMs = 5_000;

export function createStorageKeeper({ store, state, post, log, ...kept }: Kept): StorageKeeper {
  let { unlock } = kept;
  let isKept = true;
  const problems: { journal?: string | undefined; files?: string | undefined } = {};
  let told: string | undefined;
  let stranger: number | undefined;
  let released = false;
  let timer: NodeJS.Timeout | undefined;

  const tell = (): void => {
    const problem = problems.journal ?? problems.files;
    if (problem === told) return;
    told = problem;
    post(problem === undefined ? { on: "storage-works" } : { on: "storage-failed", why: problem });
  };
  const keep = (now: State, before = now): void => {
    try {
      store.writeJournal(record(now));
      if (forgets(before, now)) store.forgetFormer();
      isKept = true;
      problems.journal = undefined;
    } catch (error) {
      // The agent matters more than the memory of it: go on, and say that a restart would not know.
      isKept = false;
      problems.journal = `the journal could not be written: ${messageOf(error)}`;
    }
    tell();
    keepRefusedOffer(before, now);
  };
  /** For a person to look at: what cannot be kept costs nothing else. */
  const keepRefusedOffer = (before: State, now: State): void => {
    const refused = refusedOffer(before, now);
    if (refused === undefined) return;
    try {
      keepRefused(store.directory, refused, systemClock.wall());
    } catch (error) {
      const { hash } = refused.remote;
      log.warn({ hash, reason: messageOf(error) }, "the refused offer could not be kept");
    }
  };
  const mend = (): string | undefined => {
    const now = state();
    const { target, good, previous, onDisk, writing } = now.config;
    const settled = writing === undefined && target !== undefined && onDisk === target.number;
    const { restored, problem, inForce } = store.mend({
      journal: () => record(state()),
      generations: [...new Set([target, good, previous, now.packages.former?.generation])].filter(
        (each) => each !== undefined,
      ),
      inForce: settled ? target : undefined,
    });
    if (restored.length > 0) {
      log.warn(
        { files: restored },
        "files of ours were changed or removed, they are written again",
      );
    }
    problems.files = problem;
    tell();
    if (restored.includes(store.effectivePath)) post({ on: "config-restored" });
    return inForce ? undefined : (problem ?? `${store.effectivePath} cannot be written`);
  };
  const relock = (): void => {
    const holder = supervisorOn(store.directory);
    if (holder === process.pid) return;
    if (holder !== undefined && holder !== stranger) {
      log.error({ pid: holder }, "another supervisor has taken the storage directory");
    }
    stranger = holder;
    if (holder !== undefined) return;
    unlock = lockStorage(store.directory);
  };
  const look = (): void => {
    try {
      mend();
      if (!isKept) keep(state());
      relock();
      kept.others();
    } catch (error) {
      log.debug({ reason: messageOf(error) }, "the storage directory could not be looked after");
    }
  };
  return {
    keep,
    isKept: () => isKept,
    mend,
    watch: () => {
      if (!released) timer = setInterval(look, lookMs);
    },
    release: () => {
      released = true;
      clearInterval(timer);
      unlock();
    },
  };
}
