import { test, expect } from "vitest";
import { expandVariables } from "../../../../src/supervisor/settings/file/expand-variables.ts";
import { createFolder } from "../fixture-folder.ts";

const environment = new Map([
  ["A", "alpha"],
  ["EMPTY", ""],
  ["WHICH", "A"],
  ["CHAIN", "<${A}>"],
  ["DOLLARS", "a$$b"],
  ["LOOP", "x${LOOP}"],
]);
const sources = { environment, workingDirectory: "/nowhere" };

test.each([
  ["${A}", "alpha"],
  ["${env:A}", "alpha"],
  ["a ${A} b ${A}", "a alpha b alpha"],
  ["${env:NONE:-fallback}", "fallback"],
  ["${NONE:-fallback}", "fallback"],
  ["${env:NONE:-}", ""],
  ["${env:EMPTY:-fallback}", ""],
  ["${env:NONE:-${A}}", "alpha"],
  ["${env:${WHICH}}", "alpha"],
  ["${CHAIN}", "<alpha>"],
  ["$REMOTE_CONFIG", "$REMOTE_CONFIG"],
  ["$$A", "$A"],
  ["$${A}", "${A}"],
  ["$$${A}", "$alpha"],
  ["$$$${A}", "$${A}"],
  ["${DOLLARS}", "a$b"],
  ["${A", "${A"],
  ["a}b", "a}b"],
])("%s becomes %s", (text, expected) => {
  expect(expandVariables(text, sources)).toMatchObject({ text: expected, faults: [], unset: [] });
});

test("a text that is one reference also gives what it stands for, to be read as YAML", () => {
  expect(expandVariables("${CHAIN}", sources).whole).toBe("<${A}>");
  expect(expandVariables("x${CHAIN}", sources).whole).toBeUndefined();
});

test("a variable that is not set is named, without its surroundings", () => {
  const { text, unset, references } = expandVariables("a${env:NONE}b${ALSO_NONE}", sources);
  expect({ text, unset }).toEqual({ text: "ab", unset: ["NONE", "ALSO_NONE"] });
  expect(references).toEqual(["${env:NONE}", "${ALSO_NONE}"]);
});

test("the name of a reference does not show its default", () => {
  expect(expandVariables("${env:NONE:-hunter2}", sources).references).toEqual(["${env:NONE}"]);
});

test.each(["${LOOP}", "${gopher://h/x}", "${yaml:a}", "${}", "${1A}", "${A B}"])(
  "%s is a fault",
  (text) => {
    expect(expandVariables(text, sources).faults).toMatchObject([{ code: "value-invalid" }]);
  },
);

test("a file is included without the line break at its end", () => {
  const folder = createFolder();
  folder.write("secrets/token", "s3cr$$et\n");
  const here = { environment, workingDirectory: folder.path };
  expect(expandVariables("Bearer ${file:secrets/token}", here).text).toBe("Bearer s3cr$et");
});

test("a file that is not there and one that is a folder are told apart", () => {
  const here = { environment, workingDirectory: createFolder().path };
  expect(expandVariables("${file:none}", here).faults).toMatchObject([{ code: "file-missing" }]);
  expect(expandVariables("${file:.}", here).faults).toMatchObject([{ code: "file-unreadable" }]);
});

test("what another reference gives to a path is shown in no problem", () => {
  const fetched = new Map([["ssm:/a", { text: "${hunter.2" }]]);
  const [fault] = expandVariables("${file:a${ssm:/a}}", { ...sources, fetched }).faults;
  expect(fault?.message).toContain("${file:a${ssm:/a}} cannot be read: ENOENT");
  expect(fault?.message).not.toContain("hunter");
  const [plain] = expandVariables("${file:none}", sources).faults;
  expect(plain?.message).toContain("/nowhere/none");
});
