import { SupervisorError, fromUnknown } from "../../errors.ts";
import type { AgentView } from "../fleet/view.ts";

type Agents = readonly AgentView[];

/** Those who wait for the agents to be in some state. */
export interface Waiters {
  waitFor(predicate: (agents: Agents) => boolean, timeoutMs: number): Promise<Agents>;
  /** Looks again whether somebody has waited enough; called after every change. */
  check(): void;
  /** Nothing will change any more. */
  giveUp(): void;
}

interface Waiter {
  readonly look: (agents: Agents) => void;
  readonly fail: (why: string) => void;
}

/** Waiters on what `look` returns; it is only called while somebody waits. */
export function createWaiters(look: () => Agents): Waiters {
  const waiting = new Set<Waiter>();

  const waitFor: Waiters["waitFor"] = (predicate, timeoutMs) =>
    new Promise((resolve, reject) => {
      const finish = (settle: () => void): void => {
        clearTimeout(timer);
        waiting.delete(waiter);
        settle();
      };
      const fail = (why: string): void => {
        const message = `${why}, found ${describe(look())}`;
        finish(() => reject(new SupervisorError("internal", message)));
      };
      const waiter: Waiter = {
        fail,
        look: (agents) => {
          try {
            if (predicate(agents)) finish(() => resolve(agents));
          } catch (error) {
            finish(() => reject(fromUnknown(error)));
          }
        },
      };
      const timer = setTimeout(
        () => fail(`expected the agents to be in the awaited state within ${timeoutMs} ms`),
        timeoutMs,
      );
      waiting.add(waiter);
      waiter.look(look());
    });

  return {
    waitFor,
    check: () => {
      if (waiting.size === 0) return;
      const agents = look();
      for (const waiter of [...waiting]) waiter.look(agents);
    },
    giveUp: () => {
      for (const waiter of [...waiting]) waiter.fail("the server was closed");
    },
  };
}

function describe(agents: Agents): string {
  if (agents.length === 0) return "no agent";
  return JSON.stringify(
    agents.map(({ uid, connected, up, lastError, remoteConfigStatus, offer }) => {
      return { uid, connected, up, lastError, remoteConfigStatus, offer: offer?.state };
    }),
  );
}
