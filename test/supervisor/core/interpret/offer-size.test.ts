import fc from "fast-check";
import { test, expect } from "vitest";
import {
  interpret,
  ignoredParts,
} from "../../../../src/supervisor/core/interpret/server-message.ts";
import {
  configSizeProblem,
  hashProblem,
  settingsSizeProblem,
  sizeOf,
} from "../../../../src/supervisor/core/interpret/offer-size.ts";
import type {
  AgentRemoteConfig,
  ServerToAgent,
} from "../../../../src/opamp-client/wire/messages.ts";
import { manyPipelines } from "../../../helpers/agent/agent-configs.ts";

const everything = (1n << 20n) - 1n;
const mebibyte = 1024 * 1024;

function offerOf(bodies: Readonly<Record<string, string>>): AgentRemoteConfig {
  const encoded = Object.entries(bodies).map(
    ([name, text]) => [name, { body: new TextEncoder().encode(text) }] as const,
  );
  return { config: { configMap: new Map(encoded) }, configHash: Uint8Array.of(1) };
}

test("what is too large is refused with what was found, and nothing of it is kept", () => {
  const cases: readonly (readonly [AgentRemoteConfig, string])[] = [
    [offerOf({ "": "#".repeat(60 * mebibyte) }), "at most 8 MiB, found 60.0 MiB"],
    [offerOf({ a: "#".repeat(5 * mebibyte), b: "#".repeat(5 * mebibyte) }), "found 10.0 MiB"],
    [offerOf({ "": "- 1\n".repeat(500_000) }), "500000 lines, found 500001"],
    [offerOf({ "": `a: [${"{},".repeat(200_000)}]` }), "200000 flow entries"],
    [offerOf({ "": "a\r".repeat(600_000) }), "500000 lines"],
    [offerOf({ "": `x${": ".repeat(1_000_001)}` }), "1000000 colons"],
    [
      offerOf(Object.fromEntries(Array.from({ length: 1_001 }, (_, i) => [`${i}`, ""]))),
      "1000 files",
    ],
  ];
  for (const [remoteConfig, words] of cases) {
    const [fact] = interpret({ remoteConfig }, everything);
    expect(fact).toMatchObject({
      on: "config-offered",
      remote: { hash: "01", files: [], problem: expect.stringContaining(words) as string },
    });
  }
});

test("the largest that is permitted is permitted", () => {
  const largest = "#".repeat(8 * mebibyte);
  expect(configSizeProblem(offerOf({ "": largest }))).toBeUndefined();
  expect(configSizeProblem(offerOf({ a: largest }))).toContain("at most 8 MiB");
});

test("where there is little memory less is read, and it is said what to do", () => {
  const room = 64 * mebibyte;
  expect(configSizeProblem(offerOf({ "": manyPipelines(2_000) }), room)).toBeUndefined();
  for (const text of [
    `a: "${"x".repeat(2 * mebibyte)}"`,
    "a: b\n".repeat(180_000),
    `a: [${"b,".repeat(150_000)}]`,
    "#\n".repeat(499_000),
  ]) {
    expect(configSizeProblem(offerOf({ "": text }))).toBeUndefined();
    expect(configSizeProblem(offerOf({ "": text }), room)).toMatch(
      /with 64\.0 MiB of memory, .*found one that may take \d+\.\d MiB: make it smaller, or give/,
    );
  }
  const [fact] = interpret({ remoteConfig: offerOf({ "": "a: 1" }) }, everything, false, 0);
  expect(fact).toMatchObject({
    remote: { files: [], problem: expect.stringContaining("0.0 MiB of memory") as string },
  });
});

test("what any collector may need is not too large", () => {
  expect(configSizeProblem(offerOf({ "": manyPipelines(50_000) }))).toBeUndefined();
  expect(configSizeProblem({})).toBeUndefined();
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.string(), { maxKeys: 50 }), (bodies) => {
      expect(configSizeProblem(offerOf(bodies))).toBeUndefined();
    }),
  );
});

test("large connection settings fail with their size", () => {
  const connectionSettings = {
    hash: Uint8Array.of(2),
    otherConnections: new Map([["x", { otherSettings: new Map([["a", "b".repeat(mebibyte)]]) }]]),
  };
  const [fact] = interpret({ connectionSettings }, everything);
  expect(fact).toMatchObject({
    on: "settings-offered",
    offer: { hash: "02", others: [], problem: expect.stringContaining("at most 1 MiB") as string },
  });
  expect(settingsSizeProblem({ hash: Uint8Array.of(2) })).toBeUndefined();
});

test("an offer with a hash that nobody would send again is passed over, and the log can say so", () => {
  const hash = new Uint8Array(1_025);
  const message: ServerToAgent = {
    remoteConfig: { ...offerOf({ "": "a: 1" }), configHash: hash },
    connectionSettings: { hash, opamp: { destinationEndpoint: "wss://x" } },
  };
  expect(interpret(message, everything)).toEqual([]);
  expect(ignoredParts(message)).toHaveLength(2);
  expect(hashProblem(new Uint8Array(1_024))).toBeUndefined();
});

test("a size counts names, texts and bytes, wherever they are", () => {
  const value = { a: "xx", b: [Uint8Array.of(1, 2, 3)], c: new Map([["name", "text"]]), d: 5n };
  expect(sizeOf(value)).toBeGreaterThanOrEqual(2 + 3 + 8);
  expect(sizeOf(value)).toBeLessThan(100);
});
