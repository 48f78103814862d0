import { test, expect } from "vitest";
import { opampOffer } from "../../../helpers/core/offers.ts";
import {
  runningWorld,
  offer,
  move,
  second,
  status,
  restarted,
} from "../../../helpers/core/running-world.ts";
import { createWorld } from "../../../helpers/core/world.ts";

test("C-138 C-143 a new server is proved beside the old one, then used, then APPLIED is told", () => {
  const world = runningWorld();
  offer(world, "move", move);
  expect(world.trace).toEqual([`prove ${second}`]);
  expect(status(world)).toMatchObject({ is: "applying" });
  expect(world.state().connections.server).toBeUndefined();
  world.pass(100);
  expect(world.trace).toEqual([`prove ${second}`, `use ${second}`]);
  expect(status(world)).toMatchObject({ is: "applied" });
  expect(world.state().connections.server).toMatchObject({ endpoint: second });
});

test("C-144 a new server that cannot be used changes nothing and is told with its reason", () => {
  const world = runningWorld();
  world.behave.refutes = () => "the new server cannot be used: nobody listens there";
  offer(world, "move", move);
  world.pass(100);
  expect(world.trace).toEqual([`prove ${second}`]);
  expect(status(world)).toMatchObject({
    is: "failed",
    why: expect.stringContaining("nobody") as string,
  });
  expect(world.state().connections.server).toBeUndefined();
});

test("C-132 C-136 what local limits forbid is FAILED without a connection", () => {
  const world = runningWorld();
  offer(world, "move", { opamp: opampOffer({ endpoint: "ws://first.example.com" }) });
  expect(world.trace).toEqual([]);
  expect(status(world)).toMatchObject({
    is: "failed",
    why: expect.stringContaining("encrypted") as string,
  });
});

test("an offer that says what is so is applied at once", () => {
  const world = runningWorld();
  offer(world, "move", move);
  world.pass(100);
  world.forget();
  offer(world, "the same", move);
  expect(world.trace).toEqual([]);
  expect(status(world)).toMatchObject({
    is: "applied",
    hash: Buffer.from("the same").toString("hex"),
  });
});

test("C-093 another heartbeat needs no connection", () => {
  const world = runningWorld();
  offer(world, "beat", { opamp: opampOffer({ heartbeatSeconds: 7 }) });
  expect(world.trace).toEqual([]);
  expect(status(world)).toMatchObject({ is: "applied" });
  expect(world.state().connections.server?.heartbeatSeconds).toBe(7);
});

test("a new server that is gone soon after is given up, and FAILED is told to the former", () => {
  const world = runningWorld();
  offer(world, "move", move);
  world.pass(1_000);
  world.forget();
  world.post({ on: "server-lost", why: "the connection broke" });
  world.pass(14_000);
  expect(world.trace).toEqual([]);
  world.pass(2_000);
  expect(world.trace).toEqual(["use the written"]);
  expect(status(world)).toMatchObject({
    is: "failed",
    why: expect.stringContaining("the connection broke") as string,
  });
});

test("a new server that is back in time keeps its place, and later nothing costs it that", () => {
  const world = runningWorld();
  offer(world, "move", move);
  world.pass(1_000);
  world.post({ on: "server-lost", why: "a blink" });
  world.pass(5_000);
  world.post({ on: "server-reached" });
  world.pass(60_000);
  expect(world.state().connections.former).toBeUndefined();
  world.forget();
  world.post({ on: "server-lost", why: "for long" });
  world.pass(600_000);
  expect(world.trace).toEqual([]);
  expect(status(world)).toMatchObject({ is: "applied" });
});

test("what was accepted is in force in the next life, and its trial goes on", () => {
  const world = runningWorld();
  offer(world, "move", move);
  world.pass(1_000);
  const next = createWorld(restarted(world.state()));
  next.post({ on: "supervisor-started" });
  expect(next.state().connections.server).toMatchObject({ endpoint: second });
  next.post({ on: "server-lost", why: "nobody listens" });
  next.pass(20_000);
  expect(next.trace).toContain("use the written");
});

test("a connection that is lost again and again changes nothing but once, and then only the reason", () => {
  const world = runningWorld();
  world.post({ on: "server-capable", bits: 0x27n });
  world.post({ on: "server-lost", why: "broke" });
  const before = world.state();
  world.post({ on: "server-lost", why: "broke" });
  expect(world.state()).toBe(before);
  world.post({ on: "server-lost", why: "refused" });
  const link = { ...before.connections.link, why: "refused" };
  expect(world.state()).toEqual({ ...before, connections: { ...before.connections, link } });
});
