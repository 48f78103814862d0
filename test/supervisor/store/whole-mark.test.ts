import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parseYamlLayer } from "../../../src/agent-config/yaml/read-layer.ts";
import { createWholeMark } from "../../../src/supervisor/store/whole-mark.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";

test("each change gives another text of the same length, for the owner only, also after a restart", () => {
  const path = join(temporaryFolder(), "mark.yaml");
  const texts: string[] = [];
  for (let round = 0; round < 5; round += 1) {
    createWholeMark(path).change();
    texts.push(readFileSync(path, "utf8"));
  }
  expect(new Set(texts).size).toBe(5);
  expect(new Set(texts.map(({ length }) => length)).size).toBe(1);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(parseYamlLayer("mark", texts[0] ?? "")).not.toHaveProperty("problem");
});

test.each(["", "nonsense", "extensions:\n  health_check/opampsupervisor:\n    path: /reload-9"])(
  "what somebody else has made of it (%j) is written anew",
  (text) => {
    const path = join(temporaryFolder(), "mark.yaml");
    writeFileSync(path, text);
    createWholeMark(path).change();
    const first = readFileSync(path, "utf8");
    createWholeMark(path).change();
    expect(readFileSync(path, "utf8")).not.toBe(first);
    expect(first).toMatch(
      /^extensions:\n {2}health_check\/opampsupervisor:\n {4}path: \/reload-\d{6}\n$/,
    );
  },
);

test("what is kept is made only where it is gone or damaged", () => {
  const path = join(temporaryFolder(), "mark.yaml");
  createWholeMark(path).keep();
  const text = readFileSync(path, "utf8");
  createWholeMark(path).keep();
  expect(readFileSync(path, "utf8")).toBe(text);
  writeFileSync(path, text.slice(0, 20));
  createWholeMark(path).keep();
  expect(readFileSync(path, "utf8")).toHaveLength(text.length);
});

test("the last number is followed by the first", () => {
  const path = join(temporaryFolder(), "mark.yaml");
  createWholeMark(path).change();
  writeFileSync(path, readFileSync(path, "utf8").replace(/\d{6}/, "999999"));
  createWholeMark(path).change();
  expect(readFileSync(path, "utf8")).toContain("/reload-000000\n");
});

test("where there is no way to write it, that is thrown", () => {
  const path = join(temporaryFolder(), "mark.yaml");
  mkdirSync(path);
  expect(() => createWholeMark(path).change()).toThrow();
  chmodSync(path, 0o700);
});
