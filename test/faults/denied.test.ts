import { test, onTestFinished, expect } from "vitest";
import { createClient } from "../../src/opamp-client/client.ts";
import { someReport } from "../helpers/opamp/fake-client.ts";
import { createEventLog } from "../helpers/event-log.ts";
import { startFakeServer } from "../helpers/opamp/fake-opamp-server.ts";

/** As many attempts as an hour has at the longest wait, and more. */
const attempts = 300;

test.each(["ws", "http"] as const)(
  "over %s a 401 that lasts is asked ever more seldom, keeps nothing, and ends when it ends",
  async (over) => {
    let denied = true;
    const server = await startFakeServer({
      script: { intercept: () => (denied ? { status: 401 } : undefined) },
    });
    const waits: number[] = [];
    const states = createEventLog<string>();
    const options = {
      endpoint: over === "ws" ? server.wsUrl : server.httpUrl,
      ...{ firstDeniedDelayMs: 1, deniedDelayMs: 1, firstRetryDelayMs: 1, maxRetryDelayMs: 16 },
      stopTimeoutMs: 200,
      // Over HTTP each attempt is a message, and these are held apart: here it is about the waits after a denial.
      messageGapMs: 1,
    };
    const client = createClient(options, (event) => {
      if (event.on !== "link-changed") return;
      if (event.link.at === "waiting") waits.push(event.link.retryAt - Date.now());
      states.add(event.link.at);
    });
    onTestFinished(() => client.stop());
    client.report(someReport());
    client.start();
    const waited = (count: number) => states.until((state) => state === "waiting", count);
    await waited(50);
    const open = openSockets();
    await waited(attempts);
    // The wait is a random part of 1, 2, 4, 8, 16 ms and the least wait; from the fifth on it is the longest.
    expect(Math.max(...waits.slice(0, 2))).toBeLessThanOrEqual(4);
    expect(Math.max(...waits)).toBeLessThanOrEqual(18);
    expect(Math.max(...waits.slice(10))).toBeGreaterThan(8);
    expect(openSockets()).toBeLessThanOrEqual(open + 10);
    denied = false;
    await states.until((state) => state === "accepted");
  },
);

function openSockets(): number {
  return process.getActiveResourcesInfo().filter((name) => name.startsWith("TCP")).length;
}
