import { test, expect } from "vitest";
import { parseAddress } from "../../src/policy/addresses.ts";
import { usualAddresses, connectingTypes } from "../../src/policy/listen-defaults.ts";
import { plainType } from "../../src/policy/parts.ts";

test("types are written the way in which they are looked up", () => {
  const types = [...usualAddresses.keys(), ...connectingTypes];
  expect(types.map((type) => plainType("receivers", type))).toEqual(types);
});

test("no type both listens and does not", () => {
  expect([...usualAddresses.keys()].filter((type) => connectingTypes.has(type))).toEqual([]);
});

test("every usual address can be read", () => {
  const all = [...usualAddresses.values()].flat();
  expect(all.filter(({ address }) => parseAddress(address) === undefined)).toEqual([]);
});
