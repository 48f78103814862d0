import { expect, test } from "vitest";
import { mergeOthers } from "../../../../src/supervisor/core/connections/other-connections.ts";
import type { Connections, OtherConnection } from "../../../../src/agent-config/connections.ts";
import { connectionTo } from "../../../helpers/core/offers.ts";
import { offer, runningWorld, status } from "../../../helpers/core/running-world.ts";

type Others = Connections["others"];

const plain: OtherConnection = { ...connectionTo("https://o"), settings: [] };
const spares = (name: string): boolean => name.startsWith("n");

function many(from: number, count: number): Others {
  return Array.from({ length: count }, (_, index) => [`n${from + index}`, plain] as const);
}

function withSettings(letters: number): OtherConnection {
  return { ...plain, settings: [["a", "x".repeat(letters)] as const] };
}

test("what is offered under ever new names stays bounded, and what has a component stays", () => {
  let others: Others = [["otlp", plain]];
  for (let round = 0; round < 20; round++) {
    const merged = mergeOthers(others, many(round * 6_000, 6_000), spares);
    expect(merged).toBeDefined();
    others = merged ?? [];
    expect(JSON.stringify(others).length).toBeLessThan(2 * 1024 * 1024);
  }
  expect(others[0]).toEqual(["otlp", plain]);
  expect(others.at(-1)?.[0]).toBe("n119999");
});

test("what does not fit beside what is used is not taken", () => {
  const used: Others = [["otlp/a", withSettings(1_500_000)]];
  expect(mergeOthers(used, [["otlp/b", withSettings(700_000)]], spares)).toBeUndefined();
  expect(mergeOthers(used, [], spares)).toBe(used);
});

test("an offer that does not fit is FAILED, and what was there stays", () => {
  const world = runningWorld();
  offer(world, "first", { others: [["nop", withSettings(1_500_000)]] });
  world.pass(5_000);
  const before = world.state().connections.accepted.others;
  expect(before).toHaveLength(1);
  offer(world, "second", { others: [["nop/b", withSettings(700_000)]] });
  world.pass(5_000);
  expect(status(world)).toMatchObject({
    is: "failed",
    why: expect.stringContaining("more than 2 MiB") as string,
  });
  expect(world.state().connections.accepted.others).toEqual(before);
});

test("offers that wait do not add up without end", () => {
  const world = runningWorld();
  for (let round = 0; round < 60; round++) {
    offer(world, `o${round}`, { others: many(round * 2_000, 2_000) });
  }
  const { held } = world.state().connections;
  expect(held?.others.at(-1)?.[0]).toBe("n119999");
  expect(JSON.stringify(held?.others).length).toBeLessThan(2 * 1024 * 1024);
});
