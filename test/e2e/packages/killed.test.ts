import { expect, test } from "vitest";
import { nopConfig } from "../../helpers/agent/agent-configs.ts";
import { agentPath } from "../../helpers/agent/agents.ts";
import { collectorsOf } from "../../helpers/agent/processes.ts";
import { type Daemon, eventually, patienceMs } from "../../helpers/e2e/daemon.ts";
import { commandLineOf } from "../../helpers/e2e/planted-secrets.ts";
import { freePorts } from "../../helpers/net/free-ports.ts";
import { canMakeLauncher, launcherProgram } from "../../helpers/packages/launcher-program.ts";
import {
  type PackageScene,
  type Wanted,
  packageScene,
} from "../../helpers/packages/package-scene.ts";

/**
 * Places in an upgrade, from its offer to the end of its trial, with the time of passing at which the supervisor is
 * killed there.
 */
const places: readonly string[] = [
  "fact packages-offered:1",
  "after fetch-package:1",
  "hash proved:1",
  "trusted:1",
  "unpacking:1",
  "unpacked:1",
  "marker written:1",
  "renamed:1",
  "fact package-progressed:1",
  "fact package-fetched:1",
  "after validate-config:2",
  "fact config-validated:2",
  "before write-config:2",
  "generation kept:2",
  "effective written:2",
  "before signal-agent:1",
  "after signal-agent:1",
  "fact agent-exited:1",
  "before start-agent:2",
  "after start-agent:2",
  "before sweep-packages:1",
];

const note = canMakeLauncher ? "" : " (only on x64: the programs are made by hand)";
const upgrade = (): Wanted => ({
  version: "0.149.0",
  file: launcherProgram(agentPath("dies-later")),
});

async function scene(): Promise<PackageScene> {
  const [health = 0] = await freePorts(1);
  return packageScene({
    executable: agentPath("healthy"),
    local: nopConfig("usual", { health: `127.0.0.1:${health}` }),
  });
}

/** The programs that run, by the names of their scripts. */
const running = ({ folder }: PackageScene): string =>
  collectorsOf(folder)
    .map((pid) => /(\w[\w-]*)\.mjs/.exec(commandLineOf(pid))?.[1] ?? "")
    .join();

/** What is told of the agent's version fits what runs. */
async function expectUpgraded(of: PackageScene, daemon: Daemon, wanted: Wanted): Promise<void> {
  await daemon.waitForLog("agent is healthy");
  await daemon.waitForLog("connected");
  await of.installed(wanted);
  await eventually(() => running(of) === "dies-later");
  await eventually(() => of.last("health")?.healthy === true);
  expect(of.told()).not.toContain("InstallFailed");
}

test.skipIf(!canMakeLauncher).each(places)(
  `killed at %s, the supervisor comes back with one collector, and goes on with the upgrade${note}`,
  async (place) => {
    const host = await scene();
    const first = host.boot({ OPAMPSUPERVISOR_TEST_KILL: place });
    await first.waitForLog("agent is healthy");
    const wanted = upgrade();
    host.offer(wanted);
    await first.ended;
    expect(
      first.lines.map(({ msg }) => msg),
      "it was killed, not stopped",
    ).not.toContain("stopped");
    await expectUpgraded(host, host.boot(), wanted);
  },
  4 * patienceMs,
);
