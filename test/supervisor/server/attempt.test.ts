import { test, expect } from "vitest";
import { environmentsProxy } from "../../../src/net/proxy.ts";
import { defaultTls } from "../../../src/opamp-client/transport/client-options.ts";
import { createAttemptOptions } from "../../../src/supervisor/server/attempt.ts";
import { keptLog } from "../../helpers/log-lines.ts";

const attempt = { endpoint: "wss://opamp.example.com/v1/opamp", denied: false, failures: 0 };
const noFiles = { caFile: undefined, certFile: undefined, keyFile: undefined };
const tls = { ...defaultTls, ...noFiles };

function dialIn(
  environment: Readonly<Record<string, string>>,
): ReturnType<typeof createAttemptOptions> {
  const server = { tls, proxy: environmentsProxy };
  return createAttemptOptions(server, new Map(Object.entries(environment)), keptLog().log);
}

test("each connection is made through the proxy of its address", async () => {
  const dial = dialIn({ HTTPS_PROXY: "proxy:3128", NO_PROXY: "direct.test" });
  expect(await dial(attempt)).toMatchObject({ tls, proxy: { url: "http://proxy:3128/" } });
  expect(await dial({ ...attempt, endpoint: "wss://direct.test" })).toEqual({ tls });
});

test("a connection that is not encrypted needs no certificates", async () => {
  expect(await dialIn({})({ ...attempt, endpoint: "ws://127.0.0.1:4320" })).toEqual({});
});

test("a proxy that cannot be used is a reason, not a way around it", async () => {
  const failed = dialIn({ ALL_PROXY: "socks5://user:secret@proxy:1080" })(attempt);
  await expect(failed).rejects.toThrow("no way to the server: ALL_PROXY: expected");
  await expect(failed).rejects.not.toThrow("secret");
});
