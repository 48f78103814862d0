import { execFileSync } from "node:child_process";
import { lstatSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parseYamlLayer } from "../../../src/agent-config/yaml/read-layer.ts";
import { createReloadStamp } from "../../../src/supervisor/store/reload-stamp.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";

test("each change gives another text of the same length, for the owner only, also after a restart", () => {
  const path = join(temporaryFolder(), "stamp.yaml");
  const texts: string[] = [];
  for (let round = 0; round < 5; round += 1) {
    createReloadStamp(path).change();
    texts.push(readFileSync(path, "utf8"));
  }
  expect(new Set(texts).size).toBe(5);
  expect(new Set(texts.map(({ length }) => length)).size).toBe(1);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(parseYamlLayer("stamp", texts[0] ?? "")).not.toHaveProperty("problem");
});

test.each(["", "nonsense", "extensions:\n  health_check/opampsupervisor:\n    path: /reload-9"])(
  "what somebody else has made of it (%j) is written anew",
  (text) => {
    const path = join(temporaryFolder(), "stamp.yaml");
    writeFileSync(path, text);
    createReloadStamp(path).change();
    const first = readFileSync(path, "utf8");
    createReloadStamp(path).change();
    expect(readFileSync(path, "utf8")).not.toBe(first);
    expect(first).toMatch(
      /^extensions:\n {2}health_check\/opampsupervisor:\n {4}path: \/reload-\d{6}\n$/,
    );
  },
);

test("what is kept is made only where it is gone or damaged", () => {
  const path = join(temporaryFolder(), "stamp.yaml");
  createReloadStamp(path).keep();
  const text = readFileSync(path, "utf8");
  createReloadStamp(path).keep();
  expect(readFileSync(path, "utf8")).toBe(text);
  writeFileSync(path, text.slice(0, 20));
  createReloadStamp(path).keep();
  expect(readFileSync(path, "utf8")).toHaveLength(text.length);
});

test("the last number is followed by the first", () => {
  const path = join(temporaryFolder(), "stamp.yaml");
  createReloadStamp(path).change();
  writeFileSync(path, readFileSync(path, "utf8").replace(/\d{6}/, "999999"));
  createReloadStamp(path).change();
  expect(readFileSync(path, "utf8")).toContain("/reload-000000\n");
});

test.each<[string, (path: string) => unknown]>([
  ["a pipe", (path) => execFileSync("mkfifo", [path])],
  ["a directory", (path) => mkdirSync(path)],
  ["a link that leads nowhere", (path) => symlinkSync("/nowhere/else", path)],
])("%s in its place gives way to it", (_what, occupy) => {
  for (const write of ["change", "keep"] as const) {
    const path = join(temporaryFolder(), "stamp.yaml");
    occupy(path);
    createReloadStamp(path)[write]();
    expect(lstatSync(path).isFile()).toBe(true);
    expect(readFileSync(path, "utf8")).toContain("/reload-000001\n");
  }
});

test("where there is no way to write it, that is thrown", () => {
  const path = join(temporaryFolder(), "none", "stamp.yaml");
  expect(() => createReloadStamp(path).change()).toThrow(/ENOENT/);
});
