import { wallTime } from "../../../../src/supervisor/core/state/wall-clock.ts";
import { test, expect } from "vitest";
import { noConnections } from "../../../../src/agent-config/connections.ts";
import {
  type Running,
  type Doubt,
  healthyAgent,
  startingAgent,
  illAgent,
  reloadingAgent,
  stoppingAgent,
} from "../../../../src/supervisor/core/state/agent.ts";
import {
  type Generation,
  unknownBinary,
} from "../../../../src/supervisor/core/state/generation.ts";
import { renderedOf, configText } from "../../../helpers/core/core-samples.ts";

const [one, two] = [1, 2].map((number): Generation => {
  const config = renderedOf(configText(`g${number}`));
  const rest = {
    remote: undefined,
    binary: unknownBinary,
    connections: noConnections,
    sources: undefined,
  };
  return { number, config, ...rest, stopsData: false };
}) as [Generation, Generation];

const running: Running = { run: 3, pid: 7, generation: one, restarts: 2, startedAt: 100 };
const doubt: Doubt = {
  writtenAt: wallTime(90),
  known: wallTime(80),
  why: undefined,
  notBefore: 95,
};
const well = healthyAgent(running, 200, { dueAt: 300, upSince: wallTime(150), doubt: undefined });

test.each([
  startingAgent(running, 110),
  well,
  illAgent(running, 250, { complaint: "x", upSince: wallTime(150), doubt: undefined }),
  reloadingAgent(well, two, 260, 270),
  stoppingAgent(well, 280, false),
])("an agent that is $at is the same run of the same process", (agent) => {
  expect(agent).toMatchObject(running);
});

test("what was known of a former state is not carried over", () => {
  const ill = illAgent(well, 250, { complaint: "x", upSince: wallTime(150), doubt });
  expect(ill).toMatchObject({ healthySince: undefined, illSince: 250, probe: { dueAt: 250 } });
  const again = healthyAgent(ill, 260, { dueAt: 300, upSince: wallTime(150), doubt: undefined });
  expect(again).toEqual({ ...well, healthySince: 260 });
  expect(stoppingAgent(ill, 280, true)).toEqual({
    at: "stopping",
    ...running,
    since: 280,
    killed: true,
  });
});

test("a reload begins with what is asked next, and with the beginning that speaks for the old configuration", () => {
  const sure = reloadingAgent(well, two, 260, 270);
  expect(sure).toMatchObject({ to: two, generation: one, underWay: false, probe: { dueAt: 270 } });
  expect(sure).toMatchObject({ upSince: wallTime(150), known: wallTime(150) });
  const doubted = reloadingAgent({ ...well, doubt }, two, 260, 270);
  expect(doubted).toMatchObject({ upSince: wallTime(150), known: wallTime(80) });
});
