import { test, expect } from "vitest";
import { ConfigStatus } from "../../../../src/opamp-client/wire/messages.ts";
import { capabilityBits } from "../../../../src/supervisor/core/report/capability-bits.ts";
import { type Profile, report } from "../../../../src/supervisor/core/report/full-report.ts";
import { withConfig, initialState } from "../../../../src/supervisor/core/state/state.ts";
import {
  uid,
  baseLayer,
  binary,
  configText,
  remoteOf,
} from "../../../helpers/core/core-samples.ts";
import { createWorld } from "../../../helpers/core/world.ts";

const profile: Profile = {
  capabilities: 0x1n,
  fallbackName: "otelcol-file",
  host: new Map([["os.type", "linux"]]),
  identifying: new Map([["service.namespace", "shop"]]),
  nonIdentifying: new Map([["team", "a"]]),
  startsAgent: true,
};

function runningWorld() {
  const world = createWorld(
    withConfig(initialState(uid), { local: [baseLayer(configText("base"))] }),
  );
  world.pass(1_000);
  return world;
}

const healthOf = (world: ReturnType<typeof createWorld>) => report(world.state(), profile).health;
const bodyOf = (world: ReturnType<typeof createWorld>): string => {
  const body = report(world.state(), profile).effectiveConfig?.configMap?.configMap?.get("")?.body;
  return new TextDecoder().decode(body);
};
const attributesOf = (world: ReturnType<typeof createWorld>) =>
  Object.fromEntries(
    (report(world.state(), profile).agentDescription?.identifyingAttributes ?? []).map(
      ({ key, value }) => [key, value?.stringValue],
    ),
  );

test("the first start is told as such from the beginning, in the same words until it is over", () => {
  const world = createWorld();
  const starting = {
    healthy: false,
    status: "starting",
    startTimeUnixNano: 0n,
    statusTimeUnixNano: 0n,
  };
  expect(healthOf(world)).toEqual(starting);
  const said = new Set<string | undefined>();
  for (let ms = 0; ms < 1_000; ms += 5) {
    world.pass(5);
    if (healthOf(world)?.healthy === false) expect(healthOf(world)).toEqual(starting);
    said.add(healthOf(world)?.status);
  }
  expect([...said]).toEqual(["starting", "parked"]);
});

test("a planned restart that goes well is not reported as ill", () => {
  const world = runningWorld();
  world.post({ on: "restart-commanded" });
  const said = new Set<string | undefined>();
  for (let ms = 0; ms < 1_000; ms += 5) {
    world.pass(5);
    said.add(healthOf(world)?.status);
  }
  said.delete(undefined);
  expect([...said]).toEqual(["running"]);
});

test("of an agent that somebody else starts nothing is said before it was looked for", () => {
  const attached = { ...profile, startsAgent: false };
  expect(report(createWorld().state(), attached).health).toBeUndefined();
});

test("a start that drags on is reported with what the health check says", () => {
  const world = createWorld(undefined, { healthyAfterMs: () => Infinity });
  world.pass(4_000);
  expect(healthOf(world)).toMatchObject({
    healthy: false,
    status: "starting",
    lastError: "nothing listens",
  });
});

test("a crash is reported with exit and last words, start time 0", () => {
  const world = runningWorld();
  world.behave.diesAfterMs = () => 5;
  world.crash();
  world.pass(100);
  expect(healthOf(world)).toMatchObject({
    healthy: false,
    status: "failing",
    startTimeUnixNano: 0n,
  });
  expect(healthOf(world)?.lastError).toContain("Error: boom");
});

test("a crash that is followed by a start at once is reported all the same", () => {
  const world = runningWorld();
  world.crash({ signal: "SIGKILL" });
  expect(world.state().agent.process.at).toBe("starting");
  expect(healthOf(world)).toMatchObject({ healthy: false, status: "restarting" });
  expect(healthOf(world)?.lastError).toContain("SIGKILL");
  world.pass(100);
  expect(healthOf(world)).toMatchObject({ healthy: true });
});

test("an agent that had to be killed is told of with every health from then on", () => {
  const world = runningWorld();
  expect(healthOf(world)?.attributes).toBeUndefined();
  world.behave.drainMs = Infinity;
  world.post({ on: "restart-commanded" });
  world.pass(20_000);
  expect(healthOf(world)).toMatchObject({
    healthy: true,
    attributes: [{ key: "agent.forced_kills", value: { intValue: 1n } }],
  });
});

test("the times of health are exact nanoseconds", () => {
  const world = runningWorld();
  const agent = world.state().agent.process;
  const startedAt = agent.at === "up" ? agent.startedAt : 0;
  expect(healthOf(world)?.startTimeUnixNano).toBe(BigInt(startedAt) * 1_000_000n);
});

