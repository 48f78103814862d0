import { expect, test } from "vitest";
import { count, eventually, patienceMs, scratchFolder } from "../helpers/e2e/daemon.ts";
import { buildStepClock, createStepClock } from "../helpers/e2e/step-clock.ts";
import { lasts } from "../helpers/endurance/bad-weather.ts";
import { newestConnection } from "../helpers/endurance/raw-offers.ts";
import { standWithFake } from "../helpers/endurance/stand.ts";

const hourMs = 3_600_000;
const jumps = [-24, -1, 1, 24, 24 * 365, 0].map((hours) => hours * hourMs);

test(
  "over jumps of the clock by an hour, a day and a year heartbeats come as before, neither late nor in a storm",
  async ({ skip }) => {
    const built = buildStepClock(scratchFolder());
    if ("missing" in built) return skip(built.missing);
    const clock = createStepClock(built.library, scratchFolder());
    const stand = await standWithFake({ launch: () => ({ environment: clock.environment }) });
    const { server, daemon } = stand;
    newestConnection(server)?.send({
      connectionSettings: {
        hash: new TextEncoder().encode("often"),
        opamp: { heartbeatIntervalSeconds: 1n },
      },
    });
    await daemon.waitForLog("connection settings applied");
    for (const aheadMs of jumps) {
      clock.stepTo(aheadMs);
      const [before, from] = [server.messages().length, performance.now()];
      await eventually(() => server.messages().length >= before + 4);
      await lasts(2_000);
      const said = server.messages().length - before;
      const seconds = (performance.now() - from) / 1_000;
      process.stdout.write(`  ${aheadMs} ms: ${said} messages in ${seconds.toFixed(1)} s\n`);
      expect(said).toBeLessThan(seconds + 8);
    }
    expect(count(daemon, "agent process ended unexpectedly")).toBe(0);
    await stand.stillStands();
  },
  8 * patienceMs,
);
