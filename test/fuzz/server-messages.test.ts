import fc from "fast-check";
import { expect, test } from "vitest";
import {
  decodeServerToAgent,
  encodeAgentToServer,
  encodeServerToAgent,
} from "../../src/opamp-client/wire/codec.ts";
import { ConfigStatus, type ServerToAgent } from "../../src/opamp-client/wire/messages.ts";
import { ignoredParts, interpret } from "../../src/supervisor/core/interpret/server-message.ts";
import { type Profile, report } from "../../src/supervisor/core/report/full-report.ts";
import { initialState, withConfig } from "../../src/supervisor/core/state/state.ts";
import { baseLayer, configText, uid } from "../helpers/core/core-samples.ts";
import { statusOf } from "../helpers/core/status.ts";
import { type World, createWorld } from "../helpers/core/world.ts";
import { fuzz } from "../helpers/fuzz/fuzz.ts";
import { mutated } from "../helpers/fuzz/mutate-text.ts";
import { messageValue } from "../helpers/opamp/wire-arbitraries.ts";

/** It takes all that a server may offer. */
const profile: Profile = {
  capabilities: 0xffffn,
  fallbackName: "otelcol",
  host: new Map(),
  identifying: new Map(),
  nonIdentifying: new Map(),
  startsAgent: true,
};

const word = fc.constantFrom("good", "other", "slow", "dies", "refused");
const body = fc
  .oneof(
    { weight: 4, arbitrary: word.map(configText) },
    { weight: 2, arbitrary: word.chain((each) => mutated(configText(each))) },
    { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 40 }) },
  )
  .map((text) => new TextEncoder().encode(text));

const bytes = (length: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ maxLength: length });

const configOffer: fc.Arbitrary<ServerToAgent> = fc
  .tuple(
    fc.array(fc.tuple(fc.constantFrom("", "a.yaml", "../b"), body), { maxLength: 3 }),
    bytes(4),
  )
  .map(([files, configHash]) => ({
    remoteConfig: {
      configHash,
      config: { configMap: new Map(files.map(([name, each]) => [name, { body: each }])) },
    },
  }));

const address = fc.constantFrom(
  "wss://second.example.com/v1/opamp",
  "ws://x",
  "",
  "nonsense",
  "\0",
);

const settingsOffer: fc.Arbitrary<ServerToAgent> = fc
  .tuple(bytes(4), address, fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }))
  .map(([hash, destinationEndpoint, heartbeatIntervalSeconds]) => ({
    connectionSettings: {
      hash,
      opamp: { destinationEndpoint, heartbeatIntervalSeconds },
      ownMetrics: { destinationEndpoint },
      otherConnections: new Map([["backend", { destinationEndpoint }]]),
    },
  }));

const packagesOffer: fc.Arbitrary<ServerToAgent> = fc
  .tuple(bytes(32), fc.constantFrom("", "1.0", "2.0"), fc.constantFrom(0, 1), bytes(32), address)
  .map(([allPackagesHash, version, type, contentHash, downloadUrl]) => ({
    packagesAvailable: {
      allPackagesHash,
      packages: new Map([
        ["", { type, version, hash: contentHash, file: { downloadUrl, contentHash } }],
      ]),
    },
  }));

const message: fc.Arbitrary<ServerToAgent> = fc.oneof(
  { weight: 4, arbitrary: configOffer },
  { weight: 1, arbitrary: settingsOffer },
  { weight: 1, arbitrary: packagesOffer },
  { weight: 1, arbitrary: fc.constant<ServerToAgent>({ command: {} }) },
  { weight: 2, arbitrary: messageValue("ServerToAgent") },
);

const act = fc.record({
  message,
  passMs: fc.oneof(fc.constant(0), fc.nat(60), fc.nat(3_000), fc.nat(60_000)),
  crashes: fc.nat(9).map((each) => each === 0),
});

function startedWorld(): World {
  const world = createWorld(
    withConfig(initialState(uid), { local: [baseLayer(configText("base"))] }),
    {
      healthyAfterMs: (text) => (text.includes("nop/slow") ? 3_000 : 40),
      diesAfterMs: (text) => (text.includes("nop/dies") ? 30 : Infinity),
      refuses: (text) => (text.includes("nop/refused") ? "unknown type" : undefined),
      refutes: ({ endpoint }) => (endpoint === "ws://x" ? "it is away" : undefined),
      refusesPackage: ({ version }) => (version === "2.0" ? "404" : undefined),
    },
  );
  world.pass(1_000);
  return world;
}

/** What goes to the server can be written, and is so. */
function expectTrue(world: World): void {
  const told = report(world.state(), profile);
  encodeAgentToServer({ ...told, sequenceNum: 0n });
  statusOf(world);
  const { good } = world.state().config;
  if (told.remoteConfigStatus?.status !== ConfigStatus.Applied) return;
  const hash = Buffer.from(told.remoteConfigStatus.lastRemoteConfigHash ?? []).toString("hex");
  expect(good?.remote?.hash ?? "").toBe(hash);
}

test("whatever a server sends at whatever moment, nothing is thrown, one agent runs, and the status is true", async () => {
  await fuzz(
    "server-messages",
    fc.array(act, { minLength: 1, maxLength: 12 }),
    (acts) => {
      const world = startedWorld();
      for (const { message: sent, passMs, crashes } of acts) {
        const came = decodeServerToAgent(encodeServerToAgent(sent));
        ignoredParts(came);
        for (const fact of interpret(came, profile.capabilities)) world.post(fact);
        expectTrue(world);
        if (crashes) world.crash();
        world.pass(passMs);
        expectTrue(world);
      }
      world.forget();
      world.pass(800_000);
      expectTrue(world);
      expect(world.violations).toEqual([]);
      const { config, agent } = world.state();
      expect(agent.process.at).toBe("up");
      expect(world.running().map(({ text }) => text)).toEqual([config.good?.config.text]);
      expect(config.verdict.is).not.toBe("applying");
      expect([config.validating, config.candidate, config.held]).toEqual([
        undefined,
        undefined,
        undefined,
      ]);
      expect(world.trace.length).toBeLessThan(400);
    },
    12,
  );
});
