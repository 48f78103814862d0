import { rmSync, truncateSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "vitest";
import { kill, patienceMs } from "../../helpers/e2e/daemon.ts";
import { canMakeLauncher } from "../../helpers/packages/launcher-program.ts";
import {
  expectUpgraded,
  launcherNote,
  upgrade,
  upgradeScene,
} from "../../helpers/packages/upgrade-scene.ts";

/** What becomes of the files of the version that runs, while no supervisor looks. */
const damages: readonly (readonly [what: string, harm: (version: string) => void])[] = [
  ["a marker that is cut off", (version) => truncateSync(join(version, "package.json"), 20)],
  [
    "a marker that is something else",
    (version) => writeFileSync(join(version, "package.json"), "[]"),
  ],
  ["no answers of the program", (version) => rmSync(join(version, "facts.json"))],
  ["answers that are cut off", (version) => truncateSync(join(version, "facts.json"), 20)],
  ["a program that is cut off", (version) => truncateSync(join(version, "files/healthy.mjs"), 100)],
  ["no program", (version) => rmSync(join(version, "files"), { recursive: true })],
  ["nothing at all", (version) => rmSync(dirname(dirname(version)), { recursive: true })],
];

test.skipIf(!canMakeLauncher).each(damages)(
  `with %s in the directory of its version, the supervisor starts with a collector that works, and upgrades again${launcherNote}`,
  async (_, harm) => {
    const host = await upgradeScene();
    const first = host.boot();
    await first.waitForLog("agent is healthy");
    const wanted = upgrade();
    host.offer(wanted);
    await expectUpgraded(host, first, wanted);
    const tried = await first.waitForLog("this version of the agent is in force");
    await kill(first);
    harm(dirname(dirname(String(tried["executable"]))));
    await expectUpgraded(host, host.boot(), wanted);
  },
  4 * patienceMs,
);
