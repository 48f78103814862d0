import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished, test, expect } from "vitest";
import { afterOwnTime } from "../../../src/agent/ask/own-time.ts";
import { probeHealth } from "../../../src/agent/ask/health-probe.ts";

/** Keeps this process from doing anything else. */
function block(forMs: number): void {
  const end = performance.now() + forMs;
  while (performance.now() < end);
}

test("a time that we spent on something else is no time of waiting", async () => {
  const begun = performance.now();
  const over = new Promise<number>((resolve) => {
    afterOwnTime(500, () => resolve(performance.now() - begun));
  });
  block(1_000);
  // Nine parts of ten are still to come.
  expect(await over).toBeGreaterThan(1_440);
});

test("what was called off does not come", async () => {
  let came = false;
  afterOwnTime(20, () => (came = true))();
  await new Promise((resolve) => afterOwnTime(60, () => resolve(undefined)));
  expect(came).toBe(false);
});

test("an agent that answers is well though we were late, and one that does not is not", async () => {
  let hangs = false;
  const server = createServer((_request, response) => {
    if (!hangs) response.end("{}");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const late = probeHealth(url, 2_000);
  block(2_500);
  expect(await late).toMatchObject({ is: "healthy" });
  hangs = true;
  const hung = probeHealth(url, 300);
  block(400);
  expect(await hung).toMatchObject({
    is: "unhealthy",
    why: expect.stringContaining("300 ms") as string,
  });
});
