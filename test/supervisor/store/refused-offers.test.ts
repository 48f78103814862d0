import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { wallTime } from "../../../src/supervisor/core/state/wall-clock.ts";
import { keepRefused, lookAtRefused } from "../../../src/supervisor/store/refused-offers.ts";
import { remoteOf } from "../../helpers/core/core-samples.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";

const why = "the collector refuses it:\n\nno such key";

test("an offer comes back as it was, from a file for its owner only", () => {
  const directory = temporaryFolder();
  const files = [
    { name: "a.yaml", text: "receivers: {}\n---\n#\nnot: the end" },
    { name: "", text: "" },
    { name: "ü", text: "exporters: {debug: }\n" },
  ];
  const remote = { ...remoteOf("x"), files };
  keepRefused(directory, { remote, why }, wallTime(1_000));
  expect(lookAtRefused(directory)).toEqual({ hash: remote.hash, at: 1_000, why, files });
  const path = join(directory, "refused", `${remote.hash}.yaml`);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(readFileSync(path, "utf8")).toContain("# no such key\n");
});

test("the last three are kept, found by the beginning of their hash", () => {
  const directory = temporaryFolder();
  for (const [index, word] of ["a", "b", "c", "d"].entries()) {
    keepRefused(directory, { remote: remoteOf(word), why: word }, wallTime(index));
  }
  expect(readdirSync(join(directory, "refused"))).toHaveLength(3);
  expect(lookAtRefused(directory)?.why).toBe("d");
  expect(lookAtRefused(directory, remoteOf("b").hash)?.why).toBe("b");
  expect(lookAtRefused(directory, remoteOf("a").hash)).toBeUndefined();
});

test("a hash that is no name for a file leads nowhere else, and an empty one has a file too", () => {
  const directory = temporaryFolder();
  for (const hash of ["../../escaped", "", "f".repeat(5_000)]) {
    keepRefused(directory, { remote: { ...remoteOf("x"), hash }, why }, wallTime(0));
    expect(lookAtRefused(directory)?.hash).toBe(hash);
  }
  expect(readdirSync(directory)).toEqual(["refused"]);
});

test("what somebody has put there or edited is passed over", () => {
  const directory = temporaryFolder();
  expect(lookAtRefused(directory)).toBeUndefined();
  mkdirSync(join(directory, "refused/folder.yaml"), { recursive: true });
  writeFileSync(join(directory, "refused/other.yaml"), "receivers: {}\n");
  keepRefused(directory, { remote: remoteOf("x"), why }, wallTime(0));
  const path = join(directory, "refused", `${remoteOf("x").hash}.yaml`);
  writeFileSync(path, readFileSync(path, "utf8").replace('{"hash"', "{hash"));
  expect(lookAtRefused(directory)).toBeUndefined();
});

test("an offer that is larger than all others is not kept, and says so", () => {
  const files = [{ name: "", text: "#".repeat(9 * 1024 * 1024) }];
  const remote = { ...remoteOf("x"), files };
  expect(() => keepRefused(temporaryFolder(), { remote, why }, wallTime(0))).toThrow("characters");
});
