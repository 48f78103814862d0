import { execFileSync } from "node:child_process";
import { lstatSync, readlinkSync } from "node:fs";
import { expect, test } from "vitest";
import { AgentCapability } from "../../../src/opamp-client/wire/messages.ts";
import type { PackageList } from "../../../src/supervisor/core/report/package-answers.ts";
import { collectorsOf } from "../../helpers/agent/processes.ts";
import {
  collectorPath,
  eventually,
  kill,
  patienceMs,
  pidsOf,
  program,
} from "../../helpers/e2e/daemon.ts";
import {
  type PackageScene,
  newer,
  newerCollector,
  packageScene,
  programOf,
  version,
} from "../../helpers/packages/package-scene.ts";

function ask({ folder }: PackageScene, ...words: readonly string[]): string {
  const args = [program, "package", ...words, "--config=./supervisor.yaml"];
  return execFileSync(process.execPath, args, { cwd: folder, encoding: "utf8" });
}

const list = (scene: PackageScene): PackageList =>
  JSON.parse(ask(scene, "list", "--json")) as PackageList;

/** Which version the one process is of, and whether all sides say the same. */
async function expectRunning(scene: PackageScene, expected: string): Promise<void> {
  await eventually(() => list(scene).runs.version === expected);
  const { executable } = list(scene).runs;
  expect(executable === collectorPath()).toBe(expected === version);
  await eventually(() => collectorsOf(scene.folder).map(programOf).join() === executable);
  await eventually(() => {
    const described = scene.last("agentDescription")?.identifyingAttributes ?? [];
    const told = described.find(({ key }) => key === "service.version");
    return told?.value?.stringValue === expected;
  });
  await eventually(() => scene.last("health")?.healthy === true);
}

test(
  "another version is fetched, proved and run, over a kill of the supervisor too, and gone back from when it is not offered any more",
  async () => {
    const scene = await packageScene();
    const first = scene.boot();
    await first.waitForLog("agent is healthy");
    await expectRunning(scene, version);
    const can = AgentCapability.AcceptsPackages | AgentCapability.ReportsPackageStatuses;
    expect((scene.last("capabilities") ?? 0n) & can).toBe(can);

    const upgrade = { version: newer, file: newerCollector() };
    scene.offer(upgrade);
    await scene.installed(upgrade);
    await expectRunning(scene, newer);
    expect(scene.told()).toEqual(["Downloading", "Installing", "Installed"]);
    expect(readlinkSync(scene.path("storage/packages/agent/current"))).toContain(newer);

    await kill(first);
    const second = scene.boot();
    await second.waitForLog("agent is healthy");
    await expectRunning(scene, newer);
    await scene.installed(upgrade);
    expect(second.lines.map(({ msg }) => msg)).not.toContain("package is fetched");

    scene.offer();
    await expectRunning(scene, version);
    await eventually(() => (scene.last("packageStatuses")?.packages?.size ?? 0) === 0);
    expect(
      lstatSync(scene.path("storage/packages/agent/current"), { throwIfNoEntry: false }),
    ).toBeUndefined();
  },
  4 * patienceMs,
);

test(
  "a person goes back to the version before, and it stays so; a pinned version stays whatever is offered",
  async () => {
    const scene = await packageScene();
    const daemon = scene.boot();
    await daemon.waitForLog("agent is healthy");
    const upgrade = { version: newer, file: newerCollector() };
    scene.offer(upgrade);
    await scene.installed(upgrade);

    expect(ask(scene, "rollback")).toContain(`going back from ${newer}`);
    await expectRunning(scene, version);
    expect(await scene.failure(upgrade)).toContain("a person has gone back");
    scene.offer(upgrade);

    ask(scene, "pin");
    const other = { version: "0.159.0", file: Buffer.from("what a pin keeps out") };
    scene.offer(other);
    expect(await scene.failure(other)).toContain("pin --off");
    await expectRunning(scene, version);
    expect(pidsOf(daemon)).toHaveLength(3);
  },
  4 * patienceMs,
);

test(
  "a version and the configuration that only it takes are offered together and tried together",
  async () => {
    const scene = await packageScene();
    const daemon = scene.boot();
    await daemon.waitForLog("agent is healthy");
    const [ours, its] = ["memory_limiter", "memory_limitex"];
    const upgrade = { version: newer, file: newerCollector({ [ours]: its }) };
    const needing = `processors: {${its}: {check_interval: 1s, limit_mib: 400}}
service: {pipelines: {traces: {processors: [${its}]}}}
`;
    scene.offerWith(needing, upgrade);
    await scene.installed(upgrade);
    await expectRunning(scene, newer);
    await eventually(() => scene.last("remoteConfigStatus")?.status === 1);
    expect(scene.effective()).toContain(its);

    // Nothing else takes it back with the version: the local collector refuses it, so all stays as it is.
    scene.offer();
    await eventually(() => (scene.last("packageStatuses")?.errorMessage ?? "") !== "");
    expect(scene.last("packageStatuses")?.errorMessage).toContain(`version ${newer} stays`);
    await expectRunning(scene, newer);
  },
  4 * patienceMs,
);
