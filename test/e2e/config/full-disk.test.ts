import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { digestOf } from "../../../src/supervisor/store/store.ts";
import type { Journal } from "../../../src/supervisor/core/report/journal.ts";
import { nopConfig, nopPart } from "../../helpers/agent/agent-configs.ts";
import { eventually, patienceMs, pidsOf } from "../../helpers/e2e/daemon.ts";
import { lives } from "../../helpers/agent/processes.ts";
import { type Scene, createScene } from "../../helpers/e2e/scene.ts";
import { wayToMount, type SmallDisk, mountSmallDisk } from "../../helpers/e2e/small-disk.ts";

const flags = wayToMount();
/** A skipped test is printed with its name: the reason stands there. */
const note =
  flags === undefined ? " (no disk: unshare may not mount, neither as root nor as a user)" : "";

async function scene(): Promise<Scene & { readonly disk: SmallDisk }> {
  const made = await createScene({ local: nopConfig("local") });
  const disk = await mountSmallDisk(flags ?? [], made.folder, "256k");
  return { ...made, disk, boot: () => made.boot({}, disk.launcher) };
}

/** The journal as a start would read it; throws when it is not whole. */
function journalOn({ path }: SmallDisk): Journal {
  const { journal, sha256 } = JSON.parse(readFileSync(path("journal.json"), "utf8")) as {
    journal: Journal;
    sha256: string;
  };
  expect(digestOf(journal)).toBe(sha256);
  return journal;
}

test.skipIf(flags === undefined)(
  `a full disk fails an offer with the reason and costs nothing else; with room it is applied${note}`,
  async () => {
    const { server, disk, boot } = await scene();
    const daemon = boot();
    const { uid } = await server.agent((agent) => agent.up === "true");
    await eventually(() => journalOn(disk).good !== undefined);
    const effective = readFileSync(disk.path("effective.yaml"), "utf8");
    const [pid = 0] = pidsOf(daemon);

    disk.fill();
    server.offerConfig(uid, nopPart("remote"));
    const failed = await server.agent(
      ({ offer, status }) => offer?.state === "failed" && status === "degraded",
    );
    expect(failed.offer?.errorMessage).toMatch(/ENOSPC|no space left/);
    expect(failed.offer?.errorMessage).toContain("stays in force");
    // Somebody should make room: the next start of the supervisor would know nothing of what happens now.
    expect(failed.lastError).toContain("goes on with generation 1");
    expect(pidsOf(daemon)).toEqual([pid]);
    expect(lives(pid)).toBe(true);
    expect(readFileSync(disk.path("effective.yaml"), "utf8")).toBe(effective);
    expect(journalOn(disk).good?.number).toBe(1);

    // The server need not offer it again.
    disk.clear();
    const applied = await server.agent(
      ({ offer, up }) => offer?.state === "applied" && up === "true",
    );
    expect(applied.effectiveConfig[0]?.text).toContain("nop/remote");
    expect(journalOn(disk).verdict.is).toBe("applied");
  },
  2 * patienceMs,
);

test.skipIf(flags === undefined)(
  `on a full disk a supervisor that was killed starts again and so does its agent${note}`,
  async () => {
    const { server, disk, boot } = await scene();
    const daemon = boot();
    await server.agent((agent) => agent.up === "true");
    await eventually(() => journalOn(disk).good !== undefined);
    const [pid = 0] = pidsOf(daemon);
    disk.fill();
    daemon.signal("SIGKILL");
    await daemon.ended;
    await eventually(() => !lives(pid));
    const next = boot();
    await next.waitForLog("agent is healthy");
    expect(next.lines.map(({ msg }) => msg)).toContain(
      "the storage directory could not be locked: a second supervisor would not be noticed",
    );
    await server.agent((agent) => agent.connected && agent.up === "true");
    next.signal("SIGTERM");
    expect(await next.ended).toBe(0);
  },
  2 * patienceMs,
);

test.skipIf(flags === undefined)(
  `on a full disk an agent that crashed is back, alone, and ends with the supervisor${note}`,
  async () => {
    const { server, disk, boot } = await scene();
    const daemon = boot();
    await server.agent((agent) => agent.up === "true");
    await eventually(() => journalOn(disk).good !== undefined);
    const [pid = 0] = pidsOf(daemon);
    disk.fill();
    process.kill(pid, "SIGKILL");
    const started = await daemon.waitForLog(
      (line) => line.msg === "agent process started" && line["pid"] !== pid,
    );
    const again = Number(started["pid"]);
    await eventually(
      () => daemon.lines.filter(({ msg }) => msg === "agent is healthy").length === 2,
    );
    expect(pidsOf(daemon)).toEqual([pid, again]);
    daemon.signal("SIGTERM");
    expect(await daemon.ended).toBe(0);
    expect(lives(again)).toBe(false);
  },
  2 * patienceMs,
);
