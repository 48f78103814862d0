import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { nopConfig } from "../helpers/agent/agent-configs.ts";
import { collectorsOf } from "../helpers/agent/processes.ts";
import { patienceMs, scratchFolder } from "../helpers/e2e/daemon.ts";
import { lasts } from "../helpers/endurance/bad-weather.ts";
import { figuresOf, tellingInto } from "../helpers/endurance/figures.ts";
import { holdingsOf } from "../helpers/endurance/growth.ts";
import { expectWell, type Place } from "../helpers/endurance/invariants.ts";
import { printedDice } from "../helpers/endurance/seed.ts";
import { backWithinMs } from "../helpers/endurance/stand.ts";
import { heardBy } from "../helpers/endurance/told.ts";
import { freePorts, takenPort } from "../helpers/net/free-ports.ts";
import { newer, newerCollector, packageScene } from "../helpers/packages/package-scene.ts";
import { plotOf } from "../helpers/soak/plot.ts";
import { csvOf, grownOver, type Sample, sampleOf } from "../helpers/soak/samples.ts";
import { stormOver } from "../helpers/soak/storm.ts";

const minutes = Number(process.env["SOAK_MINUTES"] ?? "5");
const results = process.env["SOAK_RESULTS"] ?? "";

const capabilities = [
  ...["accepts_remote_config", "reports_remote_config", "reports_effective_config"],
  ...["reports_health", "accepts_restart_command", "accepts_opamp_connection_settings"],
  "accepts_packages",
];

test(
  `after ${minutes} minutes of everything at random all is as it must be, and nothing has grown`,
  async () => {
    const [health = 0] = await freePorts(1);
    const local = nopConfig("usual", { health: `127.0.0.1:${health}` });
    const scene = await packageScene({ local, capabilities });
    const figuresFile = join(scratchFolder(), "figures.json");
    const daemon = scene.boot(tellingInto(figuresFile));
    const place: Place = { host: scene, daemon, health, told: () => heardBy(scene.server) };
    await expectWell(place);
    const storage = scene.path("storage");
    const dice = printedDice("soak");
    const upgrade = { version: newer, file: newerCollector() };
    const storm = stormOver(scene, dice, { takenPort: await takenPort(), newer: upgrade });

    const samples: Sample[] = [];
    const from = performance.now();
    const secondsSince = (): number => Math.round((performance.now() - from) / 1_000);
    let actions = 0;
    const calm = async (): Promise<void> => {
      await expectWell(place, backWithinMs);
      const [agent = 0] = collectorsOf(scene.folder);
      const held = await holdingsOf({ pid: daemon.pid, figuresFile, storage });
      const processes = collectorsOf(scene.folder).length + 1;
      const counted = { seconds: secondsSince(), actions, processes };
      samples.push(sampleOf(held, { ...counted, agentMb: figuresOf(agent).residentMb }));
      report(samples, storm.counts());
    };
    await calm();
    while (secondsSince() < minutes * 60) {
      for (let gust = 2 + dice(6); gust > 0; gust -= 1) {
        const what = await storm.next(actions);
        process.stdout.write(`  ${secondsSince()} s: ${what}\n`);
        actions += 1;
        await lasts(dice(1_500));
      }
      await calm();
    }
    expect(grownOver(samples)).toEqual([]);
  },
  minutes * 60_000 + 20 * patienceMs,
);

/** Written each time, so that a run that fails shows how it came to that. */
function report(samples: readonly Sample[], counts: Readonly<Record<string, number>>): void {
  if (results === "") return;
  mkdirSync(results, { recursive: true });
  const title = `${samples.at(-1)?.actions ?? 0} actions in ${samples.at(-1)?.seconds ?? 0} s`;
  writeFileSync(join(results, "samples.csv"), csvOf(samples));
  writeFileSync(join(results, "samples.svg"), plotOf(samples, title));
  writeFileSync(join(results, "actions.json"), JSON.stringify(counts, undefined, 2));
}
