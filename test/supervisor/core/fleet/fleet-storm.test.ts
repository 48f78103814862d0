import { expect, test } from "vitest";
import { offer, running, settled, verdict } from "../../../helpers/core/fleet-scene.ts";

/** The same numbers for the same seed. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * below);
  };
}

test.each(Array.from({ length: 12 }, (_, index) => index + 1))(
  "whatever happens (%i), every step ends, and in peace the last offer is applied",
  (seed) => {
    const world = settled({
      crashes: (text) => text.includes("nop/bad"),
      hangs: (text) => text.includes("nop/slow"),
    });
    const below = numbers(seed);
    const words = ["good", "fine", "bad", "slow"];
    for (let turn = 0; turn < 60; turn += 1) {
      const { cluster } = world;
      const happenings = [
        () => offer(world, `${words[below(4)] ?? ""}${below(3)}`),
        () => offer(world, `${words[below(4)] ?? ""}${below(3)}`),
        () => world.post({ on: "restart-commanded" }),
        () => void (cluster.away = "connect ECONNREFUSED"),
        () => void (cluster.away = undefined),
        () => void (cluster.refuses = cluster.refuses === undefined ? "kept by Flux" : undefined),
        () => world.overwrite("somebody else's"),
      ];
      happenings[below(happenings.length)]?.();
      world.pass(below(20_000));
    }
    Object.assign(world.cluster, { away: undefined, refuses: undefined });
    world.pass(3_600_000);
    offer(world, "last");
    world.pass(120_000);
    expect(verdict(world)).toMatchObject({ is: "applied" });
    expect(running(world, "last")).toBe(3);
  },
);
