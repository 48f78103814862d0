import { once } from "node:events";
import { createServer } from "node:http";
import { onTestFinished, test, expect } from "vitest";
import { nopConfig } from "../../helpers/agent/agent-configs.ts";
import { count, patienceMs } from "../../helpers/e2e/daemon.ts";
import { createScene, runningScene } from "../../helpers/e2e/scene.ts";

/** A web server of somebody else that says yes to everything. */
async function stranger(port: number): Promise<void> {
  const server = createServer((_, response) => response.end("OK"));
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
}

test(
  "ports that the supervisor adds itself give way to whoever has them, and that is told",
  async () => {
    await stranger(13_133);
    await stranger(8888);
    const scene = await createScene();
    const daemon = scene.boot();
    await daemon.waitForLog("agent is healthy");
    expect(scene.effective()).not.toContain("localhost:13133");
    expect(scene.effective()).not.toContain("port: 8888");
    const moved = await daemon.waitForLog((line) => line.msg.includes("adds by itself is taken"));
    expect(moved["heldBy"]).toContain(`process ${process.pid} (`);
    await scene.server.agent((agent) => agent.up === "true");
    // With the ports of before, so without another failed start.
    daemon.signal("SIGTERM");
    await daemon.ended;
    const again = scene.boot();
    await again.waitForLog("agent is healthy");
    expect(count(again, "adds by itself is taken")).toBe(0);
  },
  2 * patienceMs,
);

test(
  "two supervisors on one host both have a healthy agent",
  async () => {
    const first = await runningScene();
    const second = await runningScene();
    expect(second.effective()).not.toBe(first.effective());
    expect(count(first.daemon, "adds by itself is taken")).toBe(0);
  },
  2 * patienceMs,
);

test(
  "a port that was written stays, and whoever has it is named",
  async () => {
    await stranger(13_200);
    const local = nopConfig(undefined, { health: "127.0.0.1:13200" });
    const scene = await createScene({ local });
    const daemon = scene.boot();
    await daemon.waitForLog(({ reason }) =>
      String(reason).includes(`port 13200 is held by process ${process.pid}`),
    );
    expect(scene.effective()).toContain("127.0.0.1:13200");
    expect(count(daemon, "agent is healthy")).toBe(0);
  },
  2 * patienceMs,
);
