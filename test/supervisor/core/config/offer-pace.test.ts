import { test, expect } from "vitest";
import {
  freeAt,
  givenUpAt,
  heldBy,
  isSame,
  paceAfter,
  paceAfterChange,
  readableAt,
  turnOf,
} from "../../../../src/supervisor/core/config/offer-pace.ts";
import { freshPace } from "../../../../src/supervisor/core/state/held-offer.ts";
import { initialState, withConfig } from "../../../../src/supervisor/core/state/state.ts";
import { remoteOf, uid } from "../../../helpers/core/core-samples.ts";
import { runningWorld } from "../../../helpers/core/running-world.ts";

const start = 1_000_000;

test("offers that come one after the other's verdict are read at once", () => {
  const world = runningWorld();
  for (let index = 0; index < 50; index += 1) {
    const remote = remoteOf(`n${index}`);
    expect(turnOf(world.state(), remote, world.now())).toBe("read");
    world.post({ on: "config-offered", remote });
    world.pass(1_000);
    expect(world.state().config.verdict).toMatchObject({ is: "applied", hash: remote.hash });
  }
});

test("of offers that come at one moment five wait for nothing, and the newest of the rest waits", () => {
  const world = runningWorld();
  for (let index = 0; index < 20; index += 1) {
    world.post({ on: "config-offered", remote: remoteOf(`n${index}`) });
  }
  const { held, lastOffer } = world.state().config;
  expect(held?.remote.hash).toBe(remoteOf("n19").hash);
  expect(heldBy(world.state(), remoteOf("next")).superseded).toBe((held?.superseded ?? 0) + 1);
  expect(isSame(lastOffer, remoteOf("n5"))).toBe(true);
  expect(turnOf(world.state(), remoteOf("n19"), world.now())).toBe("known");
  expect(turnOf(world.state(), remoteOf("n5"), world.now())).toBe("known");
  world.post({ on: "config-offered", remote: remoteOf("n5") });
  expect(world.state().config.held).toBeUndefined();
});

test("a large offer keeps the next one from being read for a while, a small one hardly", () => {
  const state = initialState(uid);
  const large = { ...remoteOf("one", "#".repeat(5_000_000)) };
  const after = withConfig(state, { pace: paceAfter(state, large, start) });
  expect(readableAt(after, remoteOf("two"))).toBeGreaterThan(start + 15_000);
  const small = withConfig(state, { pace: paceAfter(state, remoteOf("one"), start) });
  expect(readableAt(small, remoteOf("two"))).toBeLessThan(start);
});

test("a server that has another configuration each time one is applied is slowed down in the end", () => {
  let pace = freshPace;
  for (let index = 0; index < 60; index += 1) pace = paceAfterChange(pace, start);
  const state = withConfig(initialState(uid), { pace });
  expect(readableAt(state, remoteOf("one"))).toBe(start + 5_000);
});

test("the binary is waited for, and not for ever", () => {
  const validating = { number: 1, since: start };
  expect(freeAt({ validating: undefined })).toBe(0);
  expect(givenUpAt({ validating: undefined })).toBe(Infinity);
  expect(freeAt({ validating })).toBe(start + 10_000);
  expect(givenUpAt({ validating })).toBe(start + 90_000);
});
