import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, renameSync, truncateSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { collectorsOf } from "../helpers/agent/processes.ts";
import { eventually, patienceMs } from "../helpers/e2e/daemon.ts";
import { temporaryFolder } from "../helpers/temporary-folder.ts";
import { canMakeLauncher } from "../helpers/packages/launcher-program.ts";
import {
  expectUpgraded,
  launcherNote,
  upgrade,
  upgradeScene,
} from "../helpers/packages/upgrade-scene.ts";

/** Builds what notes how far each file has been written through; undefined without a compiler. */
function noter(folder: string): string | undefined {
  const library = join(folder, "volatile-disk.so");
  const source = join(import.meta.dirname, "../fixtures/disk/volatile-disk.c");
  const built = spawnSync("cc", ["-shared", "-fPIC", "-O1", "-o", library, source, "-ldl"]);
  return built.status === 0 ? library : undefined;
}

interface Renamed {
  readonly number: string;
  readonly from: string;
  readonly to: string;
}

/**
 * What a disk may look like when the power is cut: files that were not written through are empty, and names that were not
 * are what they were. Gives the number of files and names that this has changed.
 */
function cutPower(notes: string): number {
  const dirty = new Set<string>();
  let pending: Renamed[] = [];
  for (const line of readFileSync(join(notes, "log"), "utf8").split("\n")) {
    const [what, first = "", from = "", to = ""] = line.split(" ");
    if (what === "W") dirty.add(first);
    if (what === "S") dirty.delete(first);
    if (what === "D") pending = pending.filter((one) => dirname(one.to) !== first);
    if (what !== "R") continue;
    pending.push({ number: first, from, to });
    for (const path of [...dirty]) {
      if (path !== from && !path.startsWith(`${from}/`)) continue;
      dirty.delete(path);
      dirty.add(`${to}${path.slice(from.length)}`);
    }
  }
  const lost = [...dirty].filter((path) => existsSync(path));
  for (const path of lost) truncateSync(path);
  for (const { number, from, to } of pending.toReversed()) {
    if (!existsSync(to) || existsSync(from) || !existsSync(dirname(from))) continue;
    renameSync(to, from);
    const aside = join(notes, number);
    if (existsSync(aside)) renameSync(aside, to);
  }
  return lost.length + pending.length;
}

const places = [
  "after fetch-package:1",
  "hash proved:1",
  "unpacked:1",
  "marker written:1",
  "renamed:1",
  "fact package-fetched:1",
  "generation kept:2",
  "effective written:2",
  "after start-agent:2",
  "before sweep-packages:1",
];

test.skipIf(!canMakeLauncher).each(places)(
  `the power is cut at %s: what is left starts with a collector that works, and is upgraded${launcherNote}`,
  async (place) => {
    const notes = join(temporaryFolder(), "notes");
    mkdirSync(notes);
    const library = noter(dirname(notes));
    if (library === undefined) throw new Error("expected a C compiler (cc) for this test");
    const host = await upgradeScene();
    const first = host.boot({
      OPAMPSUPERVISOR_TEST_KILL: place,
      LD_PRELOAD: library,
      VOLATILE_DISK_PATH: host.path("storage"),
      VOLATILE_DISK_LOG: notes,
    });
    await first.waitForLog("agent is healthy");
    const wanted = upgrade();
    host.offer(wanted);
    await first.ended;
    for (const pid of collectorsOf(host.folder)) process.kill(pid, "SIGKILL");
    await eventually(() => collectorsOf(host.folder).length === 0);
    expect(cutPower(notes), "something is lost each time").toBeGreaterThan(0);

    const second = host.boot();
    await expectUpgraded(host, second, wanted);
    expect(second.lines.filter(({ level }) => level === "fatal")).toEqual([]);
  },
  4 * patienceMs,
);
