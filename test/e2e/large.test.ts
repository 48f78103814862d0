import { test, expect } from "vitest";
import { patienceMs } from "../helpers/daemon.ts";
import { cpuMs } from "../helpers/processes.ts";
import { runningScene } from "../helpers/scene.ts";

const pipelines = 5_000;

function large(): string {
  const lines = Array.from(
    { length: pipelines },
    (_, index) =>
      `    traces/pipeline_${index}:\n      receivers: [nop]\n      processors: []\n      exporters: [nop]\n`,
  );
  return `receivers:\n  nop:\nexporters:\n  nop:\nservice:\n  pipelines:\n${lines.join("")}`;
}

test(
  "a configuration of 5,000 pipelines, good and slow, is applied and not rolled back",
  async () => {
    const { server, daemon, uid } = await runningScene({ local: "exporters: {debug: }\n" });
    const before = cpuMs(daemon.pid);
    const text = large();
    expect(text.length).toBeGreaterThan(450_000);
    server.offerConfig(uid, text);
    const agent = await server.agent((seen) => seen.remoteConfigStatus?.status === "applied");
    expect(agent.effectiveConfig[0]?.text).toContain(`traces/pipeline_${pipelines - 1}:`);
    expect(daemon.lines.map((line) => line.msg)).not.toContain(
      "rolled back to the last good configuration",
    );
    process.stdout.write(`CPU of the supervisor for it: ${cpuMs(daemon.pid) - before} ms\n`);
  },
  4 * patienceMs,
);
