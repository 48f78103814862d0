import { spawnSync } from "node:child_process";
import { openSync } from "node:fs";
import { expect, test } from "vitest";
import { isFromOutside, isScarcity } from "../src/errors.ts";

function thrownBy(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  return undefined;
}

test("what the system says is from outside, a fault of the program is not", () => {
  expect(isFromOutside(thrownBy(() => openSync("/no/such/file", "r")))).toBe(true);
  expect(isFromOutside(spawnSync("/no/such/program").error)).toBe(true);
  const givenUp = Object.assign(new Error("given up"), { name: "AbortError" });
  expect(isFromOutside(givenUp)).toBe(true);
  for (const code of [
    "EPIPE",
    "ECONNRESET",
    "EMFILE",
    "ENOSPC",
    "ERR_STREAM_WRITE_AFTER_END",
    "WS_ERR_INVALID_UTF8",
    "CERT_HAS_EXPIRED",
    "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  ]) {
    expect(isFromOutside(Object.assign(new Error(code), { code }))).toBe(true);
  }
  expect(isFromOutside(thrownBy(() => (undefined as unknown as Error).message))).toBe(false);
  expect(isFromOutside(Object.assign(new Error("x"), { code: "ERR_INVALID_ARG_TYPE" }))).toBe(
    false,
  );
  expect(isFromOutside("text")).toBe(false);
});

test("a lack of files, memory or buffers is told from what somebody else answers", () => {
  const withCode = (code: string): Error => Object.assign(new Error(code), { code });
  expect(
    ["EMFILE", "ENFILE", "ENOMEM", "ENOBUFS"].every((code) => isScarcity(withCode(code))),
  ).toBe(true);
  expect(["ECONNREFUSED", "ENOENT", ""].some((code) => isScarcity(withCode(code)))).toBe(false);
});
