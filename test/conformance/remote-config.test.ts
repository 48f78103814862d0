import { resumption } from "../helpers/core/resumption.ts";
import { describe, test, expect } from "vitest";
import { type ServerToAgent, ConfigStatus } from "../../src/opamp-client/wire/messages.ts";
import { interpret, remoteConfigOf } from "../../src/supervisor/core/interpret/server-message.ts";
import { restore, record } from "../../src/supervisor/core/report/journal.ts";
import { report } from "../../src/supervisor/core/report/full-report.ts";
import { configText, remoteOf } from "../helpers/core/core-samples.ts";
import type { World } from "../helpers/core/world.ts";
import { both, offerOf, inTurn, statuses, sent } from "./fake-server.ts";
import { profile, supervised, settledWorld, changesOfAgent } from "./supervised.ts";

const refusing = {
  refuses: (text: string) => (text.includes("nop/bad") ? "no such thing" : undefined),
};
const statusOf = (world: World) => report(world.state(), profile).remoteConfigStatus;

/** A message as the loop takes it, and what becomes of it in the end. */
function offer(world: World, message: ServerToAgent): void {
  for (const fact of interpret(message, profile.capabilities)) world.post(fact);
  world.pass(30_000);
}

function running(world: World): string {
  return world.running()[0]?.text ?? "";
}

describe.each(both)("over %s", (over) => {
  test.each([1, 32, 64])("C-118 C-119 a hash of %i bytes comes back as it is", async (length) => {
    const configHash = Uint8Array.from({ length }, (_, at) => 255 - at);
    const message = {
      remoteConfig: { ...offerOf("", configText("one")).remoteConfig, configHash },
    };
    const answer = inTurn(message);
    const { server } = await supervised(over, { reply: () => answer() ?? {} });
    await server.seen.until(() => statuses(server).includes(ConfigStatus.Applied));
    for (const { remoteConfigStatus } of sent(server).slice(1)) {
      expect(remoteConfigStatus?.lastRemoteConfigHash ?? configHash).toEqual(configHash);
    }
  });

  test("C-118 C-120 C-121 a refused offer is FAILED with its hash and a reason; the next one has none", async () => {
    const answer = inTurn(offerOf("1", configText("bad")), offerOf("2", configText("good")));
    const world = settledWorld(refusing);
    const { server } = await supervised(over, { reply: () => answer() ?? {} }, {}, world);
    await server.seen.until(() => statuses(server).includes(ConfigStatus.Applied));
    const told = sent(server).flatMap(({ remoteConfigStatus }) => remoteConfigStatus ?? []);
    const failed = told.find(({ status }) => status === ConfigStatus.Failed);
    expect(failed?.errorMessage).toContain("no such thing");
    expect(failed?.lastRemoteConfigHash).toEqual(new TextEncoder().encode("1"));
    expect(told.at(-1)?.errorMessage).toBeUndefined();
  });
});

test("C-120 APPLIED is told once the agent runs with it, not before", () => {
  const world = settledWorld();
  for (const fact of interpret(offerOf("1", configText("one")), profile.capabilities)) {
    world.post(fact);
  }
  while (statusOf(world)?.status !== ConfigStatus.Applied) {
    expect(statusOf(world)?.status).toBe(ConfigStatus.Applying);
    world.pass(1);
  }
  expect(running(world)).toContain("nop/one");
});

test("C-120 a configuration on which the agent ends is FAILED, and the former one runs", () => {
  const world = settledWorld({
    diesAfterMs: (text) => (text.includes("nop/dies") ? 30 : Infinity),
  });
  offer(world, offerOf("1", configText("dies")));
  expect(statusOf(world)).toMatchObject({ status: ConfigStatus.Failed });
  expect(running(world)).not.toContain("nop/dies");
});

test("C-122 hash and status are the same after a restart of the supervisor", () => {
  const world = settledWorld();
  offer(world, offerOf("1", configText("one")));
  const { target } = world.state().config;
  const texts = new Map(target === undefined ? [] : [[target.number, target.config.text]]);
  const again = restore(record(world.state()), texts, resumption());
  expect(report(again, profile).remoteConfigStatus).toEqual(statusOf(world));
});

