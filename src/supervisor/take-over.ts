import { messageOf } from "../errors.ts";
import { checkCommand } from "./inputs/check-command.ts";
import type { InUse } from "./inputs/in-use.ts";
import { wallOrNone } from "./inputs/raise-wall.ts";
import type { News } from "./inputs/read-again.ts";
import { reduce } from "./core/reduce.ts";
import type { State } from "./core/state/state.ts";
import type { Logger } from "./log/log.ts";

/** What settings that were read again are taken over with. */
interface TakingOver {
  /** What is in use. */
  readonly now: () => InUse;
  readonly state: () => State;
  /** The variables that a look at a configuration needs. */
  readonly variables: () => Readonly<Record<string, string>>;
  readonly scratchPath: (name: string) => string;
  /** Directories of programs, as in PATH. */
  readonly searchPath: string;
  readonly log: Logger;
  readonly takeOver: (next: InUse, news: News) => void;
}

/** What becomes of settings that are read again. */
export interface TakeOver {
  /** Resolves when it is settled what becomes of it. */
  readonly read: (next: InUse, news: News | undefined) => Promise<void>;
  /** The agent does not run with what was taken over last: what was in use before is in use again. */
  readonly restore: (why: string) => void;
  /** What is being looked at is not taken over any more. */
  readonly drop: () => void;
}

/** What was in use before a new command line. */
interface Former {
  readonly inUse: InUse;
  readonly news: News;
}

/**
 * Takes new settings over at once, but for a new command line of the agent: that one is looked at first, and when it
 * would not work nothing is taken over, so that the agent runs on. Of several that are read while one is looked at the
 * newest counts.
 */
export function createTakeOver({
  now,
  state,
  variables,
  scratchPath,
  searchPath,
  log,
  takeOver,
}: TakingOver): TakeOver {
  const reading: { number: number; former?: Former | undefined } = { number: 0 };
  const take = (next: InUse, news: News): void => {
    // Of several in a row the last one that has proved itself is what is gone back to.
    const isUnproved = state().agent.commandLine !== undefined && reading.former !== undefined;
    if (news.fact.restartsAgent && !isUnproved) reading.former = formerOf(now(), state());
    takeOver(next, news);
  };
  const restore = (why: string): void => {
    const { former } = reading;
    reading.former = undefined;
    if (former === undefined) return;
    log.error(
      { reason: why },
      "the agent does not run with the settings that were read again: those before them are in use again",
    );
    const newBinary = former.inUse.settings.agent.executable !== now().settings.agent.executable;
    takeOver(former.inUse, { ...former.news, fact: { ...former.news.fact, newBinary } });
  };
  const read = async (next: InUse, news: News | undefined): Promise<void> => {
    reading.number += 1;
    const { number } = reading;
    if (news === undefined) return;
    if (!news.fact.restartsAgent || next.settings.agent.attach !== undefined) {
      take(next, news);
      return;
    }
    const texts = (facts: News["fact"]["facts"]): readonly string[] => {
      const now = state();
      // A second look for one that goes with a new configuration only.
      const fact = { ...news.fact, at: 0, ...(facts === undefined ? {} : { facts }) };
      const { candidate } = reduce(now, fact, next.core).config;
      return [now.config.target, candidate].flatMap((each) =>
        each === undefined ? [] : [each.config.text],
      );
    };
    const asked = checkCommand({
      next,
      variables: variables(),
      texts,
      scratchPath: (name) => scratchPath(`command-${name}-${number}.yaml`),
      wall: () => wallOrNone(next.settings, searchPath),
    });
    const judged = asked.then((check) => {
      if (number !== reading.number || state().desired.run === "down") return;
      if (check.is === "bad") {
        log.error(
          { reason: check.why },
          "settings read again: nothing is taken over, because the agent would not run with its new command line",
        );
        return;
      }
      take(next, { ...news, fact: { ...news.fact, facts: check.facts } });
    });
    await judged.catch((error: unknown) => {
      log.error({ reason: messageOf(error) }, "the settings could not be read again");
    });
  };
  return {
    ...{ read, restore },
    drop: () => {
      reading.number += 1;
    },
  };
}

/** What is in use now, as it is taken into use again: the server may be another one, so the connection is made anew. */
function formerOf(inUse: InUse, { config, identity }: State): Former {
  const { local } = config;
  const { endpoint } = inUse.settings.server;
  const known = identity.binary === undefined ? {} : { facts: identity.binary };
  const restored = {
    newBinary: true,
    restartsAgent: true,
    isRestored: true,
    lifts: false,
  } as const;
  const fact = { on: "settings-read", local, endpoint, ...known, ...restored } as const;
  return { inUse, news: { settings: inUse.settings, reconnects: true, layers: local, fact } };
}
