import { expect, test } from "vitest";
import { environmentsProxy } from "../../src/net/proxy.ts";
import { dialThrough } from "../../src/supervisor/dial.ts";

const attempt = { endpoint: "wss://opamp.example.com/v1/opamp", denied: false };

test("each connection is made through the proxy of its address", async () => {
  const environment = new Map([
    ["HTTPS_PROXY", "proxy:3128"],
    ["NO_PROXY", "direct.test"],
  ]);
  const dial = dialThrough(environmentsProxy, environment);
  expect(await dial(attempt)).toMatchObject({ proxy: { url: "http://proxy:3128/" } });
  expect((await dial({ ...attempt, endpoint: "wss://direct.test" })).proxy).toBeUndefined();
});

test("a proxy that cannot be used is a reason, not a way around it", async () => {
  const environment = new Map([["ALL_PROXY", "socks5://user:secret@proxy:1080"]]);
  const failed = dialThrough(environmentsProxy, environment)(attempt);
  await expect(failed).rejects.toThrow("no way to the server: ALL_PROXY: expected");
  await expect(failed).rejects.not.toThrow("secret");
});
