import { expect, test } from "vitest";
import { compareVersions, readVersion } from "../../src/packages/version-order.ts";
import { faultOfOrder } from "../../src/packages/order-faults.ts";
import { packageFolder } from "../../src/packages/package-paths.ts";
import { orderOf, rulesOf } from "../helpers/packages/package-world.ts";

const inOrder = [
  "0.9",
  "1.0.0-alpha",
  "1.0.0-alpha.1",
  "1.0.0-alpha.beta",
  "1.0.0-beta",
  "1.0.0-beta.2",
  "1.0.0-beta.11",
  "1.0.0-rc.1",
  "v1.0.0",
  "1.0.1",
  "1.0.10",
  "1.10",
  "2",
];

test("versions are ordered as semantic ones, those before a release among them", () => {
  const read = inOrder.map((each) => readVersion(each)!);
  for (const [at, one] of read.entries()) {
    for (const [other, two] of read.entries()) {
      expect(Math.sign(compareVersions(one, two)), `${at} ${other}`).toBe(Math.sign(at - other));
    }
  }
  expect(compareVersions(readVersion("1.0")!, readVersion("v1.0.0+build")!)).toBe(0);
});

test.each(["", "latest", "1..2", "1.2.3-", "1.2.3 ", "../1", "1.2.3.4.5.6", "-1"])(
  "%j is no version",
  (text) => {
    expect(readVersion(text)).toBeUndefined();
  },
);

const content = Buffer.from("x");

test.each([
  ["too old", orderOf("", content, { version: "1.1.9" })],
  ["before the release", orderOf("", content, { version: "1.2.0-rc.1" })],
  ["no version", orderOf("", content, { version: "new" })],
  ["not allowed", orderOf("", content, { name: "other" })],
  ["without a version", orderOf("", content, { version: "" })],
  ["with a line of its own", orderOf("", content, { version: "1.2.3\nsha256:00" })],
  ["with half a letter", orderOf("", content, { version: "1.2.3\ud800" })],
  ["without a hash", orderOf("", content, { file: { contentHash: new Uint8Array() } })],
  ["with a short hash", orderOf("", content, { file: { contentHash: new Uint8Array(31) } })],
])("an order that is %s is refused at once", (_name, order) => {
  const rules = rulesOf({ lowestVersion: "1.2.0", allowedNames: [""] });
  expect(faultOfOrder(order, rules)).toBeDefined();
  expect(faultOfOrder(orderOf("", content, { version: "1.2.0" }), rules)).toBeUndefined();
});

test("no two packages share a folder, whatever they are called", () => {
  const names = [
    "",
    "agent",
    "Agent",
    "a",
    "A",
    "a/b",
    "a_b",
    "..",
    ".",
    "a~b",
    "addon~a",
    "\u00e4",
    " a",
  ];
  const folders = names.flatMap((name) =>
    (["agent", "addon"] as const).map((kind) => packageFolder({ name, kind }).toLowerCase()),
  );
  expect(new Set(folders).size).toBe(folders.length);
  expect(folders.filter((each) => /[/\\]|^\./.test(each))).toEqual([]);
});
