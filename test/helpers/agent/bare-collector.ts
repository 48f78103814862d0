import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { probeHealth } from "../../../src/agent/ask/health-probe.ts";
import { collectorPath, patienceMs, eventually } from "../e2e/daemon.ts";

/** A collector that nobody supervises but the test: the yardstick for what a supervisor costs. */
export interface BareCollector {
  // Each resolves when the collector is healthy on the text that it is to have then, joined over its base.
  readonly reload: (text: string) => Promise<void>;
  readonly restart: (text: string) => Promise<void>;
  readonly crash: () => Promise<void>;
  /** Reloads a text that it dies of, and starts the one before again at once. */
  readonly failAndGoBack: (text: string) => Promise<void>;
}

/** Runs the collector on a base and a second file, which the changes rewrite; ended with the test. */
export async function startBareCollector(
  folder: string,
  base: string,
  healthUrl: string,
): Promise<BareCollector> {
  const paths = [join(folder, "bare-base.yaml"), join(folder, "bare-change.yaml")] as const;
  const [basePath, path] = paths;
  writeFileSync(basePath, base);
  let text = "{}\n";
  const launch = (): ChildProcess => {
    writeFileSync(path, text);
    const args = paths.flatMap((each) => ["--config", each]);
    return spawn(collectorPath(), args, { stdio: "ignore" });
  };
  let child = launch();
  let over = false;
  onTestFinished(async () => {
    over = true;
    const exited = once(child, "exit");
    child.kill("SIGKILL");
    if (child.exitCode === null && child.signalCode === null) await exited;
  });
  const upSince = async (): Promise<number | undefined> => {
    const answer = await probeHealth(healthUrl, patienceMs);
    return answer.is === "healthy" ? answer.upSince?.unixMs : undefined;
  };
  const another = async (old: number | undefined): Promise<void> =>
    eventually(async () => {
      const now = await upSince();
      return now !== undefined && now !== old;
    });
  const signal = (name: NodeJS.Signals): Promise<unknown> => {
    const exited = once(child, "exit");
    child.kill(name);
    return exited;
  };
  /** The exit is awaited and answered by the next start at once, as quick as it can be done. */
  const endAndStart = async (name: NodeJS.Signals): Promise<void> => {
    const old = await upSince();
    await signal(name);
    // A test that failed meanwhile ended it for good.
    if (over) return;
    child = launch();
    await another(old);
  };
  await another(undefined);
  return {
    reload: async (next) => {
      const old = await upSince();
      text = next;
      writeFileSync(path, text);
      child.kill("SIGHUP");
      await another(old);
    },
    restart: (next) => {
      text = next;
      return endAndStart("SIGTERM");
    },
    crash: () => endAndStart("SIGKILL"),
    failAndGoBack: (bad) => {
      writeFileSync(path, bad);
      return endAndStart("SIGHUP");
    },
  };
}