test("the effective config is what runs, also while another one is refused or tried", () => {
  const world = runningWorld();
  world.behave.refuses = (text) => (text.includes("nop/bad") ? "no" : undefined);
  world.post({ on: "config-offered", remote: remoteOf("bad") });
  world.pass(100);
  expect(bodyOf(world)).not.toContain("nop/bad");
  world.post({ on: "config-offered", remote: remoteOf("one") });
  world.pass(16);
  expect(bodyOf(world)).not.toContain("nop/one");
  world.pass(1_000);
  expect(bodyOf(world)).toContain("nop/one");
});

test("the status follows the verdict and echoes the hash", () => {
  const world = runningWorld();
  const status = () => report(world.state(), profile).remoteConfigStatus;
  expect(status()).toEqual({ status: ConfigStatus.Unset });
  world.post({ on: "config-offered", remote: remoteOf("one") });
  expect(status()).toMatchObject({ status: ConfigStatus.Applying });
  world.pass(1_000);
  const hash = new TextEncoder().encode("one");
  expect(status()).toEqual({ status: ConfigStatus.Applied, lastRemoteConfigHash: hash });
});

test("the file's name stands for the agent's until the binary has said name and version", () => {
  const world = createWorld();
  expect(attributesOf(world)).toEqual({
    "service.instance.id": uid,
    "service.name": "otelcol-file",
    "service.namespace": "shop",
  });
  world.pass(100);
  expect(attributesOf(world)).toMatchObject({
    "service.name": "otelcol",
    "service.version": "0.149.0",
  });
});

test("an agent whose binary cannot be asked goes by the name of its file", () => {
  const world = createWorld(initialState(uid), { identifyFails: true });
  world.pass(100);
  expect(attributesOf(world)).toMatchObject({ "service.name": "otelcol-file" });
  expect(healthOf(world)).toMatchObject({ healthy: false, lastError: "no such file" });
});

test("a binary that cannot idle is not run with nothing to do: healthy, status parked", () => {
  const facts = { hasNop: false, hasFilelog: false, allowsNoPipelines: false };
  const world = createWorld(initialState(uid), { facts: { ...binary, ...facts } });
  world.pass(1_000);
  expect(world.state().agent.process.at).toBe("down");
  expect(healthOf(world)).toMatchObject({ healthy: true, status: "parked" });
  expect(bodyOf(world)).toBe("");
  world.post({ on: "config-offered", remote: remoteOf("one") });
  world.pass(1_000);
  expect(world.state().agent.process.at).toBe("up");
  expect(healthOf(world)).toMatchObject({ healthy: true, status: "running" });
  // What fails goes back to no process at all.
  world.behave.diesAfterMs = () => 5;
  world.post({ on: "config-offered", remote: remoteOf("two") });
  world.pass(10_000);
  expect(report(world.state(), profile).remoteConfigStatus).toMatchObject({
    status: ConfigStatus.Failed,
  });
});

test("an agent stopped by an empty configuration is healthy, status stopped", () => {
  const world = createWorld();
  world.pass(1_000);
  const empty = { hash: "00", digest: "d", files: [], problem: undefined };
  world.post({ on: "config-offered", remote: empty });
  world.pass(1_000);
  expect(healthOf(world)).toMatchObject({
    healthy: true,
    status: "stopped",
    startTimeUnixNano: 0n,
  });
});

test("capabilities are those that are wanted and there; status is always reported", () => {
  const none = {
    acceptsRemoteConfig: false,
    acceptsRestartCommand: false,
    reportsEffectiveConfig: false,
    reportsHealth: false,
    reportsRemoteConfig: false,
    reportsAvailableComponents: false,
    reportsHeartbeat: false,
  };
  expect(capabilityBits(none)).toBe(0x1n);
  expect(capabilityBits({ ...none, acceptsRemoteConfig: true, reportsHeartbeat: true })).toBe(
    0x2003n,
  );
});

test("times are dates of the moments that they tell, whatever the clock was set to since, and never 0", () => {
  const world = createWorld();
  const bootMs = 1_800_000_000_000;
  world.setClock(bootMs);
  world.pass(10_000);
  const before = healthOf(world);
  // The start came before the clock was seen to be set.
  expect(before?.startTimeUnixNano).toBeGreaterThan(0n);
  world.crash();
  const ended = BigInt(world.now() + bootMs);
  world.pass(5_000);
  const since = healthOf(world);
  expect(since?.startTimeUnixNano).toBe(ended * 1_000_000n);
  world.setClock(-3_600_000);
  world.pass(20_000);
  expect(healthOf(world)).toEqual(since);
  world.crash();
  // The second start in a row comes 0.2 s after the end.
  const startedAgain = BigInt(world.now() + bootMs - 3_600_000 + 200);
  world.pass(5_000);
  expect(healthOf(world)?.startTimeUnixNano).toBe(startedAgain * 1_000_000n);
  world.setClock(-2 * bootMs);
  world.crash();
  world.pass(5_000);
  expect(healthOf(world)?.startTimeUnixNano).toBeGreaterThan(0n);
});
