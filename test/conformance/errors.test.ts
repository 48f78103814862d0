import { describe, test, expect, onTestFinished } from "vitest";
import { ServerErrorType, type ServerToAgent } from "../../src/opamp-client/wire/messages.ts";
import { configText } from "../helpers/core/core-samples.ts";
import { groupsIn, watchedClient, someReport } from "../helpers/opamp/fake-client.ts";
import type { HttpAnswer } from "../helpers/opamp/fake-opamp-server.ts";
import {
  both,
  inTurn,
  offerOf,
  statuses,
  started,
  groups,
  linkStates,
  requests,
  seen,
  playing,
  addressOf,
  changed,
  sent,
} from "./fake-server.ts";
import { supervised, changesOfAgent } from "./supervised.ts";

const unavailable = (waitMs?: number) => ({
  errorResponse: {
    type: ServerErrorType.Unavailable,
    ...(waitMs === undefined
      ? {}
      : { retryInfo: { retryAfterNanoseconds: BigInt(waitMs) * 1_000_000n } }),
  },
});

/** Between the messages, in ms as the server saw them. */
function gaps(times: readonly number[]): readonly number[] {
  return times.slice(1).map((at, index) => at - (times[index] ?? 0));
}

describe.each(both)("over %s", (over) => {
  test.each([1, 2])("C-262 beside an error of type %i nothing else counts", async (type) => {
    const error = { errorResponse: { type, retryInfo: { retryAfterNanoseconds: 1n } } };
    const answer = inTurn({ ...error, ...offerOf("1", configText("one")), flags: 1n });
    const { server, world, events, pass } = await supervised(over, {
      reply: () => answer() ?? {},
    });
    await events.until((event) => event.on === "message-received");
    const heard = events.all.flatMap((event) =>
      event.on === "message-received" ? [Object.keys(event.message)] : [],
    );
    expect(heard[0]).toEqual(["errorResponse"]);
    world.crash();
    pass(1_000);
    await server.message(2);
    expect(world.state().config.verdict.is).toBe("unset");
    expect(world.running()[0]?.text).not.toContain("nop/one");
    expect(statuses(server).every((status) => status === 0)).toBe(true);
  });

  test.each([
    ["C-263 C-265 without a type, which is UNKNOWN,", {}],
    ["C-263 C-265 of type UNKNOWN, with words,", { errorMessage: "what?" }],
    ["C-263 C-264 of type BAD_REQUEST", { type: 1, errorMessage: "no" }],
    ["C-263 C-285 of a type that nobody knows", { type: 9 }],
  ])(
    "%s an error is handed on, and what met it does not come again",
    async (_what, errorResponse) => {
      const answer = inTurn({ errorResponse });
      const pair = await started(
        over,
        { reply: () => answer() ?? {} },
        { heartbeatIntervalMs: 10 },
      );
      expect(await pair.received(1)).toEqual({ errorResponse });
      await pair.received(4);
      expect(groups(pair.server).slice(1).flat()).toEqual([]);
      expect(linkStates(pair)).not.toContain("waiting");
    },
  );

  test("C-263 C-268 C-269 UNAVAILABLE: nothing for as long as it says, then everything", async () => {
    const answer = inTurn(unavailable(150));
    const pair = await started(over, { reply: () => answer() ?? {} }, { heartbeatIntervalMs: 10 });
    await pair.link("accepted");
    const [first] = pair.server.messages();
    // Over WebSocket a heartbeat may have left before the answer came.
    const back = over === "ws" ? 2 : 0;
    const [again] = pair.server.messages().filter((one) => one !== first && one.number === back);
    const waitedMs = (requests(pair.server)[1]?.at ?? 0) - (first?.at ?? 0);
    expect(waitedMs).toBeGreaterThanOrEqual(150);
    expect(again && groupsIn(again.message)).toEqual(groups(pair.server)[0]);
    if (over === "ws") expect(seen(pair.server, "close").length).toBeGreaterThanOrEqual(1);
  });

  test("C-270 UNAVAILABLE without a time is left alone for a while each time", async () => {
    const answer = inTurn(unavailable(), unavailable(), unavailable());
    const { server, link } = await started(
      over,
      { reply: (message) => (message.agentDisconnect ? undefined : (answer() ?? {})) },
      { throttledDelayMs: 20, maxRetryDelayMs: 50 },
    );
    await link("accepted");
    const questions = server.messages().filter(({ message }) => !message.agentDisconnect);
    const between = gaps(questions.map(({ at }) => at)).slice(0, 3);
    expect(between).toHaveLength(3);
    for (const gapMs of between) expect(gapMs).toBeGreaterThanOrEqual(20);
  });

  test("C-271 C-252 429 and 503 with a time in seconds are waited for", async () => {
    const gapAfter = async (status: number): Promise<number> => {
      const refusal: HttpAnswer = { status, headers: { "retry-after": "1" } };
      const { server, link } = await started(over, { intercept: inTurn(refusal) });
      await link("accepted");
      return gaps(requests(server).map(({ at }) => at))[0] ?? 0;
    };
    const [first, second] = await Promise.all([gapAfter(429), gapAfter(503)]);
    expect(first).toBeGreaterThanOrEqual(1_000);
    expect(second).toBeGreaterThanOrEqual(1_000);
  });

  test("C-271 a date is waited for", async () => {
    const date = new Date(Date.now() + 1_500);
    const refusal: HttpAnswer = { status: 503, headers: { "retry-after": date.toUTCString() } };
    const answer = inTurn(refusal);
    const times: number[] = [];
    const { link } = await started(over, {
      intercept: () => {
        times.push(Date.now());
        return answer();
      },
    });
    await link("accepted");
    // The text of a date has whole seconds; two clocks of one machine may differ by a moment.
    expect(times.at(-1)).toBeGreaterThanOrEqual(Math.floor(date.getTime() / 1_000) * 1_000 - 5);
  });

  test("C-271 a time that cannot be read is no reason to hammer", async () => {
    const refusal: HttpAnswer = { status: 503, headers: { "retry-after": "soon" } };
    const { server, link } = await started(
      over,
      { intercept: inTurn(refusal, refusal) },
      { firstRetryDelayMs: 5, throttledDelayMs: 20, maxRetryDelayMs: 50 },
    );
    await link("accepted");
    const [one = 0, two = 0] = gaps(requests(server).map(({ at }) => at));
    expect(Math.min(one, two)).toBeGreaterThanOrEqual(20);
  });

  test("C-267 while there is no server nothing piles up: one message with the newest of all", async () => {
    const gone = await playing();
    const { port } = gone;
    await gone.close();
    const { client, link } = watchedClient({ endpoint: addressOf(gone, over) });
    onTestFinished(() => client.stop());
    client.report(changed(0));
    client.start();
    await link("waiting");
    for (let count = 1; count <= 100; count += 1) client.report(changed(count));
    const server = await playing({}, port);
    await link("accepted");
    expect(sent(server)).toHaveLength(1);
    expect(sent(server)[0]?.health?.status).toBe("change 100");
  });
});

test("C-266 over HTTP a server that never answers is noticed", async () => {
  const { link } = await started(
    "http",
    { intercept: inTurn<HttpAnswer>("hang") },
    { answerTimeoutMs: 30 },
  );
  await link("waiting");
  await link("accepted");
});

test("C-266 C-088 over WebSocket a connection that is dead without a word is noticed", async () => {
  const { server, client, link } = await started(
    "ws",
    {},
    { pingIntervalMs: 20, pongTimeoutMs: 20, stopTimeoutMs: 30 },
  );
  await link("accepted");
  (await server.connection(1)).freeze();
  client.report(someReport({ health: { status: "lost" } }));
  await link("accepted", 2);
  expect(sent(server).at(-1)?.health?.status).toBe("lost");
});

test.each(both)("C-262 an error takes nothing back that was applied before, %s", async (over) => {
  const answer = inTurn<ServerToAgent>(offerOf("1", configText("one")), {
    errorResponse: { type: 1 },
    ...offerOf("2", ""),
  });
  const { server, world } = await supervised(over, { reply: () => answer() ?? {} });
  await server.seen.until(() => statuses(server).includes(1));
  expect(changesOfAgent(world)).toBe(1);
  expect(world.running()[0]?.text).toContain("nop/one");
});
