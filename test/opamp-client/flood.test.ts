import { onTestFinished, test, expect } from "vitest";
import { createClient } from "../../src/opamp-client/client.ts";
import { encodeServerToAgent } from "../../src/opamp-client/wire/codec.ts";
import { addFrameHeader } from "../../src/opamp-client/wire/ws-frame.ts";
import { someReport } from "../helpers/opamp/fake-client.ts";
import { type FakeServer, startFakeServer } from "../helpers/opamp/fake-opamp-server.ts";

const quiet = { heartbeatIntervalMs: 3_600_000 };

/** A client that has something new to say after each message of the server's. */
async function restless(via: "ws" | "http"): Promise<FakeServer> {
  const server = await startFakeServer();
  const endpoint = via === "ws" ? server.wsUrl : server.httpUrl;
  let count = 0;
  const client = createClient({ endpoint, ...quiet }, (event) => {
    if (event.on !== "message-received") return;
    count += 1;
    client.report(someReport({ remoteConfigStatus: { errorMessage: String(count) } }));
  });
  onTestFinished(() => client.stop());
  client.report(someReport());
  client.start();
  return server;
}

test.each(["ws", "http"] as const)(
  "a server that answers each message with something new is not answered as fast as it can be (%s)",
  async (via) => {
    const begun = performance.now();
    const server = await restless(via);
    await server.message(60);
    const messages = server.messages();
    // Forty at once, and the rest a tenth of a second apart.
    expect(messages[59]!.at - begun).toBeGreaterThan(1_850);
    // What is told then is the newest.
    const said = messages.map(({ message }) =>
      Number(message.remoteConfigStatus?.errorMessage ?? 0),
    );
    expect(said[59]).toBeGreaterThan(said[50] ?? Infinity);
  },
);

test("between two messages everything else has its turn, however fast they come", async () => {
  const server = await startFakeServer();
  let turns = 0;
  let taken = 0;
  let most = 0;
  const look = (): void => {
    most = Math.max(most, taken);
    taken = 0;
    turns += 1;
    again = setImmediate(look);
  };
  let again = setImmediate(look);
  onTestFinished(() => clearImmediate(again));
  const all = 5_000;
  let count = 0;
  const done = new Promise<void>((resolve) => {
    const client = createClient({ endpoint: server.wsUrl, ...quiet }, (event) => {
      if (event.on !== "message-received") return;
      taken += 1;
      count += 1;
      if (count > all) resolve();
    });
    onTestFinished(() => client.stop());
    client.report(someReport());
    client.start();
  });
  const connection = await server.connection(1);
  await server.message(1);
  const frame = addFrameHeader(encodeServerToAgent({ capabilities: 1n }));
  for (let index = 0; index < all; index += 1) connection.sendRaw(frame);
  await done;
  expect(turns).toBeGreaterThan(all / 2);
  expect(most).toBeLessThanOrEqual(2);
});
