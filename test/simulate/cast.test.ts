import { expect, test } from "vitest";
import type { KeyValue } from "../../src/opamp-client/wire/messages.ts";
import { castRole, shareOf } from "../../src/simulate/cast.ts";

function textsOf(pairs: readonly KeyValue[] = []): Record<string, string | undefined> {
  return Object.fromEntries(pairs.map(({ key, value }) => [key, value?.stringValue]));
}

test("the same name and number make the same agent, others make others", () => {
  expect(castRole("load", 6, 0)).toEqual(castRole("load", 6, 0));
  const uids = ["a", "b"].flatMap((prefix) =>
    [0, 1, 2].map((index) => Buffer.from(castRole(prefix, index, 0).instanceUid).toString("hex")),
  );
  expect(new Set(uids).size).toBe(6);
});

test("agents have names, versions and places that differ", () => {
  const roles = Array.from({ length: 500 }, (_, index) => castRole("load", index, 0));
  const attributes = roles.map(({ description }) => ({
    ...textsOf(description.identifyingAttributes),
    ...textsOf(description.nonIdentifyingAttributes),
  }));
  expect(attributes[0]).toMatchObject({ "host.name": "load-0001", "os.type": "linux" });
  for (const key of ["service.version", "service.name", "deployment.environment.name", "team"]) {
    expect(new Set(attributes.map((each) => each[key])).size, key).toBeGreaterThan(2);
  }
});

test("so many are unhealthy as was asked, half of them only in part", () => {
  const words = (share: number): readonly string[] =>
    Array.from({ length: 2000 }, (_, index) => castRole("load", index, share).condition);
  expect(new Set(words(0))).toEqual(new Set(["healthy"]));
  expect(words(1)).not.toContain("healthy");
  const some = words(0.1);
  for (const word of ["failing", "degraded"]) {
    const found = some.filter((each) => each === word).length;
    expect(found, word).toBeGreaterThan(50);
    expect(found, word).toBeLessThan(150);
  }
});

test("a share is from 0 to below 1", () => {
  const shares = Array.from({ length: 1000 }, (_, index) => shareOf(String(index)));
  expect(Math.min(...shares)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...shares)).toBeLessThan(1);
});
