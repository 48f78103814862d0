import { spawnSync } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { nopPart } from "../helpers/agent/agent-configs.ts";
import { collectorsOf } from "../helpers/agent/processes.ts";
import { eventually, kill, patienceMs, scratchFolder } from "../helpers/e2e/daemon.ts";
import { mountSmallDisk, type SmallDisk, wayToMount } from "../helpers/e2e/small-disk.ts";
import { lasts } from "../helpers/endurance/bad-weather.ts";
import { answerOf } from "../helpers/endurance/invariants.ts";
import { printedDice } from "../helpers/endurance/seed.ts";
import { signalAgents } from "../helpers/endurance/signal-agents.ts";
import { standWithServer, type StandParts } from "../helpers/endurance/stand.ts";

/** A disk of which something becomes bad, and good again. */
interface Trouble {
  /** A supervisor that starts meanwhile says these words and ends: it could not keep another one away. */
  readonly refusal?: string;
  readonly launch: NonNullable<StandParts["launch"]>;
  readonly begin: () => void;
  readonly end: () => void;
}

const mounts = wayToMount();

function onSmallDisk(use: (disk: SmallDisk) => Pick<Trouble, "begin" | "end">): Trouble {
  const made: SmallDisk[] = [];
  const all = (): Pick<Trouble, "begin" | "end"> => {
    const [disk] = made;
    if (disk === undefined) throw new Error("expected the disk to be mounted");
    return use(disk);
  };
  return {
    launch: async ({ folder }) => {
      const disk = await mountSmallDisk(mounts ?? [], folder, "2m");
      made.push(disk);
      return { launcher: disk.launcher, storage: disk.path };
    },
    begin: () => all().begin(),
    end: () => all().end(),
  };
}

/** What stands in the file says how it fails: nothing is EIO, and a number so many ms for each call. */
function throughLibrary(how: string, refusal?: string): Trouble | string {
  const folder = scratchFolder();
  const [library, file] = [join(folder, "failing-disk.so"), join(folder, "switch")];
  const source = join(import.meta.dirname, "../fixtures/disk/failing-disk.c");
  const built = spawnSync("cc", ["-shared", "-fPIC", "-O1", "-o", library, source, "-ldl"]);
  if (built.status !== 0) return "a C compiler is needed (cc)";
  return {
    ...(refusal === undefined ? {} : { refusal }),
    launch: (host) => ({
      environment: {
        LD_PRELOAD: library,
        FAILING_DISK_PATH: host.path("storage"),
        FAILING_DISK_SWITCH: file,
      },
    }),
    begin: () => writeFileSync(file, how),
    end: () => rmSync(file),
  };
}

const needsMount = (trouble: () => Trouble) => (): Trouble | string =>
  mounts === undefined ? "this system permits no mount in a namespace of our own" : trouble();

const troubles: Readonly<Record<string, () => Trouble | string>> = {
  "is full": needsMount(() => onSmallDisk(({ fill, clear }) => ({ begin: fill, end: clear }))),
  "is read-only": needsMount(() => ({
    ...onSmallDisk(({ remount }) => ({ begin: () => remount("ro"), end: () => remount("rw") })),
    refusal: "mounted read-only",
  })),
  "takes 100 ms for each call": () => throughLibrary("100"),
  "fails with EIO": () => throughLibrary("", "the disk of"),
};

const rounds = 6;

test.for(Object.entries(troubles))(
  "while the disk %s the agent runs over its own ends, no supervisor starts that could not work, and all is well again afterwards",
  { timeout: 12 * patienceMs },
  async ([what, make], { skip }) => {
    const trouble = make();
    // A reason why it cannot be had here.
    if (typeof trouble === "string") return skip(trouble);
    // A log that is open to be written keeps a disk from becoming read-only.
    const agent = "  passthrough_logs: true\n";
    const stand = await standWithServer({ launch: trouble.launch, agent });
    const { server, host, health } = stand;
    const { uid } = stand.told() ?? { uid: "" };
    const dice = printedDice(what);
    let now: Pick<typeof stand, "daemon" | "stillStands"> = stand;
    for (let round = 0; round < rounds; round += 1) {
      trouble.begin();
      server.offerConfig(uid, nopPart(`during${round}`));
      await lasts(dice(1_000));
      signalAgents(host.folder, "SIGKILL");
      const isAnew = round % 2 === 1;
      if (isAnew) {
        await lasts(dice(500));
        await kill(now.daemon);
        now = stand.again();
      }
      if (isAnew && trouble.refusal !== undefined) {
        expect(await now.daemon.ended).toBe(1);
        expect(now.daemon.stderr()).toContain(trouble.refusal);
      } else {
        await lasts(1_000);
        await eventually(async () => (await answerOf(health)) === 200);
      }
      trouble.end();
      if (isAnew && trouble.refusal !== undefined) now = stand.again();
      server.offerConfig(uid, nopPart(`after${round}`));
      await server.agent(
        ({ up, offer, effectiveConfig }) =>
          up === "true" &&
          offer?.state === "applied" &&
          effectiveConfig[0]?.text.includes(`nop/after${round}`) === true,
      );
    }
    expect(collectorsOf(host.folder)).toHaveLength(1);
    await now.stillStands();
  },
);
