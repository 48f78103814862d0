import { test, expect } from "vitest";
import { type ServerToAgent, AgentCapability } from "../../../../src/opamp-client/wire/messages.ts";
import {
  interpret,
  remoteConfigOf,
  ignoredParts,
} from "../../../../src/supervisor/core/interpret/server-message.ts";

const all = 0xffffn;
const text = (body: string): Uint8Array => new TextEncoder().encode(body);
const offer: ServerToAgent = {
  remoteConfig: {
    configHash: Uint8Array.of(1, 2),
    config: {
      configMap: new Map([
        ["b", { body: text("x: 1") }],
        ["", { body: text("y: 2") }],
      ]),
    },
  },
};

test("an offer becomes texts, its hash byte for byte, its parts sorted by name", () => {
  expect(interpret(offer, all)).toMatchObject([
    {
      on: "config-offered",
      remote: {
        hash: "0102",
        files: [
          { name: "", text: "y: 2" },
          { name: "b", text: "x: 1" },
        ],
      },
    },
  ]);
});

test("parts that need a capability which is not declared are left out", () => {
  const message: ServerToAgent = { ...offer, command: { type: 0 } };
  expect(interpret(message, AgentCapability.ReportsStatus)).toEqual([]);
});

test("a command excludes everything else in its message", () => {
  expect(interpret({ ...offer, command: { type: 0 } }, all)).toEqual([{ on: "restart-commanded" }]);
  expect(interpret({ ...offer, command: {} }, all)).toEqual([{ on: "restart-commanded" }]);
});

test("without the capability a command is ignored and the rest is taken", () => {
  const facts = interpret({ ...offer, command: {} }, AgentCapability.AcceptsRemoteConfig);
  expect(facts.map((fact) => fact.on)).toEqual(["config-offered"]);
});

test("an unknown command is no restart", () => {
  expect(interpret({ command: { type: 7 } }, all)).toEqual([]);
});

test("an error excludes everything else in its message", () => {
  expect(interpret({ ...offer, errorResponse: { type: 1 } }, all)).toEqual([
    { on: "server-complained", why: "" },
  ]);
  expect(interpret({ ...offer, errorResponse: { type: 2 } }, all)).toEqual([]);
});

test.each([
  ["16 bytes", new Uint8Array(16).fill(7), ["identity-assigned"]],
  ["zeros", new Uint8Array(16), []],
  ["3 bytes", Uint8Array.of(1, 2, 3), []],
])("a new instance uid of %s", (_, newInstanceUid, expected) => {
  const facts = interpret({ agentIdentification: { newInstanceUid } }, 0n);
  expect(facts.map((fact) => fact.on)).toEqual(expected);
});

test("the uid text is canonical", () => {
  const newInstanceUid = Uint8Array.from({ length: 16 }, (_, index) => index + 0xa0);
  expect(interpret({ agentIdentification: { newInstanceUid } }, 0n)).toEqual([
    { on: "identity-assigned", uid: "a0a1a2a3-a4a5-a6a7-a8a9-aaabacadaeaf" },
  ]);
});

test("the digest sees names, types and bodies, and nothing else", () => {
  const of = (name: string, body: string, contentType?: string): string =>
    remoteConfigOf({
      config: {
        configMap: new Map([[name, { body: text(body), contentType: contentType ?? "" }]]),
      },
    }).digest;
  expect(of("a", "x")).toBe(of("a", "x"));
  expect(new Set([of("a", "x"), of("b", "x"), of("a", "y"), of("a", "x", "text/yaml")]).size).toBe(
    4,
  );
});

test("bytes that are no text are named, not guessed", () => {
  const remote = remoteConfigOf({
    config: { configMap: new Map([["bad", { body: Uint8Array.of(0xff, 0xfe) }]]) },
  });
  expect(remote.problem).toContain('"bad"');
});

test("an offer without config or hash is an empty one", () => {
  expect(remoteConfigOf({})).toMatchObject({ hash: "", files: [], problem: undefined });
});

test("keys such as __proto__ are names like others", () => {
  const remote = remoteConfigOf({
    config: { configMap: new Map([["__proto__", { body: text("a: 1") }]]) },
  });
  expect(remote.files).toEqual([{ name: "__proto__", text: "a: 1" }]);
});

test("C-076 a message with a configuration, settings, an id and a custom message means all of them", () => {
  const message: ServerToAgent = {
    ...offer,
    capabilities: 0x27n,
    agentIdentification: { newInstanceUid: new Uint8Array(16).fill(7) },
    connectionSettings: { hash: Uint8Array.of(1), opamp: { destinationEndpoint: "wss://a" } },
    customMessage: { capability: "org.example", type: "x" },
  };
  expect(interpret(message, all).map(({ on }) => on)).toEqual([
    "server-capable",
    "identity-assigned",
    "config-offered",
    "settings-offered",
    "server-messaged",
  ]);
});

test("C-235 an unknown command is told of", () => {
  expect(ignoredParts({ command: { type: 7 } })).toEqual(["the command 7 is none that is known"]);
  expect(ignoredParts({ command: {} })).toEqual([]);
});

test.each([
  ["of 3 bytes", Uint8Array.of(1, 2, 3), 1],
  ["of zeros", new Uint8Array(16), 1],
  ["of 16 bytes", new Uint8Array(16).fill(7), 0],
])("C-054 an instance id %s", (_, newInstanceUid, told) => {
  expect(ignoredParts({ agentIdentification: { newInstanceUid } })).toHaveLength(told);
});

test("an error excludes all else", () => {
  expect(ignoredParts({ errorResponse: {}, command: { type: 7 } })).toEqual([]);
});
