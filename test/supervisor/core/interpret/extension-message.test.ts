import { test, expect } from "vitest";
import { interpretExtension } from "../../../../src/supervisor/core/interpret/extension-message.ts";

const bare = { instanceUid: new Uint8Array(16), sequenceNum: 4n, capabilities: 1n };

test("a message is told with its run and its number, parts that are missing as missing", () => {
  expect(interpretExtension(3, bare, 2)).toEqual([
    {
      on: "extension-reported",
      run: 3,
      said: {
        sequenceNum: 4n,
        overtaken: 2,
        description: undefined,
        health: undefined,
        components: undefined,
        capabilities: undefined,
        message: undefined,
      },
    },
  ]);
});

test("an empty list of custom capabilities is one", () => {
  const [fact] = interpretExtension(1, { ...bare, customCapabilities: {} }, 0);
  expect(fact).toMatchObject({ said: { capabilities: [] } });
});

test("the effective configuration of the extension is not taken in: secrets stand in it", () => {
  const effectiveConfig = {
    configMap: { configMap: new Map([["", { body: new TextEncoder().encode("hunter2") }]]) },
  };
  const [fact] = interpretExtension(1, { ...bare, effectiveConfig }, 0);
  expect(Object.keys(fact ?? {})).toEqual(["on", "run", "said"]);
  expect(fact).not.toHaveProperty("said.effectiveConfig");
});
