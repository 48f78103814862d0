import { execFileSync } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { PackageStatusType } from "../../../src/opamp-client/wire/messages.ts";
import { collectorsOf } from "../../helpers/agent/processes.ts";
import {
  collectorPath,
  eventually,
  patienceMs,
  pidsOf,
  program,
  scratchFolder,
} from "../../helpers/e2e/daemon.ts";
import { mountSmallDisk, wayToMount } from "../../helpers/e2e/small-disk.ts";
import { launcherProgram } from "../../helpers/packages/launcher-program.ts";
import {
  type PackageScene,
  type Wanted,
  newer,
  newerCollector,
  packageScene,
  programOf,
  version,
} from "../../helpers/packages/package-scene.ts";

/** The collector that ran before runs, and nothing else has run in between. */
async function expectUntouched(scene: PackageScene, pid: number): Promise<void> {
  expect(collectorsOf(scene.folder)).toEqual([pid]);
  expect(programOf(pid)).toBe(collectorPath());
  await eventually(() => scene.last("health")?.healthy === true);
}

/** A file with one byte turned over. */
function changed(file: Buffer, at: number): Buffer {
  const other = Buffer.from(file);
  other[at] = (other[at] ?? 0) ^ 0xff;
  return other;
}

function archiveWithLink(): Buffer {
  const folder = scratchFolder();
  mkdirSync(join(folder, "in"));
  writeFileSync(join(folder, "in/otelcol"), launcherProgram("/nowhere"));
  symlinkSync("/etc/passwd", join(folder, "in/notes"));
  execFileSync("tar", ["-czf", join(folder, "out.tar.gz"), "-C", join(folder, "in"), "."]);
  return readFileSync(join(folder, "out.tar.gz"));
}

/** Each bad in its own way, with what the server is told. */
function badPackages(): readonly (readonly [
  what: string,
  wanted: Wanted,
  words: RegExp | string,
])[] {
  const file = readFileSync(collectorPath());
  const good = { version: newer, file: Buffer.concat([file, Buffer.of(0)]) };
  const stranger = generateKeyPairSync("ed25519").privateKey;
  const none = /the signature is none of this package, version and file/;
  return [
    [
      "a file that is another one than announced",
      { ...good, served: changed(good.file, 100_000) },
      /SHA-256/,
    ],
    ["a signature by somebody else", { ...good, signed: { key: stranger } }, none],
    ["a signature of another version", { ...good, signed: { version } }, none],
    ["a signature of another file", { ...good, signed: { file } }, none],
    [
      "a program for another processor",
      { ...good, file: changed(file, 18) },
      /built for|processor|architecture/,
    ],
    ["a text", { ...good, file: Buffer.from("not a program\n") }, /a text: expected a program/],
    [
      "a program that is no collector",
      { ...good, file: readFileSync("/bin/true") },
      /does not say what it is/,
    ],
    ["a program that is of another version than it is offered as", good, `says it is ${version}`],
    ["an archive with a link in it", { ...good, file: archiveWithLink() }, /link/],
    [
      "a file of 2 GB",
      { ...good, served: { bytes: 2 ** 31 } },
      /expected at most 1073741824 bytes, the server has 2147483648/,
    ],
    ["a version that is too old", { ...good, version: "0.1.0" }, `lower than ${version}`],
  ];
}

/** Below `packages` when nothing is installed or waited for. */
const leftOver = [".downloads", "agent"].join();

test(
  "what is no proper package is refused with the reason, and the collector that runs does not notice",
  async () => {
    const scene = await packageScene({ agent: `    lowest_version: ${version}\n` });
    const daemon = scene.boot();
    await daemon.waitForLog("agent is healthy");
    const [pid = 0] = pidsOf(daemon);
    for (const [what, wanted, words] of badPackages()) {
      scene.offer(wanted);
      expect(await scene.failure(wanted), what).toEqual(
        typeof words === "string" ? expect.stringContaining(words) : expect.stringMatching(words),
      );
      await expectUntouched(scene, pid);
    }
    const two = ["one", "two"].map((name) => ({ name, version: newer, file: Buffer.from(name) }));
    scene.offer(...two);
    await eventually(() =>
      /expected one top-level package/.test(scene.last("packageStatuses")?.errorMessage ?? ""),
    );
    await expectUntouched(scene, pid);
    expect(pidsOf(daemon)).toEqual([pid]);
    await eventually(
      () => readdirSync(scene.path("storage/packages"), { recursive: true }).join() === leftOver,
    );
  },
  6 * patienceMs,
);

const flags = wayToMount();
/** A skipped test is printed with its name: the reason stands there. */
const note =
  flags === undefined ? " (no disk: unshare may not mount, neither as root nor as a user)" : "";

test.skipIf(flags === undefined)(
  `a package that the disk has no room for is told as that, and is taken when there is room${note}`,
  async () => {
    const scene = await packageScene();
    const disk = await mountSmallDisk(flags ?? [], scene.folder, "8m");
    const daemon = scene.boot({}, disk.launcher);
    await daemon.waitForLog("agent is healthy");
    const [pid = 0] = pidsOf(daemon);
    const wanted = { version: newer, file: newerCollector() };
    scene.offer(wanted);
    const { status, errorMessage } = await scene.status((one) => (one.errorMessage ?? "") !== "");
    expect(status).toBe(PackageStatusType.InstallPending);
    expect(errorMessage).toMatch(/tried again by itself: there is not enough space left/);
    await expectUntouched(scene, pid);
    const onDisk = (...words: readonly string[]): Buffer =>
      execFileSync(disk.launcher[0] ?? "", [...disk.launcher.slice(1), ...words]);
    onDisk("mount", "-o", "remount,size=256m", "storage");
    onDisk(process.execPath, program, "retry", "--config=./supervisor.yaml");
    await scene.installed(wanted);
    const [, next = 0] = pidsOf(daemon);
    expect(collectorsOf(scene.folder)).toEqual([next]);
  },
  4 * patienceMs,
);
