import { chmodSync, copyFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import {
  collectorPath,
  eventually,
  patienceMs,
  pidsOf,
  scratchFolder,
} from "../../helpers/e2e/daemon.ts";
import { runningScene } from "../../helpers/e2e/scene.ts";
import { newer, newerCollector, version } from "../../helpers/packages/package-scene.ts";

test(
  "a binary that a person replaces while it runs is noticed, and the next start says who it is",
  async () => {
    const executable = join(scratchFolder(), "otelcol");
    copyFileSync(collectorPath(), executable);
    const { daemon, pid, server } = await runningScene({ executable });
    const told = (): string | undefined => server.agents()[0]?.version;
    await eventually(() => told() === version);

    writeFileSync(`${executable}.new`, newerCollector());
    chmodSync(`${executable}.new`, 0o755);
    renameSync(`${executable}.new`, executable);
    await daemon.waitForLog(
      "the agent's binary was replaced while it runs, the next start takes the new one",
    );
    expect(pidsOf(daemon)).toEqual([pid]);
    expect(told()).toBe(version);

    process.kill(pid, "SIGKILL");
    await eventually(() => told() === newer);
    await eventually(() => server.agents()[0]?.up === "true");
  },
  4 * patienceMs,
);
