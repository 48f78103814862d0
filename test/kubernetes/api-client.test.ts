import { writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { createApiClient } from "../../src/kubernetes/api-client.ts";
import { problemText } from "../../src/kubernetes/answer-text.ts";
import { configMaps, startCluster } from "../helpers/kubernetes/cluster.ts";

const list = { method: "GET", path: configMaps } as const;

test("asks over TLS with the token that the file holds at that moment", async () => {
  const { api, client, tokenFile } = await startCluster();
  expect((await client.request(list)).is).toBe("done");
  writeFileSync(tokenFile, "token-2");
  await client.request(list);
  expect(api.requests.map(({ token }) => token)).toEqual(["token-1", "token-2"]);
  client.close();
});

test("does not trust a server that another authority vouches for", async () => {
  const { access } = await startCluster();
  const other = await startCluster();
  const strange = { ...access(), ca: other.api.ca };
  const client = createApiClient(() => strange, { timeoutMs: 5_000, idleMs: 5_000 });
  const answer = await client.request(list);
  expect(answer.is).toBe("unreached");
  client.close();
});

test("a right that is missing is told with what to do", async () => {
  const { api, client } = await startCluster();
  api.fault = () => ({ code: 403, reason: "Forbidden", message: 'User "x" cannot list "pods"' });
  const answer = await client.request(list);
  expect(answer.is === "refused" && problemText(answer)).toBe(
    'Kubernetes does not allow it: User "x" cannot list "pods"; add that right to the Role of the supervisor\'s service account',
  );
  client.close();
});

test("how long it is to wait is part of the answer", async () => {
  const { api, client } = await startCluster();
  const headers = { "retry-after": "3" };
  api.fault = () => ({ code: 429, reason: "TooManyRequests", message: "slow down", headers });
  const answer = await client.request(list);
  expect(answer).toMatchObject({ is: "refused", problem: { code: 429, retryAfterMs: 3_000 } });
  client.close();
});

test("a server that is away is named", async () => {
  const { api, client } = await startCluster();
  await api.stop();
  const answer = await client.request(list);
  expect(answer).toMatchObject({
    is: "unreached",
    why: expect.stringMatching(/^127\.0\.0\.1:\d+ GET .*ECONNREFUSED/) as string,
  });
  client.close();
});

test("without a token nobody is asked", async () => {
  const problem = "what lets us in to Kubernetes cannot be read";
  const client = createApiClient(() => ({ problem }), { timeoutMs: 1, idleMs: 1 });
  expect(await client.request(list)).toEqual({ is: "unreached", why: problem });
});
