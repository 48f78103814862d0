import { describe, test, expect } from "vitest";
import { fillOptions } from "../../src/opamp-client/transport/client-options.ts";
import { decodeAgentToServer } from "../../src/opamp-client/wire/codec.ts";
import { type Conversation, createConversation } from "../../src/opamp-client/conversation.ts";
import { AgentCapability } from "../../src/opamp-client/wire/messages.ts";
import { someReport, groupsIn } from "../helpers/opamp/fake-client.ts";
import { both, started, groups, sent, changed, requests } from "./fake-server.ts";

const refusal = { status: 503, headers: { "retry-after": "1" } };

/** What is said and when, with a clock of our own: intervals need no waiting. */
function talk(over: "ws" | "http", heartbeatIntervalMs: number): Conversation {
  const options = fillOptions({ endpoint: `${over}://server:4320/v1/opamp`, heartbeatIntervalMs });
  const conversation = createConversation(options, () => undefined);
  conversation.report(someReport());
  conversation.connected(`${over}://server:4320/v1/opamp`);
  return conversation;
}

function groupsAt(conversation: Conversation, now: number): readonly string[] | undefined {
  const message = conversation.next(now);
  return message && groupsIn(decodeAgentToServer(message.body));
}

describe.each(both)("over %s", (over) => {
  test("C-091 C-095 heartbeats come on and on, under numbers of their own", async () => {
    const { server } = await started(over, {}, { heartbeatIntervalMs: 10 });
    await server.message(6);
    expect(groups(server).slice(1).flat()).toEqual([]);
    expect(sent(server).map(({ sequenceNum }) => sequenceNum)).toEqual([0n, 1n, 2n, 3n, 4n, 5n]);
  });

  test("C-096 C-097 the interval begins with the last message of any kind", () => {
    const conversation = talk(over, 1_000);
    expect(groupsAt(conversation, 5_000)).toHaveLength(8);
    expect(conversation.dueAt()).toBe(6_000);
    conversation.report(changed(1));
    expect(groupsAt(conversation, 5_700)).toEqual(["health"]);
    expect(conversation.dueAt()).toBe(6_700);
    expect(groupsAt(conversation, 6_699)).toBeUndefined();
    expect(groupsAt(conversation, 6_700)).toEqual([]);
    expect(conversation.dueAt()).toBe(7_700);
  });

  test("C-093 C-098 a new interval counts at once, from the last message on", () => {
    const conversation = talk(over, 60_000);
    conversation.next(5_000);
    conversation.setHeartbeatInterval(1_000);
    expect(conversation.dueAt()).toBe(6_000);
  });

  test("C-100 C-252 C-271 C-272 none while a server is left alone, and the old interval after it", async () => {
    let refusals = 1;
    const { server, link } = await started(
      over,
      { intercept: () => ((refusals -= 1) >= 0 ? refusal : undefined) },
      { heartbeatIntervalMs: 20, firstRetryDelayMs: 5 },
    );
    await link("accepted");
    const [first, second] = requests(server);
    expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(1_000);
    await server.seen.until(
      (one) => one.saw === "message" && groupsIn(one.message).length === 0,
      3,
    );
  });
});

test("C-092 the interval is 30 s where nobody says otherwise", () => {
  expect(fillOptions({ endpoint: "ws://server" }).heartbeatIntervalMs).toBe(30_000);
});

test("C-094 zero ends heartbeats over WebSocket, and over HTTP gives polls their default", () => {
  const ws = talk("ws", 1_000);
  const http = talk("http", 1_000);
  for (const conversation of [ws, http]) {
    conversation.next(5_000);
    conversation.setHeartbeatInterval(0);
  }
  expect(ws.dueAt()).toBe(Infinity);
  expect(http.dueAt()).toBe(35_000);
});

test("C-099 without the bit there are none over WebSocket, polls go on", () => {
  const capabilities = someReport().capabilities & ~AgentCapability.ReportsHeartbeat;
  const ws = talk("ws", 1_000);
  const http = talk("http", 1_000);
  for (const conversation of [ws, http]) {
    conversation.report(someReport({ capabilities }));
    conversation.next(5_000);
  }
  expect(ws.dueAt()).toBe(Infinity);
  expect(http.dueAt()).toBe(6_000);
});
