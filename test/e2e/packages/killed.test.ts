import { expect, test } from "vitest";
import { patienceMs } from "../../helpers/e2e/daemon.ts";
import { canMakeLauncher } from "../../helpers/packages/launcher-program.ts";
import {
  expectUpgraded,
  launcherNote,
  upgrade,
  upgradeScene,
} from "../../helpers/packages/upgrade-scene.ts";

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

test.skipIf(!canMakeLauncher).each(places)(
  `killed at %s, the supervisor comes back with one collector, and goes on with the upgrade${launcherNote}`,
  async (place) => {
    const host = await upgradeScene();
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
