import { test, onTestFinished, expect } from "vitest";
import { laboratory } from "../../helpers/agent/agent-configs.ts";
import { eventually, firstPid, kill, patienceMs } from "../../helpers/e2e/daemon.ts";
import { hasOpampExtension } from "../../helpers/agent/collector-facts.ts";
import { freePorts } from "../../helpers/net/free-ports.ts";
import { startOtlpClient } from "../../helpers/otlp/otlp-client.ts";
import { startOtlpSink } from "../../helpers/otlp/otlp-sink.ts";
import { collectorsOf, lives } from "../../helpers/agent/processes.ts";
import { type Scene, createScene } from "../../helpers/e2e/scene.ts";

const good = laboratory("good");

async function scene(): Promise<Scene & { readonly otlpPort: number }> {
  const sink = await startOtlpSink();
  const [otlpPort = 0] = await freePorts(1);
  const environment = { OTLP_PORT: String(otlpPort), SINK_PORT: String(sink.port) };
  const agent = "  leftover: adopt\n";
  return { otlpPort, ...(await createScene({ local: good, agent, environment })) };
}

test(
  "a supervisor that is killed ten times over costs the telemetry nothing: the next one goes on with its agent",
  async () => {
    const { server, folder, boot, otlpPort, keepsGood } = await scene();
    let daemon = boot();
    const pid = await firstPid(daemon);
    await server.agent((agent) => agent.up === "true");
    await eventually(keepsGood);
    const client = startOtlpClient(otlpPort);
    onTestFinished(() => void client.stop());
    await eventually(() => client.tally().successes > 5);
    client.forget();
    for (let round = 0; round < 10; round += 1) {
      await kill(daemon);
      expect(lives(pid)).toBe(true);
      daemon = boot();
      const goesOn = await daemon.waitForLog("agent of an earlier supervisor goes on");
      expect(goesOn["pid"]).toBe(pid);
      await daemon.waitForLog("agent is healthy");
      expect(collectorsOf(folder)).toEqual([pid]);
    }
    const { failures, successes } = client.tally();
    expect(successes).toBeGreaterThan(10);
    expect(failures).toBe(0);
    const agent = await server.agent((seen) => seen.connected && seen.up === "true");
    // Through the same local endpoint as before: the extension has found the way back.
    if (hasOpampExtension()) {
      await server.agent((seen) => (seen.health?.components.length ?? 0) > 0);
    }

    server.offerConfig(agent.uid, good.replace("otlp_http:", "otlp_http:\n    timeout: 9s"));
    await server.agent((seen) => seen.remoteConfigStatus?.status === "applied");
    expect(lives(pid), "a change reaches it by SIGHUP").toBe(true);

    daemon.signal("SIGTERM");
    expect(await daemon.ended).toBe(0);
    expect(lives(pid)).toBe(false);
  },
  4 * patienceMs,
);

test(
  "the end of an adopted agent is noticed, and it is started anew",
  async () => {
    const { folder, boot, keepsGood } = await scene();
    const first = boot();
    const pid = await firstPid(first);
    await first.waitForLog("agent is healthy");
    await eventually(keepsGood);
    await kill(first);
    const next = boot();
    await next.waitForLog("agent of an earlier supervisor goes on");
    process.kill(pid, "SIGKILL");
    await next.waitForLog("agent process ended unexpectedly");
    const again = await firstPid(next);
    expect(again).not.toBe(pid);
    await eventually(() => collectorsOf(folder).length === 1);
  },
  2 * patienceMs,
);

test(
  "an agent that does not run what is in force is ended and started anew",
  async () => {
    const { folder, boot, write, keepsGood } = await scene();
    const first = boot();
    const pid = await firstPid(first);
    await first.waitForLog("agent is healthy");
    await eventually(keepsGood);
    await kill(first);
    write("storage/effective.yaml", "receivers: {nop: }\n");
    const next = boot();
    await next.waitForLog("ended the agent that an earlier supervisor left behind");
    await next.waitForLog("agent is healthy");
    expect(lives(pid)).toBe(false);
    expect(collectorsOf(folder)).toHaveLength(1);
  },
  2 * patienceMs,
);
