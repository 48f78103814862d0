import { onTestFinished, test, expect } from "vitest";
import type { Report } from "../../src/opamp-client/session.ts";
import { groupsIn, someReport, watchedClient } from "../helpers/opamp/fake-client.ts";
import { startFakeServer } from "../helpers/opamp/fake-opamp-server.ts";

async function told(patienceMs: number) {
  const server = await startFakeServer();
  onTestFinished(() => server.close());
  const { client, received } = watchedClient({ endpoint: server.wsUrl, patienceMs });
  onTestFinished(() => client.stop());
  client.report(someReport());
  client.start();
  await received(1);
  return {
    say: (changes: Partial<Report>) => client.report(someReport(changes)),
    groups: async (number: number) => groupsIn((await server.message(number)).message),
  };
}

const who = { agentDescription: {} };

test("a new description waits for the news that come soon after it, and goes with them", async () => {
  const { say, groups } = await told(3_600_000);
  say(who);
  say({ ...who, health: { healthy: false } });
  expect(await groups(2)).toEqual(["agentDescription", "health"]);
});

test("a new description to which nothing comes goes alone when its time is over", async () => {
  const { say, groups } = await told(20);
  say(who);
  expect(await groups(2)).toEqual(["agentDescription"]);
});
