import { readdirSync, rmSync } from "node:fs";
import { expect, test } from "vitest";
import { PackageStatusType } from "../../../src/opamp-client/wire/messages.ts";
import { nopConfig } from "../../helpers/agent/agent-configs.ts";
import { type AgentName, agentPath } from "../../helpers/agent/agents.ts";
import { collectorsOf } from "../../helpers/agent/processes.ts";
import { type Daemon, eventually, kill, patienceMs, pidsOf } from "../../helpers/e2e/daemon.ts";
import { commandLineOf } from "../../helpers/e2e/planted-secrets.ts";
import { freePorts } from "../../helpers/net/free-ports.ts";
import { canMakeLauncher, launcherProgram } from "../../helpers/packages/launcher-program.ts";
import {
  type PackageScene,
  type Wanted,
  packageScene,
} from "../../helpers/packages/package-scene.ts";

const note = canMakeLauncher ? "" : " (only on x64: the programs are made by hand)";
const attack = test.skipIf(!canMakeLauncher);
const packaged = (name: AgentName, mark = ""): Wanted => ({
  version: "0.149.0",
  file: launcherProgram(agentPath(name), mark),
});

async function scene(local: AgentName, agent = "", word = "usual"): Promise<PackageScene> {
  const [health = 0] = await freePorts(1);
  return packageScene({
    executable: agentPath(local),
    local: nopConfig(word, { health: `127.0.0.1:${health}` }),
    agent,
  });
}

/** The programs that run, by the names of their scripts. */
const running = ({ folder }: PackageScene): string =>
  collectorsOf(folder)
    .map((pid) => /(\w[\w-]*)\.mjs/.exec(commandLineOf(pid))?.[1] ?? "")
    .join();

async function expectRunning(of: PackageScene, name: AgentName): Promise<void> {
  await eventually(() => running(of) === name).catch((error: unknown) => {
    throw new Error(`runs: ${running(of)}`, { cause: error });
  });
  await eventually(() => of.last("health")?.healthy === true);
}

/** A host on which a version of the server's runs. */
async function upgraded(agent = ""): Promise<{ of: PackageScene; daemon: Daemon; wanted: Wanted }> {
  const of = await scene("healthy", agent);
  const daemon = of.boot();
  await daemon.waitForLog("agent is healthy");
  const wanted = packaged("dies-later");
  of.offer(wanted);
  await of.installed(wanted);
  return { of, daemon, wanted };
}

attack(
  `a collector that has never worked is healed by a version that does${note}`,
  async () => {
    const of = await scene("exits-at-once");
    const daemon = of.boot();
    await daemon.waitForLog("agent process ended unexpectedly");
    await daemon.waitForLog("connected");
    const wanted = packaged("healthy");
    of.offer(wanted);
    await of.installed(wanted);
    await expectRunning(of, "healthy");
  },
  3 * patienceMs,
);

attack(
  `a collector that ends again and again is healed by a version that does not${note}`,
  async () => {
    const of = await scene("dies-later", "", "dies_after_2500_ms");
    const daemon = of.boot();
    await daemon.waitForLog("connected");
    await eventually(() => pidsOf(daemon).length > 2);
    const wanted = packaged("healthy");
    of.offer(wanted);
    await of.installed(wanted);
    await expectRunning(of, "healthy");
  },
  3 * patienceMs,
);

attack(
  `files that somebody removes while the version runs do not matter to it, and the next start takes the local one${note}`,
  async () => {
    const { of, daemon, wanted } = await upgraded();
    const [, pid = 0] = pidsOf(daemon);
    rmSync(of.path("storage/packages"), { recursive: true });
    expect(collectorsOf(of.folder)).toEqual([pid]);
    process.kill(pid, "SIGKILL");
    await eventually(() => pidsOf(daemon).length > 2 && collectorsOf(of.folder).length === 1);
    await eventually(() => of.last("health")?.healthy === true);
    await of.installed(wanted);
  },
  3 * patienceMs,
);

attack(
  `a version whose probation a kill of the supervisor interrupts is still taken back when it falls ill${note}`,
  async () => {
    const of = await scene("healthy", "", "ill_after_4000_ms");
    const first = of.boot();
    await first.waitForLog("agent is healthy");
    const wanted = packaged("falls-ill");
    of.offer(wanted);
    await of.installed(wanted);
    await kill(first);
    const second = of.boot();
    await second.waitForLog("connected");
    expect(await of.failure(wanted)).toMatch(/503/);
    await expectRunning(of, "healthy");
  },
  3 * patienceMs,
);

attack(
  `the agent of a killed supervisor is adopted with its version${note}`,
  async () => {
    const { of, daemon, wanted } = await upgraded("  leftover: adopt\n");
    await kill(daemon);
    const [pid = 0] = collectorsOf(of.folder);
    const second = of.boot();
    await second.waitForLog("connected");
    await of.installed(wanted);
    await expectRunning(of, "dies-later");
    expect(collectorsOf(of.folder)).toEqual([pid]);
    of.offer();
    await expectRunning(of, "healthy");
  },
  3 * patienceMs,
);

attack(
  `many versions one after the other leave the last one and little else on disk${note}`,
  async () => {
    const { of } = await upgraded();
    const marks = Array.from({ length: 6 }, (_, index) => `mark ${index}`);
    const wanted = marks.map((mark, index) =>
      packaged(index % 2 === 0 ? "healthy" : "dies-later", mark),
    );
    for (const one of wanted) of.offer(one);
    const last = wanted.at(-1);
    if (last === undefined) throw new Error("there is a last one");
    await of.installed(last);
    await expectRunning(of, "dies-later");
    await eventually(() => {
      const there = readdirSync(of.path("storage/packages/agent"));
      return there.filter((name) => name !== "current").length <= 2;
    });
  },
  3 * patienceMs,
);

attack(
  `a download that never ends makes way for what is offered in its place, and is withdrawn${note}`,
  async () => {
    const of = await scene("healthy");
    const daemon = of.boot();
    await daemon.waitForLog("agent is healthy");
    of.offer({ ...packaged("dies-later"), served: { bytes: 10_000_000 } });
    await of.status(({ status }) => status === PackageStatusType.Downloading);
    const wanted = packaged("dies-later", "another");
    of.offer(wanted);
    await of.installed(wanted);
    await expectRunning(of, "dies-later");
    of.offer({ ...packaged("falls-ill"), served: { bytes: 10_000_000 } });
    await of.status(({ status }) => status === PackageStatusType.Downloading);
    of.offer();
    await expectRunning(of, "healthy");
    await eventually(() => readdirSync(of.path("storage/packages/.downloads")).length === 0);
  },
  3 * patienceMs,
);

attack(
  `a version in whose trial the supervisor ends again and again is not tried for ever${note}`,
  async () => {
    const of = await scene("healthy");
    const deadly = { OPAMPSUPERVISOR_TEST_KILL: "after start-agent:2" };
    const first = of.boot(deadly);
    await first.waitForLog("agent is healthy");
    const wanted = packaged("dies-later");
    of.offer(wanted);
    await first.ended;
    await of.boot(deadly).ended;
    const third = of.boot(deadly);
    await third.waitForLog("connected");
    expect(await of.failure(wanted)).toContain("the supervisor ended 2 times while this version");
    await expectRunning(of, "healthy");
  },
  3 * patienceMs,
);
