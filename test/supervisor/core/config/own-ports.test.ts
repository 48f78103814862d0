import { expect, test } from "vitest";
import { movedPorts, ownPortsOf } from "../../../../src/supervisor/core/config/own-ports.ts";
import { configText, remoteOf } from "../../../helpers/core/core-samples.ts";
import { restarted, runningWorld } from "../../../helpers/core/running-world.ts";

const usual = { healthCheck: 13_133, metrics: 8888 };
const ran = { ownHealthCheck: "localhost:13133", ownMetrics: "localhost:8888" };
const taken = (port: number, free: number) => ({ port, free, by: "process 7 (nginx)" });

test("a port that the supervisor had added goes to a free one when it is taken", () => {
  expect(movedPorts(usual, ran, [taken(8888, 8889)])).toEqual({ ...usual, metrics: 8889 });
  const both = [taken(13_133, 13_135), taken(8888, 8890)];
  expect(movedPorts(usual, ran, both)).toEqual({ healthCheck: 13_135, metrics: 8890 });
});

test("a port that a person wrote stays, whoever has it", () => {
  const written = { ownHealthCheck: undefined, ownMetrics: undefined };
  expect(movedPorts(usual, written, [taken(13_133, 13_134), taken(8888, 8889)])).toBeUndefined();
  expect(movedPorts(usual, ran, [taken(4317, 4318)])).toBeUndefined();
  expect(movedPorts(usual, ran)).toBeUndefined();
});

test("what has been moved is not moved again because of one that still ran with the former port", () => {
  const moved = { ...usual, metrics: 8889 };
  expect(movedPorts(moved, ran, [taken(8888, 8900)])).toEqual(moved);
});

test("the ports of a configuration are read from it", () => {
  expect(ownPortsOf({ ...ran, ownMetrics: "localhost:8890" })).toEqual({ ...usual, metrics: 8890 });
  expect(ownPortsOf(undefined)).toEqual(usual);
});

test("an agent that cannot have an added port gets another one, and nothing is taken back", () => {
  const world = runningWorld();
  world.post({ on: "config-offered", remote: remoteOf("next") });
  world.pass(60);
  expect(world.state().config.trial).toBeDefined();
  world.crash({ code: 1, takenPorts: [taken(13_133, 13_134)] });
  world.pass(60_000);
  const { config, agent } = world.state();
  expect(config.verdict).toMatchObject({ is: "applied" });
  expect(config.failures).toEqual([]);
  expect(config.target?.config.text).toContain("localhost:13134");
  expect(config.target?.config.probe?.url).toBe("http://localhost:13134/");
  expect(agent.process.at).toBe("up");
  // The next supervisor begins with the same ports.
  expect(restarted(world.state()).config.ownPorts).toEqual({ ...usual, healthCheck: 13_134 });
});

test("a port of the offer that is taken costs the offer its place, as before", () => {
  const world = runningWorld();
  world.post({ on: "config-offered", remote: remoteOf("next") });
  world.pass(60);
  world.crash({ code: 1, takenPorts: [taken(4317, 4318)] });
  world.pass(60_000);
  expect(world.state().config.verdict).toMatchObject({ is: "failed" });
  expect(world.state().config.target?.config.text).toContain(configText("base").slice(0, 8));
});
