import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { nopConfig } from "../../test/helpers/agent/agent-configs.ts";
import { environment } from "../contender.ts";
import { type Measure, withRunning } from "../measure.ts";
import { isHealthy, openWorld, sinceYes } from "../world.ts";

/** The local configuration of all that is not measured for its size. */
export const smallConfig: string = nopConfig(undefined, {
  health: "localhost:13133",
  telemetry: "metrics: {level: none}",
});

/** From the start of a supervisor to its first message and to a healthy agent, with an empty storage and with its own. */
export const starts: Measure = {
  name: "starts",
  rounds: 7,
  run: async (collector, contender) => {
    const world = await openWorld(collector, smallConfig);
    try {
      const cold = await withRunning(world, contender, (running) => Promise.resolve(running));
      const warm = await withRunning(world, contender, (running) => Promise.resolve(running));
      return {
        "bare node -e 0": await bareNode(),
        "bare collector, start to healthy": await bareCollector(collector, world.folder),
        "first message, cold": cold.firstMessageMs,
        "first message, warm": warm.firstMessageMs,
        "agent healthy, cold": cold.healthyMs,
        "agent healthy, warm": warm.healthyMs,
      };
    } finally {
      await world.close();
    }
  },
};

/** How long Node takes to do nothing: what no program on it can be faster than. */
export async function bareNode(): Promise<number> {
  const begin = performance.now();
  await once(spawn(process.execPath, ["-e", "0"], { env: environment, stdio: "ignore" }), "exit");
  return performance.now() - begin;
}

async function bareCollector(collector: string, folder: string): Promise<number> {
  const path = join(folder, "bare.yaml");
  writeFileSync(path, smallConfig);
  return (await runBare(collector, [path])).ms;
}

/** From the start of a bare collector to its first healthy answer; `look` is called before it is ended. */
export async function runBare(
  collector: string,
  configs: readonly string[],
  look: (pid: number) => number = () => 0,
): Promise<{ readonly ms: number; readonly seen: number }> {
  const begin = performance.now();
  const args = configs.flatMap((config) => ["--config", config]);
  const child = spawn(collector, args, { stdio: "ignore", env: environment });
  const ms = await sinceYes(begin, isHealthy);
  const seen = look(child.pid ?? 0);
  const exit = once(child, "exit");
  child.kill("SIGTERM");
  await exit;
  return { ms, seen };
}
