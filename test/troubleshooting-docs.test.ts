import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "..");
const page = readFileSync(join(root, "docs/troubleshooting.md"), "utf8");

/** A text of the program, with … where values are put in. */
interface Text {
  readonly file: string;
  readonly text: string;
}

const files = [
  ...readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts") && !name.endsWith("opamp-proto.ts"))
    .map((name) => `src/${name}`),
  "bin/opampsupervisor.cjs",
];

function textsOf(file: string): readonly Text[] {
  const source = readFileSync(join(root, file), "utf8");
  const texts: Text[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node)) texts.push({ file, text: node.text });
    else if (ts.isTemplateExpression(node)) texts.push({ file, text: joined(node) });
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, source, ts.ScriptTarget.Latest));
  return texts;
}

function joined(node: ts.TemplateExpression): string {
  return [node.head.text, ...node.templateSpans.map(({ literal }) => literal.text)].join("…");
}

const texts = files.flatMap(textsOf);

/** What the page quotes in the first column of its tables. */
const quoted = page
  .split("\n")
  .filter((line) => line.startsWith("| ") && !/^\| (what is said|---)/.test(line))
  .flatMap((line) => [...(line.split(/ \| /)[0] ?? "").matchAll(/`([^`]+)`/g)])
  .map(([, text = ""]) => text);

/** The texts of the program that hold all pieces of what is quoted, in their order. */
function sourcesOf(quote: string): readonly Text[] {
  const pieces = quote
    .split("…")
    .map((piece) => piece.trim())
    .filter((piece) => /\w/.test(piece));
  return texts.filter(({ text }) => {
    let from = 0;
    return pieces.every((piece) => {
      const at = text.indexOf(piece, from);
      from = at + piece.length;
      return at >= 0;
    });
  });
}

/** Said by the system or the collector. */
const ofOthers = ["read-only file system", "permission denied"];

test("each text in docs/troubleshooting.md is one that the program says", () => {
  expect(quoted.length).toBeGreaterThan(200);
  const unknown = quoted.filter(
    (quote) => !ofOthers.includes(quote) && sourcesOf(quote).length === 0,
  );
  expect(unknown).toEqual([]);
});

const covered = new Set(quoted.flatMap(sourcesOf).map(({ file }) => file));

function codesOf(path: string, type: string): readonly string[] {
  const [, list = ""] =
    new RegExp(`type ${type} =([^;]+);`).exec(readFileSync(join(root, path), "utf8")) ?? [];
  return [...list.matchAll(/"([\w-]+)"/g)].map(([, code = ""]) => code);
}

const codes = [
  ...codesOf("src/errors.ts", "ErrorCode"),
  ...codesOf("src/supervisor/settings/file/problem.ts", "ProblemCode"),
];

test.each(codes)("the page has a text of the kind %s", (code) => {
  const sayers = texts
    .filter(({ file, text }) => text === code && !/errors\.ts|problem\.ts/.test(file))
    .map(({ file }) => file);
  expect(sayers.filter((file) => covered.has(file))).not.toEqual([]);
});

const complaint =
  /\b(expected|cannot|could not|refused|failed|does not|may not|lost|dropped|damaged|unable)\b/;

/** What is said to others than the operator of a host, or is a part of a text that stands there. */
const elsewhere: readonly (readonly [RegExp, string])[] = [
  [/^src\/dev-server\//, "the console's page and answers"],
  [/^src\/(simulate|cli\/(dev|fleet|simulate))\//, "the console's commands, which say what to do"],
  [/^src\/opamp-client\/(wire|custom-message)/, "what a program that uses the client may do wrong"],
  [/^src\/packages\/archive\//, "behind `the package is not unpacked: found …`"],
  [/^src\/pki\//, "what the development server says of a certificate request"],
  [/^src\/policy\/kernel\//, "comments in the printed unit"],
  [/^src\/doctor\//, "what doctor finds, which says itself what to do"],
  [/^src\/supervisor\/settings\/texts\//, "descriptions of keys"],
  [/^src\/sources\//, "behind `cannot be fetched: …`"],
  [/^src\/cli\/status\/status-commands/, "descriptions of options"],
  [/^src\/cli\/unit\/system-units/, "what systemctl says is shown as it is"],
  [/^src\/telemetry\/|own-telemetry\/metrics/, "descriptions of metrics and spans"],
];

test("every file of the program that complains has a text on the page", () => {
  const complaining = texts.filter(
    ({ text }) => complaint.test(text) && text.split(" ").length > 3,
  );
  const missing = new Set(complaining.map(({ file }) => file).filter((file) => !covered.has(file)));
  const unexplained = [...missing].filter((file) => !elsewhere.some(([path]) => path.test(file)));
  expect(unexplained).toEqual([]);
});
