import { onTestFinished, test, expect } from "vitest";
import { createInbox } from "../../../src/agent/extension/newest-health.ts";
import { encodeAgentToServer } from "../../../src/opamp-client/wire/codec.ts";
import type { AgentToServer } from "../../../src/opamp-client/wire/messages.ts";
import { delimited, joined } from "../../helpers/opamp/wire-bytes.ts";

const health = { healthy: true };

function bodyOf(parts: Partial<AgentToServer>): Uint8Array {
  const bare = { instanceUid: new Uint8Array(16), sequenceNum: 1n, capabilities: 1n };
  return encodeAgentToServer({ ...bare, ...parts });
}

/** An inbox whose pauses never end while a test lasts, and what it lets through. */
function start() {
  const heard: (readonly [body: Uint8Array, overtaken: number])[] = [];
  const inbox = createInbox((body, overtaken) => heard.push([body, overtaken]), {
    gatherMs: 60_000,
    betweenMs: 60_000,
  });
  onTestFinished(() => inbox.close());
  return { inbox, heard };
}

test.each<[string, Partial<AgentToServer>]>([
  ["a description", { agentDescription: {} }],
  ["a custom message", { customMessage: { type: "a" } }],
  ["custom capabilities", { customCapabilities: {} }],
  ["components", { availableComponents: {} }],
  ["a configuration", { effectiveConfig: {} }],
  ["a goodbye", { agentDisconnect: {} }],
  ["nothing at all", {}],
])("a message with %s is heard at once, after the health that waits", (_, parts) => {
  const { inbox, heard } = start();
  const bodies = [bodyOf({ health }), bodyOf({ health }), bodyOf(parts), bodyOf({ health })];
  for (const body of bodies) inbox.take(body);
  expect(heard).toEqual([
    [bodies[1], 1],
    [bodies[2], 0],
  ]);
});

test("health that waits is overtaken by a message that has more in it beside health", () => {
  const { inbox, heard } = start();
  const more = bodyOf({ health, agentDescription: {} });
  for (const body of [bodyOf({ health }), bodyOf({ health }), more]) inbox.take(body);
  expect(heard).toEqual([[more, 2]]);
});

test("what is not known to be health alone does not wait", () => {
  const { inbox, heard } = start();
  const unknown = joined(bodyOf({ health }), delimited(99, new Uint8Array()));
  const garbage = Uint8Array.of(0xff, 0xff);
  for (const body of [unknown, garbage]) inbox.take(body);
  expect(heard).toEqual([
    [unknown, 0],
    [garbage, 0],
  ]);
});
