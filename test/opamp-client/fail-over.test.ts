import { afterEach, test, expect } from "vitest";
import { type Watched, watchedClient, someReport, groupsIn } from "../helpers/opamp/fake-client.ts";
import { type FakeServer, startFakeServer } from "../helpers/opamp/fake-opamp-server.ts";

const cleanups: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

type Over = "wsUrl" | "httpUrl";
const both: Over[] = ["wsUrl", "httpUrl"];

interface World extends Watched {
  readonly first: FakeServer;
  readonly second: FakeServer;
}

/** A client with two endpoints of which the first refuses. */
async function world(over: Over, tryFirstAfterMs = 3_600_000): Promise<World> {
  const [first, second] = [await startFakeServer(), await startFakeServer()];
  cleanups.push(
    () => first.close(),
    () => second.close(),
  );
  first.script.intercept = () => ({ status: 503 });
  const endpoint = [first[over], second[over]];
  const watched = watchedClient({ endpoint, tryFirstAfterMs, stopTimeoutMs: 200 });
  cleanups.push(() => watched.client.stop());
  watched.client.report(someReport());
  watched.client.start();
  return { first, second, ...watched };
}

test.each(both)(
  "%s: the next endpoint is used when the first wants to be left alone",
  async (over) => {
    const { second, link } = await world(over);
    expect(await link("accepted")).toMatchObject({ link: { endpoint: second[over] } });
    expect(groupsIn((await second.message(1)).message)).toHaveLength(8);
  },
);

test.each(both)(
  "%s: after a while the first is used again, and the second is told goodbye",
  async (over) => {
    const { first, second, link, events } = await world(over, 300);
    await link("accepted");
    first.script.intercept = () => undefined;
    const home = await events.until(
      (event) =>
        event.on === "link-changed" &&
        event.link.at === "accepted" &&
        event.link.endpoint === first[over],
    );
    expect(home.on).toBe("link-changed");
    expect(second.messages().at(-1)!.message.agentDisconnect).toEqual({});
    const told = first.messages().at(-1)!.message;
    expect(groupsIn(told)).toHaveLength(8);
  },
);

test.each(both)("%s: a stop in the middle of going back ends the client", async (over) => {
  const { client, link } = await world(over, 1);
  await link("accepted");
  await client.stop();
  await link("closed");
});
