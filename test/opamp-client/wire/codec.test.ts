import protobuf from "protobufjs";
import { test, expect } from "vitest";
import {
  encodeAgentToServer,
  encodeServerToAgent,
  decodeAgentToServer,
  decodeServerToAgent,
} from "../../../src/opamp-client/wire/codec.ts";
import type { ServerToAgent } from "../../../src/opamp-client/wire/messages.ts";
import { wireMessages, oneofMessage } from "../../../src/opamp-client/wire/fields.ts";
import { fullAgentToServer, fullServerToAgent } from "../../fixtures/wire/samples.ts";
import { messageTypes, protoRoot } from "../../helpers/opamp/proto-root.ts";
import { camelCase, filledKeys, plainOf, throughProto } from "../../helpers/opamp/proto-values.ts";
import { delimited, nested } from "../../helpers/opamp/wire-bytes.ts";

const types = messageTypes(protoRoot());
const agentToServer = types.get("AgentToServer")!;
const serverToAgent = types.get("ServerToAgent")!;

test("the codec's table has every field of the proto files and no other", () => {
  const fromProto = [...types.values()].map((type) => [
    type.name,
    Object.fromEntries(
      type.fieldsArray.map((field) => [camelCase(field.name), wireFieldOf(field)]),
    ),
  ]);
  expect(wireMessages).toEqual(Object.fromEntries(fromProto));
});

test("the message whose zeros are written is the only one that is all one oneof", () => {
  const all = [...types.values()].filter(
    (type) =>
      type.fieldsArray.length > 0 && type.fieldsArray.every((field) => field.partOf !== null),
  );
  expect(all.map((type) => type.name)).toEqual([oneofMessage]);
});

test("the samples fill every field of every message", () => {
  const filled = new Set([
    ...filledKeys(agentToServer, plainOf(agentToServer, encodeAgentToServer(fullAgentToServer))),
    ...filledKeys(serverToAgent, plainOf(serverToAgent, encodeServerToAgent(fullServerToAgent))),
  ]);
  const every = [...types.values()].flatMap((type) =>
    type.fieldsArray.map((field) => `${type.name}.${field.name}`),
  );
  expect([...filled].sort()).toEqual(every.sort());
});

test("what the codec writes is read the same by the proto files, and the other way", () => {
  const agentBytes = throughProto(agentToServer, encodeAgentToServer(fullAgentToServer));
  expect(decodeAgentToServer(agentBytes)).toEqual(fullAgentToServer);
  const serverBytes = throughProto(serverToAgent, encodeServerToAgent(fullServerToAgent));
  expect(decodeServerToAgent(serverBytes)).toEqual(fullServerToAgent);
});

test("the codec reads back what it wrote", () => {
  expect(decodeAgentToServer(encodeAgentToServer(fullAgentToServer))).toEqual(fullAgentToServer);
  expect(decodeServerToAgent(encodeServerToAgent(fullServerToAgent))).toEqual(fullServerToAgent);
});

test("an empty message has the required keys of an AgentToServer and none of a ServerToAgent", () => {
  expect(decodeAgentToServer(new Uint8Array())).toEqual({
    instanceUid: new Uint8Array(),
    sequenceNum: 0n,
    capabilities: 0n,
  });
  expect(decodeServerToAgent(new Uint8Array())).toEqual({});
});

test("a sub-message that is present but empty stays present", () => {
  const minimal = { instanceUid: new Uint8Array(16), sequenceNum: 1n, capabilities: 1n };
  const goodbye = decodeAgentToServer(encodeAgentToServer({ ...minimal, agentDisconnect: {} }));
  expect(goodbye.agentDisconnect).toEqual({});
  expect("agentDisconnect" in decodeAgentToServer(encodeAgentToServer(minimal))).toBe(false);
  expect(decodeServerToAgent(encodeServerToAgent({ command: {} }))).toEqual({ command: {} });
});

test("bytes come out as plain arrays of their own, whatever went in", () => {
  const wire = Buffer.from(
    encodeServerToAgent({ remoteConfig: { configHash: Buffer.from("ab") } }),
  );
  const hash = decodeServerToAgent(wire).remoteConfig?.configHash;
  expect(hash?.constructor).toBe(Uint8Array);
  expect(hash?.buffer.byteLength).toBe(2);
  expect(encodeServerToAgent({ command: {} }).constructor).toBe(Uint8Array);
});

