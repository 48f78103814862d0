import { expect, test } from "vitest";
import { remoteOf } from "../../../../helpers/core/core-samples.ts";
import { quarantinedWorld, runningWorld } from "../../../../helpers/core/running-world.ts";
import { host, statusOf } from "../../../../helpers/core/status.ts";

test("a supervisor whose agent runs says who it is, and that the agent is healthy", () => {
  const answer = statusOf(runningWorld());
  expect(answer.schema).toBe(1);
  expect(answer.health).toEqual({ word: "healthy", reason: null, nextStartAt: null });
  expect(answer.supervisor).toMatchObject({ version: "1.0.0", pid: 100, uptimeSeconds: 1 });
  expect(answer.paths).toEqual(host.paths);
  expect(answer.packages).toMatchObject({ pinned: false, rollsBackTo: null, offered: [] });
});

test("what was refused is told with its full reason and when it is tried again", () => {
  const world = quarantinedWorld();
  const { offers, quarantine, health } = statusOf(world);
  expect(health.word).toBe("healthy");
  expect(offers[0]?.reason).toContain("the agent exited");
  expect(Date.parse(offers[0]?.retryFrom ?? "")).toBeGreaterThan(world.now() + 500_000);
  expect(quarantine).toHaveLength(1);
});

test("no field is left out: what is not known is null", () => {
  const answer = statusOf(runningWorld());
  expect(JSON.parse(JSON.stringify(answer))).toEqual(answer);
  expect(JSON.stringify(answer)).not.toContain("undefined");
});

test("no secret is in it, whoever wrote it", () => {
  const world = runningWorld();
  const problem = "cannot be had from https://me:hidden@host/ with Bearer abcdefgh12345678";
  world.post({ on: "config-offered", remote: { ...remoteOf("x"), problem } });
  world.post({ on: "server-lost", why: "wss://onlyuser@host broke, password: hidden" });
  const text = JSON.stringify(statusOf(world));
  expect(text).toContain("cannot be had from");
  for (const secret of ["secret-word", "hidden", "onlyuser", "me:", "abcdefgh12345678"]) {
    expect(text).not.toContain(secret);
  }
});
