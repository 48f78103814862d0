import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { onTestFinished, test, expect } from "vitest";
import { dyingPart, nopConfig } from "../../helpers/agent/agent-configs.ts";
import {
  collectorPath,
  count,
  type Daemon,
  eventually,
  patienceMs,
} from "../../helpers/e2e/daemon.ts";
import { takenPort } from "../../helpers/net/free-ports.ts";
import { lives } from "../../helpers/agent/processes.ts";
import { type HostParts, type Scene, createScene } from "../../helpers/e2e/scene.ts";

const batch = "processors: {batch: }\nservice: {pipelines: {traces: {processors: [batch]}}}\n";

/** What starts the collector, and starts it again whenever it has ended. */
interface Kubelet {
  readonly pid: () => number;
  readonly starts: () => number;
}

function startKubelet(configPath: string, program = collectorPath()): Kubelet {
  let wanted = true;
  let starts = 0;
  let child = launch();
  function launch() {
    starts += 1;
    const next = spawn(program, ["--config", configPath], { stdio: "ignore" });
    next.once("exit", () => {
      setTimeout(() => {
        if (wanted) child = launch();
      }, 200);
    });
    return next;
  }
  onTestFinished(async () => {
    wanted = false;
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill("SIGKILL");
    await once(child, "exit");
  });
  return { pid: () => child.pid ?? 0, starts: () => starts };
}

interface Pod extends Scene {
  readonly configPath: string;
}

async function createPod(attach = "", parts: HostParts = {}): Promise<Pod> {
  const agent = `  mode: attach\n  attach:\n    config_path: shared/effective.yaml\n${attach}`;
  const scene = await createScene({ agent, ...parts });
  mkdirSync(scene.path("shared"));
  return { ...scene, configPath: scene.path("shared/effective.yaml") };
}

/** Supervisor and collector, in the order of a pod: the file is there before the collector. */
async function running(scene: Pod): Promise<{ daemon: Daemon; kubelet: Kubelet; uid: string }> {
  const daemon = scene.boot();
  await eventually(() => existsSync(scene.configPath));
  const kubelet = startKubelet(scene.configPath);
  const { uid } = await scene.server.agent((agent) => agent.up === "true");
  return { daemon, kubelet, uid };
}

test(
  "the file is there first, the collector is waited for, reloaded, and left running at the end",
  async () => {
    const scene = await createPod();
    const daemon = scene.boot();
    await scene.server.agent((agent) => JSON.stringify(agent).includes("waiting for the agent"));
    expect(readFileSync(scene.configPath, "utf8")).toContain("health_check");
    expect(statSync(scene.configPath).mode & 0o777).toBe(0o640);

    const kubelet = startKubelet(scene.configPath);
    const { uid } = await scene.server.agent((agent) => agent.up === "true");
    expect(count(daemon, "agent is reloaded to apply"), "it has read the file itself").toBe(0);
    const pid = kubelet.pid();

    scene.server.offerConfig(uid, batch);
    const applied = await scene.server.agent(
      (seen) => seen.remoteConfigStatus?.status === "applied",
    );
    expect(applied.effectiveConfig[0]?.text).toContain("batch");
    expect(kubelet.pid()).toBe(pid);
    expect(count(daemon, "agent runs the new configuration")).toBe(1);

    scene.server.offerConfig(uid, "receivers: {nonsense: }\n");
    const refused = await scene.server.agent(
      (seen) => seen.remoteConfigStatus?.status === "failed",
    );
    expect(refused.remoteConfigStatus?.errorMessage).toContain('unknown type: "nonsense"');
    expect(readFileSync(scene.configPath, "utf8")).toContain("batch");

    daemon.signal("SIGTERM");
    expect(await daemon.ended).toBe(0);
    expect(lives(pid)).toBe(true);
    expect(kubelet.starts()).toBe(1);
  },
  2 * patienceMs,
);

test(
  "what a collector runs with that was there first becomes the base, and its process stays",
  async () => {
    const scene = await createPod("", { local: false });
    const own = `extensions: {health_check: }\nreceivers: {nop/own: }\nexporters: {nop: }
service:\n  extensions: [health_check]\n  pipelines: {traces: {receivers: [nop/own], exporters: [nop]}}\n`;
    writeFileSync(scene.configPath, own);
    const kubelet = startKubelet(scene.configPath);
    const pid = kubelet.pid();
    await eventually(async () => {
      const answer = await fetch("http://localhost:13133").catch(() => undefined);
      return answer?.status === 200;
    });
    const daemon = scene.boot();
    const agent = await scene.server.agent((seen) => seen.up === "true");
    await daemon.waitForLog("agent runs the new configuration");
    expect(agent.effectiveConfig[0]?.text).toContain("nop/own");
    expect(readFileSync(scene.configPath, "utf8")).toContain(agent.uid);
    expect(kubelet.pid()).toBe(pid);
    expect(kubelet.starts()).toBe(1);
  },
  2 * patienceMs,
);

