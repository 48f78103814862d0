import { expect, onTestFinished, test } from "vitest";
import { someReport, watchedClient } from "../../helpers/opamp/fake-client.ts";
import { type HttpAnswer, startFakeServer } from "../../helpers/opamp/fake-opamp-server.ts";

const both = ["wsUrl", "httpUrl"] as const;

/** Why a client is not connected, from the first time on. */
async function refused(over: (typeof both)[number], answer: HttpAnswer): Promise<string> {
  const server = await startFakeServer({ script: { intercept: () => answer } });
  onTestFinished(() => server.close());
  const { client, link } = watchedClient({ endpoint: server[over], stopTimeoutMs: 200 });
  onTestFinished(() => client.stop());
  client.report(someReport());
  client.start();
  const event = await link("waiting");
  return event.on === "link-changed" && event.link.at === "waiting" ? event.link.reason : "";
}

const words = "the client certificate that was shown has been revoked";

test.each(both)("%s: the words of a 403 are told", async (over) => {
  const headers = { "content-type": "text/plain; charset=utf-8" };
  const body = new TextEncoder().encode(`${words}\r\n`);
  const reason = await refused(over, { status: 403, headers, body });
  expect(reason).toContain("answered with HTTP status 403: these credentials may not do this");
  expect(reason).toContain(`(${words})`);
});

test.each(both)("%s: of many words only the first are told, of a page none", async (over) => {
  const body = new TextEncoder().encode("long ".repeat(1_000));
  const page = { status: 403, headers: { "content-type": "text/html" }, body };
  expect(await refused(over, page)).not.toContain("long");
  const text = { status: 403, headers: { "content-type": "text/plain" }, body };
  const reason = await refused(over, text);
  expect(reason).toContain("long long");
  expect(reason.length).toBeLessThan(500);
});
