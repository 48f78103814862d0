import { expect, test } from "vitest";
import { decodeAgentToServer, encodeAgentToServer } from "../../src/opamp-client/codec.ts";
import { encodeWithin } from "../../src/opamp-client/encode-within.ts";
import type { AgentToServer } from "../../src/opamp-client/messages.ts";

const rest: AgentToServer = { instanceUid: new Uint8Array(16), sequenceNum: 1n, capabilities: 1n };
const message: AgentToServer = { ...rest, effectiveConfig: { configMap: {} } };
const size = encodeAgentToServer(message).length + 1;

test("a message of exactly the limit, frame header included, is sent whole", () => {
  expect(encodeWithin(message, size)).toEqual({
    body: encodeAgentToServer(message),
    leftOut: undefined,
  });
});

test("a message over the limit is sent without its effective configuration, and that is said", () => {
  const { body, leftOut } = encodeWithin(message, size - 1);
  expect(decodeAgentToServer(body!)).toEqual(rest);
  expect(leftOut).toContain(`${size} bytes`);
});

test("a message that is too large even so is not sent, and that is said", () => {
  expect(encodeWithin(message, 5)).toMatchObject({ body: undefined });
  expect(encodeWithin(rest, 5).leftOut).toContain("not sent");
});
