import { expect, test } from "vitest";
import { configurationStatus } from "../../../../../src/supervisor/core/report/status/configuration-status.ts";
import { remoteOf } from "../../../../helpers/core/core-samples.ts";
import { restarted, runningWorld } from "../../../../helpers/core/running-world.ts";
import { momentOf } from "../../../../helpers/core/status.ts";

test("what runs and what is good are told with their hashes, and what is on trial", () => {
  const world = runningWorld();
  world.pass(60_000);
  world.post({ on: "config-offered", remote: remoteOf("new") });
  world.pass(100);
  expect(configurationStatus(world.state(), momentOf(world)).onTrial).toBe(2);
  world.pass(2_000);
  const told = configurationStatus(world.state(), momentOf(world));
  const { running, good, onTrial, probationUntil } = told;
  expect(running).toMatchObject({ generation: 2, remoteHash: remoteOf("new").hash, parked: false });
  expect(good).toMatchObject({ generation: 2, hash: running?.hash });
  expect(onTrial).toBeNull();
  expect(probationUntil).not.toBeNull();
});

test("of what an earlier supervisor left it is not known since when it is good", () => {
  const world = runningWorld();
  const told = configurationStatus(restarted(world.state()), momentOf(world));
  expect(told.running).toBeNull();
  expect(told.good).toMatchObject({ generation: 1, since: null });
});