test.each(["1", ""])(
  "C-123 C-119 the same offer again, with the hash '%s', changes nothing",
  (hash) => {
    const world = settledWorld();
    offer(world, offerOf(hash, configText("one")));
    const state = world.state();
    for (let count = 0; count < 20; count += 1) offer(world, offerOf(hash, configText("one")));
    expect(changesOfAgent(world)).toBe(1);
    expect(world.state().config.verdict).toBe(state.config.verdict);
  },
);

test.each(["../../etc/passwd", "a/b", "/abs", "__proto__", "nul\0", "config.json"])(
  "C-124 the name %j is a label: the text counts and no path comes of it",
  (name) => {
    const world = settledWorld();
    offer(world, offerOf("1", configText("one"), name));
    expect(statusOf(world)?.status).toBe(ConfigStatus.Applied);
    expect(world.state().config.target?.remote?.files.map((file) => file.name)).toEqual([name]);
  },
);

test("C-125 which entry wins does not hang on the order in which they came", () => {
  const of = (names: readonly string[]): string => {
    const world = settledWorld();
    const bodies = names.map((name): [string, { body: Uint8Array }] => [
      name,
      { body: new TextEncoder().encode(`exporters: {nop: {from: ${name}}}\n`) },
    ]);
    offer(world, { remoteConfig: { config: { configMap: new Map(bodies) } } });
    return running(world);
  };
  expect(of(["a", "b", "c"])).toBe(of(["c", "a", "b"]));
  expect(of(["a", "b", "c"])).toContain("from: c");
});

test.each([[[""]], [["collector.yaml"]], [["", "more.yaml"]]])(
  "C-126 names %j are taken, with and without an empty one",
  (names) => {
    const world = settledWorld();
    const body = new TextEncoder().encode(configText("one"));
    offer(world, {
      remoteConfig: { config: { configMap: new Map(names.map((name) => [name, { body }])) } },
    });
    expect(statusOf(world)?.status).toBe(ConfigStatus.Applied);
    expect(running(world)).toContain("nop/one");
  },
);

test("C-128 an empty body leaves the local configuration, and is APPLIED", () => {
  const world = settledWorld();
  offer(world, offerOf("1", ""));
  expect(statusOf(world)?.status).toBe(ConfigStatus.Applied);
  expect(running(world)).toContain("nop/base");
  expect(changesOfAgent(world)).toBe(0);
});

test.each([
  ["bytes that are no text", Uint8Array.of(0xff, 0xfe, 0x00)],
  ["text that is no YAML", new TextEncoder().encode("a: [")],
  ["YAML that is no map", new TextEncoder().encode("- a\n- b\n")],
])("C-128 C-274 %s are FAILED with a reason, and nothing changes", (_what, body) => {
  const world = settledWorld();
  offer(world, { remoteConfig: { config: { configMap: new Map([["", { body }]]) } } });
  expect(statusOf(world)).toMatchObject({
    status: ConfigStatus.Failed,
    errorMessage: expect.stringMatching(/./) as string,
  });
  expect(changesOfAgent(world)).toBe(0);
});

test.each<[string, ServerToAgent]>([
  ["a hash alone", { remoteConfig: { configHash: Uint8Array.of(1) } }],
  ["nothing", { remoteConfig: {} }],
  ["an empty map", { remoteConfig: { config: {}, configHash: Uint8Array.of(1) } }],
])("C-129 an offer of %s is an empty configuration: the local one stays", (_what, message) => {
  const world = settledWorld();
  offer(world, message);
  expect(statusOf(world)?.status).toBe(ConfigStatus.Applied);
  expect(running(world)).toContain("nop/base");
});

test("C-118 the hash is taken byte for byte and not made of the content", () => {
  expect(remoteConfigOf({ configHash: Uint8Array.of(0, 255, 10) }).hash).toBe("00ff0a");
  expect(remoteOf("one").hash).not.toBe(remoteOf("one").digest);
});
