import type { State } from "./core/state/state.ts";
import type { Settings } from "./settings/settings.ts";
import { waitAtMost } from "../time-limit.ts";

/** What is ended with a supervisor. */
interface Leaving {
  readonly state: () => State;
  readonly settings: () => Settings;
  /** Ends a run of the agent at once. */
  readonly kill: (run: number) => void;
  /** Resolves when the agent has ended, after the stop was asked for. */
  readonly drained: () => Promise<void>;
  /** Nothing is done to the agent any more. */
  readonly letGo: () => void;
  /** Closes what others talk to: the server, the agent's extension. */
  readonly disconnect: () => Promise<unknown>;
  /** Closes what people and probes talk to. */
  readonly closeDoors: () => void;
  /** Gives the storage directory back. */
  readonly release: () => void;
  /** Says that it is over, and sends what waits. */
  readonly farewell: () => Promise<void>;
}

/** The ways to end. */
export interface Leave {
  readonly stop: () => Promise<void>;
  readonly handOver: () => Promise<void>;
  readonly abandon: () => void;
  readonly stopNow: () => void;
}

/** The next supervisor waits for this one: no longer than this for a server that does not answer a goodbye. */
const longestGoodbyeMs = 2_000;

/** Ends everything in its order: the agent first, the storage when nobody writes to it any more. */
export function createLeave(leaving: Leaving): Leave {
  const { state, kill, closeDoors, release } = leaving;
  const killAgent = (): void => {
    const child = state().agent.process;
    if (child.at !== "down") kill(child.run);
  };
  const stop = async (): Promise<void> => {
    await leaving.drained();
    await leaving.disconnect();
    closeDoors();
    release();
    await leaving.farewell();
  };
  return {
    stop,
    handOver: async () => {
      const { leftover, attach } = leaving.settings().agent;
      if (leftover !== "adopt" || attach !== undefined) return stop();
      leaving.letGo();
      closeDoors();
      await waitAtMost(longestGoodbyeMs, leaving.disconnect());
      release();
      await waitAtMost(longestGoodbyeMs, leaving.farewell());
    },
    abandon: () => {
      if (leaving.settings().agent.leftover !== "adopt") killAgent();
      closeDoors();
      release();
    },
    stopNow: () => {
      killAgent();
      closeDoors();
      release();
    },
  };
}

/** Whether nothing is left to be waited for: an agent of ours ends before us; somebody else's goes on with its file. */
export function isOver(
  { desired, agent: { process: agent }, config: { writing } }: State,
  settings: Settings,
): boolean {
  if (desired.run === "up" || writing !== undefined) return false;
  return settings.agent.attach !== undefined || agent.at === "down";
}
