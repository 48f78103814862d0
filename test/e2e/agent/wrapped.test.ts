import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { onTestFinished, test, expect } from "vitest";
import { nopPart } from "../../helpers/agent/agent-configs.ts";
import {
  collectorPath,
  count,
  eventually,
  firstPid,
  kill,
  patienceMs,
  scratchFolder,
} from "../../helpers/e2e/daemon.ts";
import { collectorsOf, lives } from "../../helpers/agent/processes.ts";
import { createScene } from "../../helpers/e2e/scene.ts";

const collector = `${collectorPath()} "$@"`;
const shapes: readonly (readonly [string, string])[] = [
  ["without exec", `${collector}; true`],
  ["with a pipe", `${collector} 2>&1 | cat >&2`],
  ["in the background", `${collector} & wait`],
  ["in a session of its own without an environment", `env -i setsid ${collector} & wait`],
];

function wrapper(line: string): string {
  const path = join(scratchFolder(), "run-collector.sh");
  // The short questions are answered by the collector itself, whatever is done with a run.
  const lines = ["#!/bin/sh", `case "$1" in --config) ;; *) exec ${collector};; esac`, line];
  writeFileSync(path, `${lines.join("\n")}\n`);
  chmodSync(path, 0o755);
  return path;
}

test.each(shapes)(
  "a collector that a script starts %s is reloaded, and leaves nothing behind",
  async (_shape, line) => {
    const { server, folder, boot, keepsGood } = await createScene({ executable: wrapper(line) });
    const ended = async (): Promise<void> => eventually(() => collectorsOf(folder).length === 0);
    onTestFinished(() => {
      for (const pid of collectorsOf(folder)) process.kill(pid, "SIGKILL");
    });
    const first = boot();
    const { uid } = await server.agent((agent) => agent.up === "true");
    const script = await firstPid(first);
    await eventually(keepsGood);
    server.offerConfig(uid, nopPart("one"));
    await server.agent((agent) => agent.remoteConfigStatus?.status === "applied");
    expect(lives(script), "the script is not touched by a reload").toBe(true);
    expect(count(first, "agent process started")).toBe(1);
    await kill(first);
    await ended();

    const second = boot();
    await second.waitForLog("agent is healthy");
    process.kill(await firstPid(second), "SIGKILL");
    await eventually(() => count(second, "agent is healthy") === 2);
    second.signal("SIGTERM");
    await second.ended;
    expect(collectorsOf(folder)).toEqual([]);
  },
  4 * patienceMs,
);
