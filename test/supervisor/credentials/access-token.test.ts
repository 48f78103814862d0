import { wallTime } from "../../../src/supervisor/core/state/wall-clock.ts";
import { momentAt } from "../../helpers/net/moment.ts";
import { test, expect } from "vitest";
import {
  isFresh,
  readTokenAnswer,
  readTokenError,
  type TokenQuestion,
  tokenRequest,
} from "../../../src/supervisor/credentials/access-token.ts";

const now = 1_000_000;
const moment = momentAt(now, 5_000);
const answer = (fields: object): string => JSON.stringify({ access_token: "abc", ...fields });

test.each([
  ["an hour, five minutes early", { expires_in: 3600 }, 300_000, 3_300_000, 3_600_000],
  ["a minute, half of it early", { expires_in: 60 }, 300_000, 30_000, 60_000],
  ["a number as text", { expires_in: "60" }, 10_000, 50_000, 60_000],
  ["no buffer", { expires_in: 60 }, 0, 60_000, 60_000],
])("a token is fresh until shortly before its end: %s", (_, fields, buffer, fresh, end) => {
  expect(readTokenAnswer(answer(fields), moment, buffer)).toEqual({
    is: "token",
    token: {
      ...{ value: "Bearer abc", freshUntil: now + fresh, expiresAt: now + end },
      freshUntilDate: wallTime(now + 5_000 + fresh),
    },
  });
});

test.each([{}, { expires_in: 0 }, { expires_in: -5 }, { expires_in: "soon" }])(
  "a token without a time that makes sense is good until it is refused: %j",
  (fields) => {
    expect(readTokenAnswer(answer(fields), moment, 1)).toMatchObject({
      token: { freshUntil: Infinity, expiresAt: Infinity },
    });
  },
);

test.each([
  ["bearer", "Bearer abc"],
  ["BEARER", "Bearer abc"],
  ["DPoP", "DPoP abc"],
])("a token of the type %s is sent as %s", (type, value) => {
  expect(readTokenAnswer(answer({ token_type: type }), moment, 1)).toMatchObject({
    token: { value },
  });
});

test.each([
  "",
  "<html>abc</html>",
  "[]",
  "null",
  "{}",
  answer({ access_token: "" }),
  answer({ access_token: 5 }),
  answer({ token_type: "a b" }),
  answer({ token_type: 5 }),
])("an answer without a token that can be used is a value, and is not quoted: %s", (body) => {
  const read = readTokenAnswer(body, moment, 1);
  expect(read.is).toBe("unusable");
  expect(JSON.stringify(read)).not.toContain("abc");
});

test.each([
  ['{"error":"invalid_client"}', "invalid_client"],
  [
    '{"error":"invalid_scope","error_description":"no\\nsuch scope"}',
    "invalid_scope, no such scope",
  ],
  ['{"error":"invalid_client","error_description":"hunter2 is wrong"}', undefined],
  ["<html>", undefined],
  ['{"error":5}', undefined],
])("of the refusal %s is told: %s", (body, told) => {
  expect(readTokenError(body, ["hunter2", ""])).toBe(told);
});

test("what a server says without end is cut", () => {
  expect(readTokenError(JSON.stringify({ error: "x".repeat(5_000) }), [])).toHaveLength(300);
});

const question: TokenQuestion = {
  clientId: "agent",
  clientSecret: "a b:c",
  scopes: ["one", "two"],
  endpointParams: new Map([["audience", ["x", "y"]]]),
};

test("the credentials stand in a header, encoded as a form is", () => {
  const { headers, body } = tokenRequest(question, "header");
  expect(body).toBe("grant_type=client_credentials&scope=one+two&audience=x&audience=y");
  expect(headers["authorization"]).toBe(`Basic ${btoa("agent:a+b%3Ac")}`);
});

test("or in the body, where a server knows no better", () => {
  const { headers, body } = tokenRequest({ ...question, scopes: [] }, "body");
  expect(Object.fromEntries(new URLSearchParams(body))).toMatchObject({
    client_id: "agent",
    client_secret: "a b:c",
  });
  expect(headers).toEqual({ "content-type": "application/x-www-form-urlencoded" });
});

test("a token is fresh by both clocks: one may be set back, the other stands still while the machine sleeps", () => {
  const read = readTokenAnswer(answer({ expires_in: 60 }), moment, 0);
  if (read.is !== "token") throw new Error(read.why);
  expect(isFresh(read.token, momentAt(now + 59_999, 5_000))).toBe(true);
  expect(isFresh(read.token, momentAt(now + 60_000, 5_000))).toBe(false);
  expect(isFresh(read.token, momentAt(now + 60_000, -3_600_000))).toBe(false);
  expect(isFresh(read.token, momentAt(now + 10, 3_600_000))).toBe(false);
});
