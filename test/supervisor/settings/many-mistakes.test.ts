import { expect, test } from "vitest";
import { LineCounter } from "yaml";
import { createProblemList } from "../../../src/supervisor/settings/file/problem-list.ts";
import { formatProblem } from "../../../src/supervisor/settings/file/problem-text.ts";
import { growth } from "../../helpers/growth.ts";
import { createAgentFolder } from "./fixture-folder.ts";

function lines(count: number, line: (index: number) => string): string {
  return Array.from({ length: count }, (_, index) => line(index)).join("");
}

const start = "server: {endpoint: 'ws://127.0.0.1:1'}\nagent:\n  executable: ./otelcol\n";

const shapes: readonly (readonly [string, (count: number) => string])[] = [
  ["unknown keys", (count) => start + lines(count, (index) => `  wrong${index}: 1\n`)],
  ["unknown keys on one line", (count) => `x: {${lines(count, (index) => `wrong${index}: 1,`)}}`],
  [
    "variables that are not set",
    (count) => `${start}  config_files:\n${lines(count, (index) => `    - \${U${index}}\n`)}`,
  ],
  [
    "variables that are not set in one value",
    (count) => `${start}  args: "${lines(count, (index) => `\${U${index}}`)}"\n`,
  ],
  ["wrong indents", (count) => start + lines(count, (index) => ` wrong${index}: 1\n`)],
  ["broken braces", (count) => `x: {${lines(count, (index) => `a${index}: \${B} c, `)}}\n`],
  [
    "aliases",
    (count) => `${start}  env:\n    A: &a b\n${lines(count, (index) => `    E${index}: *a\n`)}`,
  ],
];

test.each(shapes)("what %s cost grows with their number", (_what, shape) => {
  const folder = createAgentFolder();
  const ratio = growth(500, (count) => {
    folder.read(shape(count)).problems.map(formatProblem);
  });
  expect(ratio).toBeLessThan(60);
});

test("what a problem costs does not grow with the number of others and of secrets", () => {
  const ratio = growth(2_000, (count) => {
    const source = "key: secret\n".repeat(count);
    const counter = new LineCounter();
    const problems = createProblemList("a.yaml", source, counter);
    for (let line = 0; line < count; line += 1) {
      const at = line * 12;
      counter.addNewLine(at);
      problems.hide(at + 5, at + 11);
      problems.error("value-invalid", `key${line}`, at, "wrong");
      problems.error("value-invalid", "key", at, "wrong");
      if (line % 2 === 0) problems.withdraw(`key${line}`);
      problems.hasErrors(`key${line}`);
    }
    const listed = problems.list();
    expect(listed).toHaveLength(count * 1.5);
    expect(new Set(listed.map((each) => each.sourceLine))).toEqual(new Set(["key: ***"]));
  });
  expect(ratio).toBeLessThan(60);
});
