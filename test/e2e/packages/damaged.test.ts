import { rmSync, truncateSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { nopConfig } from "../../helpers/agent/agent-configs.ts";
import { agentPath } from "../../helpers/agent/agents.ts";
import { collectorsOf } from "../../helpers/agent/processes.ts";
import { type Daemon, eventually, kill, patienceMs } from "../../helpers/e2e/daemon.ts";
import { commandLineOf } from "../../helpers/e2e/planted-secrets.ts";
import { freePorts } from "../../helpers/net/free-ports.ts";
import { canMakeLauncher, launcherProgram } from "../../helpers/packages/launcher-program.ts";
import {
  type PackageScene,
  type Wanted,
  packageScene,
} from "../../helpers/packages/package-scene.ts";

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
  `with %s in the directory of its version, the supervisor starts with a collector that works, and upgrades again${note}`,
  async (_, harm) => {
    const host = await scene();
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
