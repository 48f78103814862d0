import { test, expect } from "vitest";
import {
  answeredFor,
  validationBegun,
  writeBegun,
} from "../../../../src/supervisor/core/config/under-way.ts";
import { remoteOf } from "../../../helpers/core/core-samples.ts";
import { runningWorld } from "../../../helpers/core/running-world.ts";

test("a validation is under way from its step to the answer about the same candidate", () => {
  const world = runningWorld();
  world.post({ on: "config-offered", remote: remoteOf("one") });
  const { candidate, validating } = world.state().config;
  expect(candidate).toMatchObject({ number: 2, at: "validating" });
  expect(validating).toEqual({ number: 2, since: world.now() });
  expect(validationBegun(world.state(), 9, 5)).toBe(world.state());
  expect(answeredFor(world.state(), 9)).toBe(world.state());
  expect(answeredFor(world.state(), 2).config.validating).toBeUndefined();
});

test("only what an offer has brought counts as a change of the agent", () => {
  const world = runningWorld();
  const { target } = world.state().config;
  expect(writeBegun(world.state(), target!, 5).config.pace).toBe(world.state().config.pace);
  world.post({ on: "config-offered", remote: remoteOf("one") });
  const begun = writeBegun(world.state(), world.state().config.candidate!, 5_000_000);
  expect(begun.config).toMatchObject({ writing: 2, untouched: false });
  expect(begun.config.pace.changes).toBeGreaterThan(5_000_000);
});
