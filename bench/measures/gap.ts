import { type Measure, withRunning } from "../measure.ts";
import { type OtlpLoad, startOtlpLoad } from "../otlp-load.ts";
import { openWorld, pause, sinceUntil, type World } from "../world.ts";

/** Where the collector of these measurements takes spans. */
export const port = 4318;

/** A configuration that takes spans. */
export const receiving: string = `receivers: {otlp: {protocols: {http: {endpoint: "localhost:${port}"}}}}
exporters: {nop: }
extensions: {health_check: {endpoint: "localhost:13133"}}
service:
  extensions: [health_check]
  telemetry: {metrics: {level: none}}
  pipelines: {traces: {receivers: [otlp], exporters: [nop]}}
`;

const changesPerRound = 5;

/** What a client that sends 1,000 requests per second notices of a change. */
export const gap: Measure = {
  name: "gap",
  rounds: 3,
  run: async (collector, contender) => {
    const world = await openWorld(collector, receiving);
    try {
      return await withRunning(world, contender, async () => {
        await pause(1_000);
        const load = startOtlpLoad(port);
        try {
          const whole = await change(world, load, (n) => exporterPart(n));
          const partial = await change(world, load, (n) => receiverPart(n));
          return {
            "gap, exporters change": whole.gapMs,
            "requests lost, exporters change": whole.lost,
            "requests late, exporters change": whole.late,
            "gap, another receiver changes": partial.gapMs,
            "requests lost, another receiver changes": partial.lost,
          };
        } finally {
          await load.stop();
        }
      });
    } finally {
      await world.close();
    }
  },
};

interface Noticed {
  readonly gapMs: number;
  readonly lost: number;
  readonly late: number;
}

/** The middle gap of several changes, and what was lost and late by one of them. */
async function change(
  world: World,
  load: OtlpLoad,
  part: (number: number) => string,
): Promise<Noticed> {
  const gaps: number[] = [];
  let [lost, late] = [0, 0];
  for (let number = 0; number < changesPerRound; number += 1) {
    const { uid = "" } = world.server().agents()[0] ?? {};
    load.forget();
    world.server().offerConfig(uid, part(number));
    await sinceUntil(world, performance.now(), ({ offer }) => offer?.state === "applied");
    // What had to wait is answered by then.
    await pause(500);
    const tally = load.tally();
    gaps.push(tally.longestGapMs);
    lost += tally.lost;
    late += tally.late;
  }
  const middle = gaps.toSorted((a, b) => a - b)[Math.floor(gaps.length / 2)] ?? NaN;
  return { gapMs: middle, lost: lost / changesPerRound, late: late / changesPerRound };
}

function exporterPart(number: number): string {
  return `exporters: {nop/n${number}: }\nservice: {pipelines: {traces: {receivers: [otlp], exporters: [nop, nop/n${number}]}}}\n`;
}

function receiverPart(number: number): string {
  return `receivers: {nop/n${number}: }\nservice: {pipelines: {traces/other: {receivers: [nop/n${number}], exporters: [nop]}}}\n`;
}
