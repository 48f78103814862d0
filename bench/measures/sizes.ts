import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { manyPipelines } from "../../test/helpers/agent/agent-configs.ts";
import { cpuMs } from "../../test/helpers/agent/processes.ts";
import { environment } from "../contender.ts";
import { type Measure, withRunning } from "../measure.ts";
import { megabytesOf } from "../process-figures.ts";
import { openWorld, pause, sinceUntil } from "../world.ts";
import { runBare, smallConfig } from "./starts.ts";

/** Pipelines, and how long the name of each is. */
const sizes = [
  { name: "100 pipelines", pipelines: 100, mark: "" },
  { name: "1000 pipelines", pipelines: 1_000, mark: "" },
  { name: "5000 pipelines", pipelines: 5_000, mark: "" },
  { name: "5 MB", pipelines: 5_000, mark: `_${"x".repeat(300)}` },
] as const;

/** A collector needs seconds for what is large; some supervisors allow five by default. */
const patient = "  config_apply_timeout: 60s";

/** What large configurations cost on their whole way, from the offer until the collector is quiet again. */
export const large: readonly Measure[] = sizes.map(({ name, pipelines, mark }) => ({
  name,
  rounds: pipelines < 5_000 ? 3 : 1,
  run: async (collector, contender) => {
    const world = await openWorld(collector, smallConfig, { agent: () => patient });
    try {
      const text = manyPipelines(pipelines, mark);
      const [local, offered] = [
        join(world.folder, "local.yaml"),
        join(world.folder, "offered.yaml"),
      ];
      writeFileSync(offered, text);
      const validation = await validate(collector, [local, offered]);
      const bare = await runBare(collector, [local, offered], cpuMs);
      return await withRunning(world, contender, async ({ child: { pid = 0 }, agents }) => {
        await quiet(pid);
        const before = cpuMs(pid);
        const begin = performance.now();
        world.server().offerConfig(world.server().agents()[0]?.uid ?? "", text);
        const applied = await sinceUntil(world, begin, ({ offer }) => isSettled(offer?.state));
        const [agent] = world.server().agents();
        if (agent?.offer?.state === "failed") {
          throw new Error(`it was refused: ${agent.remoteConfigStatus?.errorMessage ?? ""}`);
        }
        for (const agent of agents()) await quiet(agent);
        return {
          [`${name}: bare validate + start`]: validation + bare.ms,
          [`${name}: offer -> APPLIED`]: applied,
          [`${name}: CPU of the supervisor`]: cpuMs(pid) - before,
          [`${name}: CPU of the bare collector`]: bare.seen,
          [`${name}: CPU of the supervised collector`]: agents().reduce(
            (sum, one) => sum + cpuMs(one),
            0,
          ),
          [`${name}: peak memory`]: megabytesOf(pid, "VmHWM"),
        };
      });
    } finally {
      await world.close();
    }
  },
}));

function isSettled(state: string | undefined): boolean {
  return state === "applied" || state === "failed";
}

/** Resolves when a process has used next to no CPU for a second. */
async function quiet(pid: number): Promise<void> {
  for (let before = -Infinity; cpuMs(pid) - before > 20;) {
    before = cpuMs(pid);
    await pause(1_000);
  }
}

async function validate(collector: string, configs: readonly string[]): Promise<number> {
  const begin = performance.now();
  const args = configs.flatMap((config) => ["--config", config]);
  await once(
    spawn(collector, ["validate", ...args], { env: environment, stdio: "ignore" }),
    "exit",
  );
  return performance.now() - begin;
}
