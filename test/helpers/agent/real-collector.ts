import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { onTestFinished } from "vitest";
import { collectorPath, patienceMs } from "../e2e/daemon.ts";

/** A real collector on one file, ended with the test. */
export interface RealCollector {
  readonly child: ChildProcess;
  /** All that it has said. */
  readonly output: () => string;
  /** Drains and ends; its exit code. */
  readonly stop: () => Promise<number | null>;
}

/** Runs it without any environment. */
export function startRealCollector(configPath: string): RealCollector {
  const child = spawn(collectorPath(), ["--config", configPath], {
    env: {},
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (bytes: Buffer) => {
      output += bytes.toString();
    });
  }
  const exited = once(child, "exit").then(([code]: (number | null)[]) => code ?? null);
  const stop = async (): Promise<number | null> => {
    child.kill("SIGTERM");
    const forced = setTimeout(() => child.kill("SIGKILL"), patienceMs / 2);
    const code = await exited;
    clearTimeout(forced);
    return code;
  };
  onTestFinished(async () => {
    await stop();
  });
  return { child, output: () => output, stop };
}
