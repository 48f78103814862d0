import { expect, test } from "vitest";
import { clientOptions, type Dial } from "../../src/simulate/dial-options.ts";

const dial: Dial = {
  endpoint: "wss://opamp.example.com/v1/opamp",
  headers: "",
  ca: undefined,
  insecure: false,
  heartbeatMs: 30_000,
};

test("headers are lines, with comments and repeated names", () => {
  const headers = "# who we are\nAuthorization: Bearer abc:def\r\n\nX-Team: a\nX-Team: b\n";
  expect(clientOptions({ ...dial, headers })).toMatchObject({
    headers: new Map([
      ["Authorization", ["Bearer abc:def"]],
      ["X-Team", ["a", "b"]],
    ]),
    tls: { skipVerify: false },
  });
});

test.each([
  ["secret-without-a-name", "line 1: expected Name: value"],
  ["A: 1\nBad Name: secret", "line 2: expected a header name"],
  ["Authorization: Bearer", "line 1: expected a header value"],
  ["Host: secret", "line 1: Host belongs to the connection"],
])("%j is refused without its value", (headers, why) => {
  const answer = clientOptions({ ...dial, headers });
  expect(answer).toContain(why);
  expect(answer).not.toContain("secret");
});

test.each(["", "127.0.0.1:4320", "ftp://127.0.0.1/", "localhost"])(
  "%j is no address of a server",
  (endpoint) => {
    expect(clientOptions({ ...dial, endpoint })).toContain("ws, wss, http or https URL");
  },
);