test(
  "a configuration that the collector dies on is taken back before it is started again",
  async () => {
    const scene = await createPod();
    const { kubelet, uid } = await running(scene);
    // An offer that comes before the first configuration is good has nothing to be taken back to.
    await eventually(scene.keepsGood);
    scene.server.offerConfig(uid, dyingPart(await takenPort()));
    const failed = await scene.server.agent((seen) => seen.remoteConfigStatus?.status === "failed");
    expect(failed.remoteConfigStatus?.errorMessage).toContain("the agent's process ended");
    expect(failed.remoteConfigStatus?.errorMessage).toContain("stays in force");
    expect(readFileSync(scene.configPath, "utf8")).not.toContain("otlp/bad");
    const agent = await scene.server.agent((seen) => seen.up === "true");
    expect(agent.effectiveConfig[0]?.text).not.toContain("otlp/bad");
    expect(agent.remoteConfigStatus?.status).toBe("failed");
    expect(kubelet.starts()).toBe(2);
  },
  2 * patienceMs,
);

test(
  "a supervisor that is killed and comes back leaves the collector alone",
  async () => {
    const scene = await createPod();
    const { daemon, kubelet, uid } = await running(scene);
    scene.server.offerConfig(uid, batch);
    await scene.server.agent((seen) => seen.remoteConfigStatus?.status === "applied");
    const pid = kubelet.pid();
    daemon.signal("SIGKILL");
    await daemon.ended;
    expect(lives(pid)).toBe(true);
    const again = scene.boot();
    await again.waitForLog("agent is healthy");
    const agent = await scene.server.agent((seen) => seen.connected && seen.up === "true");
    expect(agent.remoteConfigStatus?.status).toBe("applied");
    expect(count(again, "agent is reloaded to apply")).toBe(0);
    expect(count(again, "effective config changed")).toBe(0);
    expect(kubelet.pid()).toBe(pid);
  },
  2 * patienceMs,
);

test(
  "without a binary and without a view of the process a command reloads, and its failure is told",
  async () => {
    const scene = await createPod("    find: health\n    reload_command: [./reload.sh]\n", {
      executable: false,
    });
    const script = scene.path("reload.sh");
    const pidFile = scene.path("pid");
    writeFileSync(script, `#!/bin/sh\nkill -HUP "$(cat ${pidFile})"\n`);
    chmodSync(script, 0o755);
    const daemon = scene.boot();
    await daemon.waitForLog((line) => line.msg.includes("configurations are not validated"));
    await eventually(() => existsSync(scene.configPath));
    const kubelet = startKubelet(scene.configPath);
    writeFileSync(pidFile, String(kubelet.pid()));
    const { uid } = await scene.server.agent((agent) => agent.up === "true");
    scene.server.offerConfig(uid, batch);
    const applied = await scene.server.agent(
      (seen) => seen.remoteConfigStatus?.status === "applied",
    );
    expect(applied.components).toEqual([]);
    expect(kubelet.starts()).toBe(1);

    writeFileSync(script, "#!/bin/sh\necho 'Error: password=hunter2 is wrong' >&2\nexit 3\n");
    scene.server.offerConfig(uid, "");
    scene.server.offerConfig(uid, batch.replaceAll("batch", "batch/two"));
    const failed = await scene.server.agent((seen) => seen.remoteConfigStatus?.status === "failed");
    expect(failed.remoteConfigStatus?.errorMessage).toContain("ended with exit code 3");
    expect(failed.remoteConfigStatus?.errorMessage).not.toContain("hunter2");
    expect(lives(kubelet.pid())).toBe(true);
  },
  2 * patienceMs,
);

test(
  "collectors that read other files are named, and none is touched",
  async () => {
    // A name that nothing else on this machine has.
    const name = `otelcol-${process.pid}`;
    const scene = await createPod(`    executable: ${name}\n`);
    const program = scene.path(name);
    symlinkSync(collectorPath(), program);
    const [other, third] = [scene.path("other.yaml"), scene.path("third.yaml")];
    const local = nopConfig(undefined, { telemetry: "metrics: {level: none}" });
    for (const path of [other, third]) writeFileSync(path, local);
    const daemon = scene.boot();
    const waits = async (part: string): Promise<void> => {
      await daemon.waitForLog(
        ({ msg, reason }) => msg === "waiting for the agent" && String(reason).includes(part),
      );
    };
    const alone = startKubelet(other, program);
    await waits(`(pid ${alone.pid()}) was started with --config ${other}`);
    const second = startKubelet(third, program);
    await waits("none of them was started with");
    await scene.server.agent((agent) => JSON.stringify(agent).includes("2 processes run"));
    for (const kubelet of [alone, second]) {
      expect(lives(kubelet.pid())).toBe(true);
      expect(kubelet.starts()).toBe(1);
    }
  },
  2 * patienceMs,
);
