import { test, expect } from "vitest";
import {
  startDataFlow,
  observe,
  compareFlows,
  begin,
} from "../../../../src/supervisor/core/data-flow/compare.ts";
import type { DataFlow } from "../../../../src/supervisor/core/state/data-flow.ts";
import { windowMs, sampleOf } from "../../../helpers/core/flow-samples.ts";

/** A small seeded generator: the same history for the same seed. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** What moves in a second. */
interface Rates {
  readonly passed: number;
  readonly failed: number;
}

/** A receiver and an exporter with one stretch of time after the other, read at uneven times. */
interface History {
  readonly flow: () => DataFlow;
  /** Lives on for so many windows; gives back the sentences that were said meanwhile. */
  readonly live: (windows: number, rates: Rates) => readonly string[];
  readonly reset: (how: "crash" | "reload") => void;
  readonly change: () => void;
}

const expected = new Set(["receiver otlp spans", "exporter out spans"]);

function createHistory(random: () => number): History {
  let [now, run, startedAt, passed, failed] = [5_000_000, 1, 5_000_000, 0, 0];
  let flow = startDataFlow(windowMs);
  const read = (): void => {
    const counts = [
      { passed: Math.floor(passed), failed: Math.floor(failed) },
      { kind: "exporter", id: "out", passed: Math.floor(passed), failed: Math.floor(failed) },
    ] as const;
    // A counter that never counted may be missing, and readings are late by a little.
    const shown = passed + failed === 0 && random() < 0.5 ? [] : counts;
    const upSeconds = random() < 0.9 ? (now - startedAt) / 1_000 : undefined;
    flow = observe(flow, sampleOf(shown, upSeconds), now + Math.floor(random() * 40), run);
  };
  const reset = (how: "crash" | "reload"): void => {
    now += 5 + Math.floor(random() * 200);
    [startedAt, passed, failed] = [now, 0, 0];
    if (how === "crash") run += 1;
  };
  return {
    flow: () => flow,
    live: (windows, rates) => {
      const said: string[] = [];
      const until = now + windows * windowMs;
      while (now < until) {
        const stepMs = 1_000 + Math.floor(random() * 4_000);
        now += stepMs;
        passed += (rates.passed * stepMs) / 1_000;
        failed += (rates.failed * stepMs) / 1_000;
        read();
        const { degraded } = compareFlows(flow, now);
        if (degraded !== undefined) said.push(degraded);
      }
      return said;
    },
    reset,
    change: () => {
      flow = begin(flow, now, expected);
      reset(random() < 0.5 ? "crash" : "reload");
    },
  };
}

const seeds = Array.from({ length: 150 }, (_, index) => index + 1);
const idle: Rates = { passed: 0, failed: 0 };

function someRates(random: () => number): Rates {
  return { passed: 1 + random() * 500, failed: 0 };
}

function anything(history: History, random: () => number): void {
  const roll = random();
  if (roll < 0.3) history.change();
  else if (roll < 0.5) history.reset(random() < 0.5 ? "crash" : "reload");
}

test("idle is never bad, whatever happens", () => {
  for (const seed of seeds) {
    const random = randomFrom(seed);
    const history = createHistory(random);
    for (let round = 0; round < 8; round += 1) {
      anything(history, random);
      expect(history.live(random() * 5, idle), `seed ${seed}`).toEqual([]);
    }
  }
});

test("growth that goes on is never bad, whatever happens to the counters", () => {
  for (const seed of seeds) {
    const random = randomFrom(seed);
    const history = createHistory(random);
    for (let round = 0; round < 8; round += 1) {
      anything(history, random);
      expect(history.live(random() * 5, someRates(random)), `seed ${seed}`).toEqual([]);
    }
  }
});

test("without a change nothing is ever bad", () => {
  for (const seed of seeds) {
    const random = randomFrom(seed);
    const history = createHistory(random);
    for (let round = 0; round < 8; round += 1) {
      history.reset(random() < 0.5 ? "crash" : "reload");
      const rates = { passed: random() < 0.5 ? 0 : 50, failed: random() < 0.5 ? 0 : 50 };
      expect(history.live(random() * 5, rates), `seed ${seed}`).toEqual([]);
    }
  }
});

test("traffic that was steady and stops with the change is bad until it is back", () => {
  for (const seed of seeds) {
    const random = randomFrom(seed);
    const history = createHistory(random);
    history.live(5, someRates(random));
    history.change();
    history.live(4, idle);
    const said = history.live(3, idle);
    expect(said.length, `seed ${seed}`).toBeGreaterThan(0);
    expect(new Set(said).size, `seed ${seed}: one sentence`).toBe(1);
    expect(said[0], `seed ${seed}`).toMatch(
      /receiver otlp accepted \d+ spans .* exporter out sent \d+ spans .* none in/,
    );
    history.live(1, someRates(random));
    expect(history.live(3, someRates(random)), `seed ${seed}: it is back`).toEqual([]);
  }
});

test("traffic that ends some time after a change that did no harm is idle", () => {
  for (const seed of seeds) {
    const random = randomFrom(seed);
    const history = createHistory(random);
    const rates = someRates(random);
    history.live(5, rates);
    history.change();
    expect(history.live(2 + random() * 3, rates), `seed ${seed}`).toEqual([]);
    expect(history.live(8, idle), `seed ${seed}`).toEqual([]);
  }
});

test("failures that begin with the change are bad, until they end", () => {
  for (const seed of seeds) {
    const random = randomFrom(seed);
    const history = createHistory(random);
    const { passed } = someRates(random);
    history.live(5, { passed, failed: 0 });
    history.change();
    const failing = { passed: passed * random(), failed: 1 + passed };
    history.live(4, failing);
    expect(history.live(2, failing).length, `seed ${seed}`).toBeGreaterThan(0);
    history.live(4, { passed, failed: 0 });
    expect(history.live(3, { passed, failed: 0 }), `seed ${seed}: over`).toEqual([]);
  }
});

test("failures that were there before the change are not bad after it", () => {
  for (const seed of seeds) {
    const random = randomFrom(seed);
    const history = createHistory(random);
    const rates = { passed: 50, failed: 1 + random() * 100 };
    history.live(5, rates);
    history.change();
    expect(history.live(6, { ...rates, failed: rates.failed * 3 }), `seed ${seed}`).toEqual([]);
  }
});

test("any order of calls with any numbers is answered, within bounds", () => {
  for (const seed of seeds) {
    const random = randomFrom(seed);
    let flow = startDataFlow(random() < 0.5 ? undefined : 1 + random() * 1_000);
    for (let round = 0; round < 60; round += 1) {
      const at = Math.floor(random() * 200_000);
      if (random() < 0.2) flow = begin(flow, at, random() < 0.5 ? expected : undefined);
      const id = `c${Math.floor(random() * 20)}`;
      const counts = [{ id, passed: random() * 1e15, failed: random(), queued: random() }];
      const up = random() < 0.5 ? undefined : random() * 1e6;
      flow = observe(flow, sampleOf(counts, up), at, Math.floor(random() * 5));
      const { degraded } = compareFlows(flow, at + random() * 1e6);
      expect(degraded ?? "", `seed ${seed}`).not.toMatch(/NaN|undefined|Infinity|-\d/);
    }
    expect(flow.flows.size, `seed ${seed}`).toBeLessThanOrEqual(20);
  }
});
