import { test, expect } from "vitest";
import {
  contentText,
  overtake,
  startRollout,
  type RolloutContent,
} from "../../../src/dev-server/rollout/staged-rollout.ts";
import { whyOf } from "../../../src/dev-server/rollout/rollout-words.ts";
import { begin, pass, uidOf, worldOf } from "./rollout-world.ts";

const upgrade: RolloutContent = { is: "package", name: "otelcol", version: "0.158.0" };

test("agents stand in one order, whatever order they came in, those that are away last", () => {
  const agents = [
    { uid: "2", name: "b", connected: true },
    { uid: "1", name: "b", connected: true },
    { uid: "4", name: "0", connected: false },
    { uid: "3", name: "a", connected: true },
  ];
  const orders = [agents, [...agents].reverse()].map((each) => [
    ...begin(0, { agents: each }).agents.keys(),
  ]);
  expect(orders).toEqual([
    ["3", "1", "2", "4"],
    ["3", "1", "2", "4"],
  ]);
});

test("the newer of two rollouts has the agents that are in both", () => {
  const earlier = pass(worldOf(begin(4)), 5);
  const newer = begin(4, {
    id: "r2",
    agents: [0, 2, 3].map((at) => ({ uid: uidOf(at), name: "web", connected: true })),
  });
  earlier.rollout = overtake(earlier.rollout, newer);
  expect(earlier.rollout.agents.get(uidOf(2))).toMatchObject({
    ...{ state: "overtaken", errorMessage: "the newer rollout r2 has it" },
  });
  expect(earlier.rollout.agents.get(uidOf(0))?.state).toBe("applied");
  pass(earlier, 200);
  expect(earlier.sent).toEqual([uidOf(0), uidOf(1)]);
  expect(whyOf(earlier.rollout)).toBe("2 of 4 agents have it · 2 get something newer instead");
});

test("rollouts of different things leave each other alone", () => {
  const configuration = begin(4);
  const one = begin(4, { content: upgrade });
  expect(overtake(configuration, one)).toBe(configuration);
  expect(overtake(one, configuration)).toBe(one);
  const other = begin(4, { content: { ...upgrade, name: "plugin" } });
  expect(overtake(one, other)).toBe(one);
  expect([...overtake(one, { ...one, id: "r2" }).agents.values()][0]?.state).toBe("overtaken");
});

test.each<[RolloutContent, string]>([
  [upgrade, "otelcol 0.158.0"],
  [{ ...upgrade, name: "" }, "0.158.0"],
  [{ is: "configuration", named: undefined, files: [], hash: "" }, "a configuration"],
  [
    { is: "configuration", named: { name: "gateways", version: 3 }, files: [], hash: "" },
    "gateways, version 3",
  ],
])("%j is called %s", (content, text) => {
  expect(contentText(content)).toBe(text);
});

test("ten thousand agents cost little", () => {
  const agents = Array.from({ length: 10_000 }, (_, at) => {
    return { uid: uidOf(at), name: `web-${at % 7}`, connected: true };
  });
  const wish = { id: "r", content: upgrade, to: "all", stages: [10, 50, 100], failuresAllowed: 0 };
  const world = worldOf(startRollout({ ...wish, settleMs: 1_000, agents, now: 0 }));
  pass(world, 70);
  expect(world.rollout.state).toBe("done");
  expect(new Set(world.sent).size).toBe(10_000);
});
