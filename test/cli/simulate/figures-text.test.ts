import { expect, test } from "vitest";
import { jsonOf, lineOf, tableOf } from "../../../src/cli/simulate/figures-text.ts";
import { type Figures, noFigures } from "../../../src/simulate/figures.ts";

const figures: Figures = {
  ...noFigures(2, 1000),
  connected: 2,
  mostConnected: 2,
  allConnectedAt: 4500,
  connections: 3,
  lost: 1,
  received: 9,
  offers: 2,
  applied: 1,
  failed: 1,
  waves: [
    {
      hash: "ab".repeat(32),
      offered: 2,
      applied: 1,
      failed: 1,
      firstOfferAt: 5000,
      lastOfferAt: 5100,
      firstAppliedAt: 7000,
      lastAppliedAt: 7000,
    },
  ],
  errors: new Map([["the connection broke\u001b[2J", 1]]),
};
const cost = { rssBytes: 50_000_000, addedBytes: 200_000, cpuMs: 1234, elapsedMs: 10_000 };

test("the table has all figures, and nothing that a terminal would act upon", () => {
  const table = tableOf(figures, cost);
  for (const part of [
    "2 of 2, at most 2 at once",
    "after 3.5 s",
    "3 made, 1 lost",
    "abababababab",
    "from the first to the last APPLIED 0.0 s, from the first offer 2.0 s",
    "50 MB, 100 kB for each agent",
    "1.2 s in 10.0 s",
    "1 x the connection broke",
  ]) {
    expect(table).toContain(part);
  }
  expect(table).not.toContain("\u001b");
});

test("a line says how it goes", () => {
  expect(lineOf(figures, 11_000)).toBe(
    "10 s: 2 of 2 connected, 1 lost, configuration abababababab: 2 offered, 1 applied, 1 failed, 9 messages, errors: 1",
  );
  expect(lineOf(noFigures(5, 0), 0)).toBe("0 s: 0 of 5 connected, 0 messages");
});

test("programs get the same as one object", () => {
  expect(JSON.parse(jsonOf(figures, cost, true))).toMatchObject({
    wanted: 2,
    allConnectedMs: 3500,
    waves: [{ offersMs: 100, appliedMs: 0, offeredToAppliedMs: 2000 }],
    bytesPerAgent: 100_000,
    reached: true,
  });
  const none: unknown = JSON.parse(jsonOf(noFigures(1, 0), cost, undefined));
  expect(none).toMatchObject({ allConnectedMs: null, waves: [] });
  expect(none).not.toHaveProperty("reached");
});
