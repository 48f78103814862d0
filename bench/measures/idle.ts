import { type Measure, withRunning } from "../measure.ts";
import { megabytesOf, privateMegabytesOf, ranMsOf, wakeUpsOf } from "../process-figures.ts";
import { openWorld, pause } from "../world.ts";
import { smallConfig } from "./starts.ts";

/** Node tidies its memory some seconds after a start. */
const settleMs = 20_000;
const watchedSeconds = 20;

/** What a supervisor needs while nothing happens. */
export const idle: Measure = {
  name: "idle",
  rounds: 2,
  run: async (collector, contender) => {
    const world = await openWorld(collector, smallConfig);
    try {
      return await withRunning(world, contender, async ({ child: { pid = 0 } }) => {
        await pause(settleMs);
        const [ran, wakeUps] = [ranMsOf(pid), wakeUpsOf(pid)];
        await pause(watchedSeconds * 1_000);
        return {
          "CPU per second, idle": (ranMsOf(pid) - ran) / watchedSeconds,
          "wake-ups per second, idle": (wakeUpsOf(pid) - wakeUps) / watchedSeconds,
          "resident memory, idle": megabytesOf(pid, "VmRSS"),
          "private memory, idle": privateMegabytesOf(pid),
          "peak memory, idle": megabytesOf(pid, "VmHWM"),
        };
      });
    } finally {
      await world.close();
    }
  },
};
