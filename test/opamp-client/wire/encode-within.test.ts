import { test, expect } from "vitest";
import { encodeAgentToServer, decodeAgentToServer } from "../../../src/opamp-client/wire/codec.ts";
import { encodeWithin } from "../../../src/opamp-client/wire/encode-within.ts";
import type { AgentToServer } from "../../../src/opamp-client/wire/messages.ts";

const rest: AgentToServer = { instanceUid: new Uint8Array(16), sequenceNum: 1n, capabilities: 1n };
const message: AgentToServer = { ...rest, effectiveConfig: { configMap: {} } };
const size = encodeAgentToServer(message).length + 1;

test("a message of exactly the limit, frame header included, is sent whole", () => {
  expect(encodeWithin(message, size)).toEqual({
    body: encodeAgentToServer(message),
    leftOut: undefined,
  });
});

test("a message over the limit goes without its largest groups, and that is said", () => {
  const health = { healthy: true };
  const large = {
    ...message,
    health,
    effectiveConfig: { configMap: { configMap: new Map([["", { body: new Uint8Array(90) }]]) } },
  };
  const { body, leftOut } = encodeWithin(large, 60);
  expect(decodeAgentToServer(body!)).toEqual({ ...rest, health });
  expect(leftOut).toContain("larger than the limit of 60: sent without the effective config");
});

test("a message of which nothing would be left is not sent, and that is said", () => {
  expect(encodeWithin(message, size - 1)).toMatchObject({ body: undefined });
  expect(encodeWithin(rest, 5).leftOut).toContain("not sent");
});

test("a goodbye is said even when nothing else can be", () => {
  const { body } = encodeWithin({ ...message, agentDisconnect: {} }, size - 1);
  expect(decodeAgentToServer(body!)).toEqual({ ...rest, agentDisconnect: {} });
});
