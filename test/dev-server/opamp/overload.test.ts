import { once } from "node:events";
import { expect, test } from "vitest";
import { WebSocket } from "ws";
import { createOverloadSwitch } from "../../../src/dev-server/opamp/overload.ts";
import type { Overload } from "../../../src/dev-server/shapes/api-shapes.ts";
import type { DevServer } from "../../../src/dev-server/server.ts";
import { encodeAgentToServer } from "../../../src/opamp-client/wire/codec.ts";
import { full } from "../conversation.ts";
import {
  bare,
  connect,
  fullCapabilities,
  poll,
  postRaw,
  startServer,
  uidOf,
} from "../raw-agent.ts";

async function ask(
  server: DevServer,
  body?: unknown,
): Promise<{ status: number; answer: unknown }> {
  const response = await fetch(new URL("/api/overload", server.pageUrl), {
    method: body === undefined ? "GET" : "POST",
    headers: { "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, answer: await response.json() };
}

test("S-064 under too much load it says on a connection that it is unavailable, and for how long", async () => {
  const { server } = await startServer();
  const agent = await connect(server.opampUrl);
  await agent.ask(full(1, 0n));
  await ask(server, { on: true, retryAfterSeconds: 7 });
  expect(await agent.ask(bare(1, 1n, fullCapabilities))).toEqual({
    instanceUid: uidOf(1),
    errorResponse: {
      type: 2,
      errorMessage: expect.stringContaining("come back later") as string,
      retryInfo: { retryAfterNanoseconds: 7_000_000_000n },
    },
  });
  await ask(server, { on: true });
  const { errorResponse } = await agent.ask(bare(1, 2n, fullCapabilities));
  expect(errorResponse?.retryInfo).toBeUndefined();
  await ask(server, { on: false });
  expect((await agent.ask(bare(1, 3n, fullCapabilities))).errorResponse).toBeUndefined();
});

test("S-065 under too much load it answers 503, with a time where one was given", async () => {
  const { server } = await startServer();
  const body = encodeAgentToServer(full(1, 0n));
  await ask(server, { on: true, retryAfterSeconds: 7 });
  const refused = await postRaw(server, body);
  expect([refused.status, refused.headers.get("retry-after")]).toEqual([503, "7"]);
  const upgrade = new WebSocket(server.opampUrl);
  const [, answer] = (await once(upgrade, "unexpected-response")) as [
    unknown,
    { statusCode: number; headers: Record<string, string> },
  ];
  expect([answer.statusCode, answer.headers["retry-after"]]).toEqual([503, "7"]);
  upgrade.on("error", () => undefined).terminate();
  await ask(server, { on: true });
  const later = await postRaw(server, body);
  expect([later.status, later.headers.get("retry-after")]).toEqual([503, null]);
  await ask(server, { on: false });
  expect((await poll(server, full(1, 0n))).errorResponse).toBeUndefined();
});

test("the switch shows how it stands", async () => {
  const { server } = await startServer();
  expect(await ask(server)).toEqual({ status: 200, answer: { on: false } });
  const on = { on: true, retryAfterSeconds: 0 };
  const first = await ask(server, on);
  expect(first).toEqual({ status: 200, answer: { ...on, since: expect.any(Number) as number } });
  expect((await ask(server)).answer).toEqual(first.answer);
});

test("it goes off by itself when a time was named, and each change of it is told", async () => {
  const [at, told] = [5_000, [] as Overload[]];
  await new Promise<void>((resolve) => {
    const overload = createOverloadSwitch(
      () => at,
      () => {
        told.push(overload.current());
        if (!overload.current().on) resolve();
      },
    );
    overload.set({ on: true, forSeconds: 60 });
    overload.set({ on: true, forSeconds: 1 });
  });
  expect(told).toEqual([
    { on: true, since: 5_000, until: 65_000 },
    { on: true, since: 5_000, until: 6_000 },
    { on: false },
  ]);
});

test("who has switched it on again is not surprised by an earlier end", async () => {
  const ends: boolean[] = [];
  const overload = createOverloadSwitch(Date.now, () => ends.push(overload.current().on));
  overload.set({ on: true, forSeconds: 0.01 });
  overload.set({ on: true });
  await new Promise<void>((resolve) => {
    const late = createOverloadSwitch(Date.now, () => (late.current().on ? undefined : resolve()));
    late.set({ on: true, forSeconds: 0.05 });
  });
  expect([overload.current().on, ends]).toEqual([true, [true, true]]);
});

test.each([
  [{}],
  [[]],
  [{ on: "yes" }],
  [{ on: true, retryAfterSeconds: -1 }],
  [{ on: true, retryAfterSeconds: 3_601 }],
  [{ on: true, retryAfterSeconds: 1.5 }],
  [{ on: true, retryAfterSeconds: null }],
  [{ on: true, forSeconds: 0 }],
  [{ on: true, forSeconds: 86_401 }],
  [{ on: true, forSeconds: "10" }],
])("what is no wish is refused and changes nothing: %j", async (body) => {
  const { server } = await startServer();
  expect((await ask(server, body)).status).toBe(400);
  expect((await ask(server)).answer).toEqual({ on: false });
});
