import type { ChildProcess } from "node:child_process";
import { agentsOf, boot, type Contender, halt } from "./contender.ts";
import { isHealthy, sinceUntil, sinceYes, type World } from "./world.ts";

/** One thing that is measured: what it gives, by the name of each figure. */
export interface Measure {
  readonly name: string;
  /** What another supervisor has none of is measured of ours alone. */
  readonly oursOnly?: boolean;
  /** How often; the more it changes from time to time, the more. */
  readonly rounds: number;
  readonly run: (collector: string, contender: Contender) => Promise<Figures>;
}

/** Numbers by the names of what they are; the unit stands in `goals.ts`. */
export type Figures = Readonly<Record<string, number>>;

/** A supervisor that runs, with a healthy agent. */
export interface Running {
  readonly child: ChildProcess;
  readonly firstMessageMs: number;
  readonly healthyMs: number;
  readonly agents: () => readonly number[];
  readonly stop: () => Promise<void>;
}

/** Starts one and waits until its agent is healthy and the server knows it. */
export async function startIn(world: World, contender: Contender): Promise<Running> {
  const begin = performance.now();
  const child = boot(contender, world.folder);
  const agents = (): readonly number[] => agentsOf(child.pid, world.collector);
  const stop = (): Promise<void> => halt(child, agents);
  try {
    const [firstMessageMs, healthyMs] = await Promise.all([
      sinceUntil(world, begin, ({ connected }) => connected),
      sinceYes(begin, isHealthy),
    ]);
    return { child, firstMessageMs, healthyMs, agents, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Runs with a supervisor that is stopped whatever comes of it. */
export async function withRunning<T>(
  world: World,
  contender: Contender,
  use: (running: Running) => Promise<T>,
): Promise<T> {
  const running = await startIn(world, contender);
  try {
    return await use(running);
  } finally {
    await running.stop();
  }
}
