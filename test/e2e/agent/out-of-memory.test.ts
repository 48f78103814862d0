import { mkdirSync, writeFileSync, rmdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { onTestFinished, test, expect } from "vitest";
import { agentPath } from "../../helpers/agent/agents.ts";
import { count, eventually, firstPid, patienceMs } from "../../helpers/e2e/daemon.ts";
import { lives } from "../../helpers/agent/processes.ts";
import { createHost } from "../../helpers/e2e/scene.ts";
import { nobody } from "../../helpers/e2e/settings-text.ts";

const limitBytes = 300 * 1024 * 1024;

/** A control group of our own with a limit, in either form; undefined where we may not make one. */
function limitedGroup(): string | undefined {
  for (const [root, limit] of [
    ["/sys/fs/cgroup/memory", "memory.limit_in_bytes"],
    ["/sys/fs/cgroup", "memory.max"],
  ] as const) {
    const group = join(root, `opampsupervisor-test-${process.pid}`);
    try {
      mkdirSync(group);
      onTestFinished(() => eventually(() => gone(group)));
      writeFileSync(join(group, limit), String(limitBytes));
      return group;
    } catch {
      // Not this form, or not as this user.
    }
  }
  return undefined;
}

function gone(group: string): boolean {
  try {
    rmdirSync(group);
    return true;
  } catch {
    // Somebody still ends in it.
    return readFileSync(join(group, "cgroup.procs"), "utf8") === "";
  }
}

test(
  "a collector that the kernel kills for want of memory is told apart from one that somebody killed",
  async ({ skip }) => {
    const group = limitedGroup();
    if (group === undefined) return skip("no control group can be made here");
    const executable = agentPath("eats-memory");
    const daemon = createHost(nobody, { local: false, capabilities: [], executable }).boot();
    const outside = await firstPid(daemon);
    await daemon.waitForLog("agent is healthy");
    // What is started from here on is in the group.
    writeFileSync(join(group, "cgroup.procs"), String(daemon.pid));
    process.kill(outside, "SIGKILL");
    const killed = await daemon.waitForLog("agent process ended unexpectedly");
    expect(killed["reason"]).toMatch(/^the agent ended by SIGKILL/);
    const inside = Number(
      (
        await daemon.waitForLog(
          ({ msg, pid }) => msg === "agent process started" && pid !== outside,
        )
      )["pid"],
    );
    await eventually(() => count(daemon, "agent is healthy") > 1);
    process.kill(inside, "SIGUSR2");
    await daemon.waitForLog(
      ({ msg, reason }) =>
        msg === "agent process ended unexpectedly" &&
        String(reason).includes("killed for want of memory"),
    );
    expect(lives(daemon.pid)).toBe(true);
    daemon.signal("SIGTERM");
    await daemon.ended;
  },
  2 * patienceMs,
);
