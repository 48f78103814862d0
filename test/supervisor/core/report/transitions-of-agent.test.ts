import { wallTime } from "../../../../src/supervisor/core/state/wall-clock.ts";
import { unknownBinary } from "../../../../src/supervisor/core/state/generation.ts";
import { test, expect } from "vitest";
import { noConnections } from "../../../../src/agent-config/connections.ts";
import type { Event } from "../../../../src/supervisor/core/state/event.ts";
import {
  type AgentState,
  healthyAgent,
  illAgent,
  reloadingAgent,
  stoppingAgent,
} from "../../../../src/supervisor/core/state/agent.ts";
import {
  type State,
  withAgent,
  withConfig,
  initialState,
} from "../../../../src/supervisor/core/state/state.ts";
import { renderedOf, uid } from "../../../helpers/core/core-samples.ts";
import { told } from "../../../helpers/core/told.ts";

const config = renderedOf("a: b");
const generation = {
  number: 1,
  config,
  remote: undefined,
  binary: unknownBinary,
  connections: noConnections,
  sources: undefined,
  stopsData: false,
};
const ticked: Event = { on: "ticked", at: 1 };

function stateOf(agent: AgentState): State {
  return withAgent(initialState(uid), { process: agent });
}

function awaited(why: string | undefined, slow = true): State {
  return stateOf({ at: "awaited", since: 0, run: 1, generation, slow, why });
}

test("waiting is told once it takes long, and again only for another reason", () => {
  expect(told(awaited("none", false), awaited("none"), ticked)).toMatchObject([
    { level: "warn", message: "waiting for the agent", fields: { reason: "none" } },
  ]);
  expect(told(awaited("none"), awaited("none"), ticked)).toEqual([]);
  expect(told(awaited("none"), awaited("two"), ticked)).toHaveLength(1);
  expect(told(awaited("none", false), awaited("two", false), ticked)).toEqual([]);
});

test("a restart command that changes nothing is told to be refused, with what would allow it", () => {
  const state = awaited(undefined);
  const refused: State = { ...state, desired: { ...state.desired, restartedAt: 1 } };
  const [line] = told(state, refused, ticked);
  expect(line?.message).toBe("restart command refused");
  expect(line?.fields["reason"]).toContain("agent.attach.restart");
  const wanted: State = { ...state, desired: { ...state.desired, restartedAt: 1, restarts: 1 } };
  expect(told(state, wanted, ticked)).toEqual([]);
});

const up = (upSince: number) =>
  healthyAgent({ run: 1, pid: 7, generation, restarts: 0, startedAt: 0 }, 9, {
    dueAt: 10,
    upSince: wallTime(upSince),
    doubt: undefined,
  });
const part = [{ pipeline: "traces", receiver: "otlp", toldAt: undefined }];
const inPart = stateOf(reloadingAgent(up(1), { ...generation, number: 2 }, 3, 4, part));

test("a reload of receivers alone names them, and has a gap only where all started anew", () => {
  const again = stateOf(reloadingAgent(up(1), { ...generation, number: 2 }, 5, 6));
  const event = { on: "ticked", at: 9 } as const;
  expect(told(stateOf(up(1)), inPart, event)).toMatchObject([
    { message: "agent is reloaded to apply", fields: { generation: 2, receivers: ["otlp"] } },
  ]);
  expect(told(inPart, inPart, event)).toEqual([]);
  expect(told(inPart, again, event)).toMatchObject([{ message: "agent is reloaded to apply" }]);
  const [proved] = told(inPart, stateOf(up(1)), event);
  expect(proved).toMatchObject({ message: "agent runs the new configuration" });
  expect(proved?.fields["gapMs"]).toBeUndefined();
  expect(told(inPart, stateOf(up(5)), event)).toMatchObject([{ fields: { gapMs: 6 } }]);
});

test("a reload that fails is not told as done, but with what is wrong", () => {
  const up = healthyAgent({ run: 1, pid: 7, generation, restarts: 0, startedAt: 0 }, 1, {
    dueAt: 2,
    upSince: wallTime(1),
    doubt: undefined,
  });
  const reloading = stateOf(reloadingAgent(up, { ...generation, number: 2 }, 3, 4));
  const doubt = { writtenAt: undefined, known: wallTime(1), why: undefined, notBefore: 5 };
  const after = stateOf(illAgent(up, 5, { complaint: "no effect", upSince: wallTime(1), doubt }));
  expect(told(reloading, after, { on: "ticked", at: 5 })).toEqual([
    { level: "warn", message: "agent is unhealthy", fields: { reason: "no effect" } },
  ]);
});

test("a restart says whether it is for a command, a configuration or another version", () => {
  const from = { name: "", version: "2", hash: "", contentHash: "", directory: "/packages/2" };
  const next = { ...generation, number: 2 };
  const targets = [generation, next, { ...next, binary: { ...unknownBinary, package: from } }];
  const why = targets.map((target) => {
    const state = withConfig(stateOf(up(1)), { target });
    const stopping = withAgent(state, { process: stoppingAgent(up(1), 2, false) });
    return told(state, stopping, ticked)[0]?.fields["why"];
  });
  expect(why).toEqual(["restart command", "new configuration", "another version"]);
});
