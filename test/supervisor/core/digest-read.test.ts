import { test, expect } from "vitest";
import { digestRead } from "../../../src/supervisor/core/digest-read.ts";
import { remoteOf } from "../../helpers/core/core-samples.ts";
import { settingsOffer } from "../../helpers/core/offers.ts";
import { runningWorld } from "../../helpers/core/running-world.ts";

test("an offer is read when it is new and its turn has come, and no sooner", () => {
  const world = runningWorld();
  const at = world.now();
  const digestOf = (word: string): string | undefined =>
    digestRead(world.state(), { on: "config-offered", remote: remoteOf(word), at });
  expect(digestOf("one")).toBe(remoteOf("one").digest);
  for (const word of ["one", "two", "three", "four", "five", "six"]) {
    world.post({ on: "config-offered", remote: remoteOf(word) });
  }
  expect(digestOf("six")).toBeUndefined();
  world.post({ on: "config-offered", remote: remoteOf("seven") });
  expect(world.state().config.held?.remote.hash).toBe(remoteOf("seven").hash);
  expect(digestOf("seven")).toBeUndefined();
  expect(digestOf("eight")).toBeUndefined();
  const step = { do: "read-offer", remote: remoteOf("seven") } as const;
  expect(digestRead(world.state(), { on: "step-begun", step, at })).toBe(remoteOf("seven").digest);
});

test("settings for connections are read once", () => {
  const world = runningWorld();
  const event = {
    on: "settings-offered",
    offer: settingsOffer("move", {}),
    at: world.now(),
  } as const;
  expect(digestRead(world.state(), event)).toBe(event.offer.digest);
  world.post(event);
  expect(digestRead(world.state(), event)).toBeUndefined();
  expect(digestRead(world.state(), { on: "ticked", at: world.now() })).toBeUndefined();
});