test("unknown fields are skipped and unknown enum numbers kept", () => {
  const root = new protobuf.Root();
  const future = protobuf
    .parse(
      `syntax = "proto3";
     message Future { Inner command = 9; string later = 99; fixed32 other = 100; Inner more = 101; }
     message Inner { int32 type = 1; }`,
      root,
    )
    .root.lookupType("Future");
  const bytes = future
    .encode({ command: { type: -7 }, later: "x", other: 5, more: { type: 1 } })
    .finish();
  expect(decodeServerToAgent(bytes)).toEqual({ command: { type: -7 } });
});

test("a known field with another wire type is skipped, like an unknown one", () => {
  // Field 6, flags, as text; then field 7, capabilities, as it should be.
  expect(decodeServerToAgent(Uint8Array.of(0x32, 1, 65, 0x38, 2))).toEqual({ capabilities: 2n });
});

test("a sub-message that comes twice is joined, and the last member of a oneof wins", () => {
  const first = encodeServerToAgent({ remoteConfig: { configHash: Uint8Array.of(1) } });
  const second = encodeServerToAgent({ remoteConfig: { config: {} } });
  expect(decodeServerToAgent(Buffer.concat([first, second]))).toEqual({
    remoteConfig: { configHash: Uint8Array.of(1), config: {} },
  });
  // AgentDescription { identifying { key "k", value { "a", then true } } }
  const value = [0x0a, 1, 0x61, 0x10, 1];
  const pair = [0x0a, 1, 0x6b, 0x12, value.length, ...value];
  const description = [0x0a, pair.length, ...pair];
  const bytes = Uint8Array.of(0x1a, description.length, ...description);
  expect(decodeAgentToServer(bytes).agentDescription).toEqual({
    identifyingAttributes: [{ key: "k", value: { boolValue: true } }],
  });
});

test("a map entry without key or value has the empty ones", () => {
  // remote_config { config { config_map { entry {} } } }
  expect(decodeServerToAgent(Uint8Array.of(0x1a, 4, 0x0a, 2, 0x0a, 0))).toEqual({
    remoteConfig: { config: { configMap: new Map([["", {}]]) } },
  });
});

test("half a surrogate pair is written as valid UTF-8", () => {
  const cut = "cut 🙂".slice(0, -1);
  const read = decodeServerToAgent(encodeServerToAgent({ errorResponse: { errorMessage: cut } }));
  expect(read.errorResponse?.errorMessage).toBe("cut \ufffd");
});

test.each([
  ["a length beyond the end", [0x0a, 16, 1]],
  ["a length of a sub-message beyond its parent", [0x1a, 2, 0x12, 5, 1, 1, 1, 1, 1]],
  ["a varint without end", [0x30, ...Array.from({ length: 11 }, () => 0xff)]],
  ["a cut varint", [0x30, 0x80]],
  ["field number zero", [0x02, 0]],
  ["a wire type that does not exist", [0x07]],
  ["a group without end", [0x7b, 0x08, 1]],
])("%s is malformed", (_what, bytes) => {
  expect(() => decodeServerToAgent(Uint8Array.from(bytes))).toThrow(
    expect.objectContaining({ code: "message-malformed" }),
  );
  expect(() => decodeAgentToServer(Uint8Array.from(bytes))).toThrow(
    expect.objectContaining({ code: "message-malformed" }),
  );
});

test("nesting is read to a depth that honest messages have and refused beyond", () => {
  expect(() => decodeAgentToServer(delimited(5, nested(40, [2, 6])))).not.toThrow();
  expect(() => decodeAgentToServer(delimited(5, nested(1000, [2, 6])))).toThrow(
    expect.objectContaining({ code: "message-malformed" }),
  );
});

test("every cut of a message either decodes or is malformed, and nothing else is thrown", () => {
  const whole = encodeServerToAgent(fullServerToAgent);
  const outcomes = Array.from({ length: whole.length }, (_, length) =>
    outcomeOf(whole.slice(0, length)),
  );
  expect(new Set(outcomes)).toEqual(new Set(["decoded", "message-malformed"]));
});

function outcomeOf(bytes: Uint8Array): string {
  try {
    const message: ServerToAgent = decodeServerToAgent(bytes);
    return typeof message === "object" ? "decoded" : "odd";
  } catch (error) {
    return (error as { code: string }).code;
  }
}

function wireFieldOf(field: protobuf.Field): unknown[] {
  const kind = field.resolvedType instanceof protobuf.Enum ? "enum" : field.type;
  if (field instanceof protobuf.MapField) {
    expect(field.keyType).toBe("string");
    return [field.id, kind, "map"];
  }
  return field.repeated ? [field.id, kind, "list"] : [field.id, kind];
}
