import { wallTime } from "../../../src/supervisor/core/state/wall-clock.ts";
import { test, expect } from "vitest";
import { metricsOf, ownMetrics } from "../../../src/supervisor/own-telemetry/metrics.ts";
import { noTotals } from "../../../src/supervisor/own-telemetry/totals.ts";
import {
  type State,
  initialState,
  withAgent,
  withConfig,
} from "../../../src/supervisor/core/state/state.ts";
import { changesOf, firstStart } from "../../helpers/core/changes.ts";
import { uid, remoteOf } from "../../helpers/core/core-samples.ts";

const surroundings = {
  connected: false,
  certificateDaysLeft: undefined,
  cpuUserSeconds: 1.5,
  cpuSystemSeconds: 0.5,
  residentBytes: 60_000_000,
};

function valuesOf(state: State, changes: Partial<typeof surroundings> = {}): Map<string, number> {
  const metrics = metricsOf(noTotals, state, { ...surroundings, ...changes });
  return new Map(
    metrics.flatMap(({ name, points }) =>
      points.map(({ value, attributes }) => {
        return [[name, ...Object.values(attributes)].join(" "), value] as const;
      }),
    ),
  );
}

test("before anything has happened every counter is there, with zero", () => {
  expect(Object.fromEntries(valuesOf(initialState(uid)))).toEqual({
    "supervisor.agent.health_status": 0,
    "supervisor.agent.fallback_status": 0,
    "supervisor.agent.restarts planned": 0,
    "supervisor.agent.restarts crash": 0,
    "supervisor.agent.gap": 0,
    "supervisor.config.applies applied": 0,
    "supervisor.config.applies failed": 0,
    "supervisor.config.rollbacks": 0,
    "supervisor.server.remote_configs": 0,
    "supervisor.server.connection_status": 0,
    "process.cpu.time user": 1.5,
    "process.cpu.time system": 0.5,
    "process.memory.usage": 60_000_000,
  });
});

test("a healthy agent is 1, through a reload too, and 0 when it has ended", () => {
  const { state } = changesOf(initialState(uid), firstStart);
  const health = (of: State) => valuesOf(of).get(ownMetrics.health.name);
  expect(health(state)).toBe(1);
  const exit = { code: 1, signal: undefined, outOfMemory: false, spawnError: undefined };
  const down = changesOf(state, [
    { on: "agent-exited", run: 1, exit: { ...exit, lastLines: [] }, random: 0, at: 2_000 },
  ]);
  expect(health(down.state)).toBe(0);
  const reloading = changesOf(state, [
    { on: "config-offered", remote: remoteOf("one"), at: 2_000 },
    { on: "config-validated", number: 2, tookMs: 5, at: 2_005 },
  ]).state;
  const agent = reloading.agent.process;
  if (agent.at !== "up") throw new Error(agent.at);
  const to = agent.generation;
  const known = wallTime(1);
  const underWay = {
    ...agent,
    at: "reloading",
    since: 1,
    to,
    underWay: false,
    unprovable: false,
    known,
  } as const;
  expect(health(withAgent(reloading, { process: underWay }))).toBe(1);
});

test("the connection and the fallback are 1 while they are so", () => {
  const values = valuesOf(withConfig(initialState(uid), { fallback: true }), { connected: true });
  expect(values.get(ownMetrics.connected.name)).toBe(1);
  expect(values.get(ownMetrics.fallback.name)).toBe(1);
});

test("a certificate has its days, and no metric where there is none", () => {
  const metrics = metricsOf(noTotals, initialState(uid), {
    ...surroundings,
    certificateDaysLeft: 41.5,
  });
  const certificate = metrics.find(({ name }) => name === ownMetrics.certificate.name);
  expect(certificate).toMatchObject({ kind: "gauge", points: [{ value: 41.5, attributes: {} }] });
});
