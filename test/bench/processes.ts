import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { DevServer } from "../../src/dev-server/server.ts";

/** A daemon that runs, and how long it took. */
export interface Start {
  readonly child: ChildProcess;
  readonly firstMessageMs: number;
  readonly healthyMs: number;
  /** From `from` to the first line of the log with this message. */
  readonly since: (message: string, from: number) => Promise<number>;
}

/** This variable alone adds some 80 ms to every start of Node 20. */
export const environment: NodeJS.ProcessEnv = { ...process.env, NODE_EXTRA_CA_CERTS: undefined };

/** Starts the daemon in a folder with a supervisor.yaml; resolves when its agent is healthy. */
export async function start(
  program: string,
  folder: string,
  server: DevServer,
  patienceMs = 20_000,
): Promise<Start> {
  const begin = performance.now();
  const seen: { msg: string; at: number }[] = [];
  const listeners = new Set<() => void>();
  const connected = server.waitFor((agents) => agents.some((agent) => agent.connected), patienceMs);
  const child = spawn(process.execPath, [program, "--config=supervisor.yaml"], {
    cwd: folder,
    env: environment,
    stdio: ["ignore", "pipe", "inherit"],
  });
  createInterface({ input: child.stdout }).on("line", (line) => {
    const { msg } = JSON.parse(line) as { msg: string };
    seen.push({ msg, at: performance.now() });
    for (const listener of listeners) listener();
  });
  const since = (message: string, from: number): Promise<number> =>
    new Promise((resolve, reject) => {
      const late = setTimeout(
        () => reject(new Error(`no line "${message}" within ${patienceMs / 1000} s`)),
        patienceMs,
      );
      const look = (): void => {
        const line = seen.find(({ msg, at }) => msg === message && at >= from);
        if (line === undefined) return;
        clearTimeout(late);
        listeners.delete(look);
        resolve(line.at - from);
      };
      listeners.add(look);
      look();
    });
  await connected;
  const firstMessageMs = performance.now() - begin;
  return { child, firstMessageMs, healthyMs: await since("agent is healthy", begin), since };
}

/** Ends the daemon and its agent. */
export async function stop({ child }: Start): Promise<void> {
  child.kill("SIGTERM");
  await once(child, "exit");
}

/** From the start of a bare collector to its first healthy answer; it is ended. `ended` is called right before. */
export async function bareCollector(
  collector: string,
  configs: readonly string[],
  ended: (pid: number | undefined) => void = () => undefined,
): Promise<number> {
  const begin = performance.now();
  const child = spawn(
    collector,
    configs.flatMap((config) => ["--config", config]),
    { stdio: "ignore" },
  );
  for (;;) {
    try {
      if ((await fetch("http://localhost:13133/")).ok) break;
    } catch {
      if (child.exitCode !== null || child.signalCode !== null) {
        throw new Error("the bare collector ended before it was healthy");
      }
      // Not listening yet: ask again at once.
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }
  const took = performance.now() - begin;
  ended(child.pid);
  child.kill("SIGTERM");
  await once(child, "exit");
  return took;
}
