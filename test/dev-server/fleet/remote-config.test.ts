import { test, expect } from "vitest";
import {
  type ConfigFiles,
  hashOf,
  sameHash,
  sameEffectiveConfig,
} from "../../../src/dev-server/fleet/remote-config.ts";

const file = (text: string): { body: Uint8Array } => ({ body: Buffer.from(text) });
const one: ConfigFiles = new Map([["a", file("bc")]]);

test.each<[string, ConfigFiles]>([
  ["nothing", new Map()],
  ["another name", new Map([["b", file("bc")]])],
  ["another body", new Map([["a", file("bd")]])],
  ["a content type", new Map([["a", { ...file("bc"), contentType: "text/yaml" }]])],
  ["a role", new Map([["a", { ...file("bc"), role: "x" }]])],
  ["the border between name and body moved", new Map([["ab", file("c")]])],
  ["a second entry", new Map([...one, ["b", file("")]])],
])("S-032 the hash changes with %s", (_, files) => {
  expect(hashOf(one)).toHaveLength(32);
  expect(hashOf(files)).not.toEqual(hashOf(one));
});

test("the hash does not depend on the order of the entries", () => {
  const entries: [string, { body: Uint8Array }][] = [
    ["a", file("1")],
    ["b", file("2")],
  ];
  expect(hashOf(new Map(entries))).toEqual(hashOf(new Map(entries.toReversed())));
});

test("empty hashes are never the same", () => {
  expect(sameHash(new Uint8Array(), new Uint8Array())).toBe(false);
  expect(sameHash(undefined, Uint8Array.of(1))).toBe(false);
  expect(sameHash(Uint8Array.of(1), Uint8Array.of(1))).toBe(true);
});

test("effective configurations are compared by their entries", () => {
  const config = (files: ConfigFiles): object => ({ configMap: { configMap: files } });
  expect(sameEffectiveConfig(config(one), config(new Map(one)))).toBe(true);
  expect(sameEffectiveConfig(config(one), config(new Map()))).toBe(false);
  expect(sameEffectiveConfig(undefined, config(one))).toBe(false);
  expect(sameEffectiveConfig(undefined, undefined)).toBe(true);
});
