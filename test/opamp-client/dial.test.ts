import { onTestFinished, test, expect } from "vitest";
import {
  type Attempt,
  type AttemptOptions,
  defaultTls,
} from "../../src/opamp-client/transport/client-options.ts";
import { createAuthority } from "../helpers/net/certificates.ts";
import { watchedClient, someReport } from "../helpers/opamp/fake-client.ts";
import { type FakeServer, startFakeServer } from "../helpers/opamp/fake-opamp-server.ts";

const both = ["ws", "http"] as const;

async function dialling(
  over: "ws" | "http",
  dial: (attempt: Attempt) => Promise<AttemptOptions>,
): Promise<{ server: FakeServer; watched: ReturnType<typeof watchedClient> }> {
  const server = await startFakeServer();
  const endpoint = over === "ws" ? server.wsUrl : server.httpUrl;
  const watched = watchedClient({ endpoint, dial, firstDeniedDelayMs: 1, deniedDelayMs: 5 });
  onTestFinished(() => watched.client.stop());
  watched.client.report(someReport());
  return { server, watched };
}

const authorization = (value: string): AttemptOptions => ({
  headers: new Map([["Authorization", [value]]]),
});

test.each(both)("headers are asked for anew for each connection, %s", async (over) => {
  let asked = 0;
  const { server, watched } = await dialling(over, () => {
    asked += 1;
    return Promise.resolve(authorization(`Bearer token-${asked}`));
  });
  server.script.intercept = () => (asked === 1 ? { status: 500 } : undefined);
  watched.client.start();
  await watched.link("accepted");
  const seen = server.seen.all.flatMap((each) => (each.saw === "request" ? [each.request] : []));
  expect(seen.map(({ headers }) => headers.authorization)).toEqual([
    "Bearer token-1",
    "Bearer token-2",
  ]);
});

test.each(both)(
  "the attempt after a 401 is told that the last one was denied, %s",
  async (over) => {
    const attempts: Attempt[] = [];
    const { server, watched } = await dialling(over, (attempt) => {
      attempts.push(attempt);
      return Promise.resolve({});
    });
    server.script.intercept = () => (attempts.length < 3 ? { status: 401 } : undefined);
    watched.client.start();
    await watched.link("accepted");
    expect(attempts.map(({ denied }) => denied)).toEqual([false, true, true]);
    expect(attempts.map(({ failures }) => failures)).toEqual([0, 1, 2]);
  },
);

test.each(both)("what cannot be had is a failed attempt with its reason, %s", async (over) => {
  let asked = 0;
  const { watched } = await dialling(over, () => {
    asked += 1;
    return asked === 1 ? Promise.reject(new Error("no token to be had")) : Promise.resolve({});
  });
  watched.client.start();
  expect(await watched.link("waiting")).toMatchObject({ link: { reason: "no token to be had" } });
  await watched.link("accepted");
});

test.each(["wss", "https"] as const)(
  "the attempt after an unknown authority is told that there was one, %s",
  async (scheme) => {
    const authority = createAuthority();
    const server = await startFakeServer({ tls: authority.issue() });
    const attempts: Attempt[] = [];
    const tls = { ...defaultTls, ca: authority.cert, includeSystemCa: false };
    const watched = watchedClient({
      endpoint: scheme === "wss" ? server.wsUrl : server.httpUrl,
      dial: (attempt) => {
        attempts.push(attempt);
        return Promise.resolve(attempt.untrusted === true ? { tls } : {});
      },
    });
    onTestFinished(() => watched.client.stop());
    watched.client.report(someReport());
    watched.client.start();
    await watched.link("accepted");
    expect(attempts.map(({ untrusted }) => untrusted)).toEqual([false, true]);
  },
);
