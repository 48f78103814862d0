import { expect, test } from "vitest";
import { createLeaseWorld } from "../../../helpers/kubernetes/lease-world.ts";

/** The same numbers for the same seed. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * below);
  };
}

test.each(Array.from({ length: 20 }, (_, index) => index + 1))(
  "whatever happens (%i), no two lead at a time, and in peace one does",
  (seed) => {
    const below = numbers(seed);
    // Some requests are under way for longer than anybody waits for them.
    const world = createLeaseWorld(30_000, () => (below(20) === 0 ? below(40_000) : below(400)));
    const clock = () => ({ offsetMs: below(1_000_000), rate: 0.98 + below(5) / 100 });
    let born = 0;
    const add = (): void => {
      born += 1;
      world.add(`c${born}`, clock());
    };
    const alone = (): void => {
      const leaders = world.leaders();
      if (leaders.length > 1) expect(leaders).toEqual([]);
    };
    add();
    for (let turn = 0; turn < 80; turn += 1) {
      const one = world.contenders[below(world.contenders.length)]!;
      const happenings = [
        () => void (one.cut = "there"),
        () => void (one.cut = "back"),
        () => void (one.cut = "no"),
        () => void (one.cut = "no"),
        () => void (one.stoppedUntilMs = world.nowMs() + below(90_000)),
        () => void (one.alive = false),
        () => world.write(world.lease()),
        add,
      ];
      happenings[below(happenings.length)]?.();
      if (world.contenders.filter(({ alive }) => alive).length === 0) add();
      world.pass(below(20_000), alone);
    }
    for (const one of world.contenders) one.cut = "no";
    add();
    world.pass(200_000, alone);
    expect(world.leaders()).toHaveLength(1);
  },
);
