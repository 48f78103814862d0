import { expect } from "vitest";
import { nopConfig } from "../agent/agent-configs.ts";
import { agentPath } from "../agent/agents.ts";
import { collectorsOf } from "../agent/processes.ts";
import { type Daemon, eventually } from "../e2e/daemon.ts";
import { commandLineOf } from "../e2e/planted-secrets.ts";
import { freePorts } from "../net/free-ports.ts";
import { canMakeLauncher, launcherProgram } from "./launcher-program.ts";
import { type PackageScene, type Wanted, packageScene } from "./package-scene.ts";

/** For the names of tests that are left out on other processors. */
export const launcherNote: string = canMakeLauncher
  ? ""
  : " (only on x64: the programs are made by hand)";
/** Another version of the pretended collector. */
export const upgrade = (): Wanted => ({
  version: "0.149.0",
  file: launcherProgram(agentPath("dies-later")),
});

/** A host that runs a pretended collector and takes packages. */
export async function upgradeScene(): Promise<PackageScene> {
  const [health = 0] = await freePorts(1);
  return packageScene({
    executable: agentPath("healthy"),
    local: nopConfig("usual", { health: `127.0.0.1:${health}` }),
  });
}

/** The programs that run, by the names of their scripts. */
export const runningPrograms = ({ folder }: PackageScene): string =>
  collectorsOf(folder)
    .map((pid) => /(\w[\w-]*)\.mjs/.exec(commandLineOf(pid))?.[1] ?? "")
    .join();

/** What is told of the agent's version fits what runs. */
export async function expectUpgraded(
  of: PackageScene,
  daemon: Daemon,
  wanted: Wanted,
): Promise<void> {
  await daemon.waitForLog("agent is healthy");
  await daemon.waitForLog("connected");
  await of.installed(wanted);
  await eventually(() => runningPrograms(of) === "dies-later");
  await eventually(() => of.last("health")?.healthy === true);
  expect(of.told()).not.toContain("InstallFailed");
}
