import { test, expect } from "vitest";
import {
  initialState,
  withConfig,
  withAgent,
} from "../../../../src/supervisor/core/state/state.ts";
import { uid } from "../../../helpers/core/core-samples.ts";

test("before anything has happened the agent is wanted, and nothing is known or claimed", () => {
  const { desired, config, agent, identity, connections } = initialState(uid);
  expect(desired).toMatchObject({ run: "up", restarts: 0 });
  expect(agent).toMatchObject({ process: { at: "down" }, begun: false, nextRun: 1 });
  expect(config).toMatchObject({ verdict: { is: "unset" }, nextNumber: 1, failures: [] });
  expect([config.target, config.good, config.onDisk]).toEqual([undefined, undefined, undefined]);
  expect(connections.status).toEqual({ is: "unset" });
  expect(identity).toMatchObject({ uid, binary: undefined });
});

test("a slice is changed in the parts that are named; the other slices stay the same objects", () => {
  const before = initialState(uid);
  const configured = withConfig(before, { onDisk: 3 });
  expect(configured.config).toEqual({ ...before.config, onDisk: 3 });
  expect({ ...configured, config: before.config }).toEqual(before);
  expect(configured.agent).toBe(before.agent);
  const begun = withAgent(configured, { begun: true });
  expect(begun.agent).toEqual({ ...before.agent, begun: true });
  expect(begun.config).toBe(configured.config);
  expect(before.config.onDisk).toBeUndefined();
  expect(withConfig(begun, { writing: 4 }).config).toMatchObject({ onDisk: 3, writing: 4 });
  expect(withAgent(begun, { nextRun: 5 }).agent).toMatchObject({ begun: true, nextRun: 5 });
});
