import { readdirSync } from "node:fs";
import { expect, test } from "vitest";
import { dyingPart, nopConfig, nopPart } from "../helpers/agent/agent-configs.ts";
import { agentPath } from "../helpers/agent/agents.ts";
import { kill, patienceMs } from "../helpers/e2e/daemon.ts";
import { lasts } from "../helpers/endurance/bad-weather.ts";
import { expectWell, type Place } from "../helpers/endurance/invariants.ts";
import { printedDice } from "../helpers/endurance/seed.ts";
import { signalAgents } from "../helpers/endurance/signal-agents.ts";
import { standWithServer } from "../helpers/endurance/stand.ts";
import { heardBy } from "../helpers/endurance/told.ts";
import { freePorts, takenPort } from "../helpers/net/free-ports.ts";
import { canMakeLauncher, launcherProgram } from "../helpers/packages/launcher-program.ts";
import { packageScene, type Wanted } from "../helpers/packages/package-scene.ts";

const kills = 100;

test(
  `of ${kills} kills at any moment the supervisor comes back each time, and all is as it must be`,
  async () => {
    const first = await standWithServer();
    const { server } = first;
    const { uid } = first.told() ?? { uid: "" };
    const dice = printedDice("kills");
    const taken = await takenPort();
    const offers: readonly ((at: number) => void)[] = [
      (at) => server.offerConfig(uid, nopPart(`good${at}`)),
      (at) => server.offerConfig(uid, dyingPart(taken, `bad${at}`)),
      () => signalAgents(first.host.folder, "SIGKILL"),
      () => undefined,
    ];
    const begun = performance.now();
    let stand: Pick<typeof first, "again" | "daemon" | "stillStands"> & Place = first;
    for (let killed = 0; killed < kills; killed += 1) {
      offers[dice(offers.length)]?.(killed);
      await lasts(dice(700));
      await kill(stand.daemon);
      stand = first.again();
      // One in three is killed on its way up; the others have to be well first.
      if (dice(3) > 0) await expectWell(stand);
    }
    const seconds = (performance.now() - begun) / 1_000;
    process.stdout.write(`  ${kills} kills in ${seconds.toFixed(0)} s\n`);
    server.offerConfig(uid, nopPart("after"));
    await server.agent(
      ({ effectiveConfig }) => effectiveConfig[0]?.text.includes("after") === true,
    );
    await stand.stillStands();
  },
  20 * patienceMs,
);

const switches = 30;
const note = canMakeLauncher ? "" : " (only on x64: the programs are made by hand)";

test.skipIf(!canMakeLauncher)(
  `of ${switches} kills while a package is fetched, proved and put in force each is survived${note}`,
  async () => {
    const [health = 0] = await freePorts(1);
    const scene = await packageScene({
      executable: agentPath("healthy"),
      local: nopConfig("usual", { health: `127.0.0.1:${health}` }),
      capabilities: [
        ...["accepts_remote_config", "reports_remote_config", "reports_effective_config"],
        ...["reports_health", "accepts_packages"],
      ],
    });
    const dice = printedDice("kills during a switch");
    const wanted = (at: number): Wanted => ({
      version: "0.149.0",
      file: launcherProgram(agentPath(at % 2 === 0 ? "dies-later" : "healthy"), String(at)),
    });
    const boot = (): Place => ({
      ...{ host: scene, daemon: scene.boot(), health },
      told: () => heardBy(scene.server),
    });
    const packages = (): number => readdirSync(scene.path("storage"), { recursive: true }).length;
    let place = boot();
    await expectWell(place);
    let few = 0;
    for (let at = 1; at <= switches; at += 1) {
      const next = wanted(at);
      scene.offer(next);
      await lasts(dice(1_500));
      await kill(place.daemon);
      place = boot();
      await scene.installed(next);
      await expectWell(place);
      if (at === 5) few = packages();
    }
    expect(packages()).toBeLessThan(few + 10);
  },
  20 * patienceMs,
);
