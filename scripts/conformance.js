// `node scripts/conformance.js`: writes docs/conformance.md from the requirements below test/conformance and the names of
// the tests. With `--check` it only looks, and says what is not as it should be.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");
const page = "docs/conformance.md";
const requirementsFolder = "test/conformance/requirements";
const reasons = ["not observable: ", "later: ", "waits for: ", "does not hold: "];
const columns = ["ID", "Strength", "Requirement", "Transport", "Result", "Tests"];

const read = (path) => readFileSync(join(root, path), "utf8");

/** Subjects in the order of their first row; a row is id, strength, transport, requirement and, where it needs one, a reason. */
function readSubjects() {
  const files = readdirSync(join(root, requirementsFolder)).filter((name) => name.endsWith(".tsv"));
  const subjects = files.map((name) => {
    const [title, ...lines] = read(join(requirementsFolder, name)).trimEnd().split("\n");
    const rows = lines.map((line) => {
      const [id, strength, transport, requirement, reason = ""] = line.split("\t");
      return { id, strength, transport, requirement, reason };
    });
    return { title: title.replace(/^# /, ""), rows };
  });
  return subjects.sort((a, b) => (a.rows[0].id < b.rows[0].id ? -1 : 1));
}

/** Which files have a test whose name begins with an id: `C-001 C-002 what it shows`. */
function readTests() {
  const tests = new Map();
  for (const file of readdirSync(join(root, "test"), { recursive: true }).toSorted()) {
    if (!file.endsWith(".test.ts")) continue;
    const path = join("test", file);
    for (const [, ids] of read(path).matchAll(/["'`]((?:[CS]-\d{3} )+)/g)) {
      for (const id of ids.trim().split(" ")) {
        tests.set(id, new Set([...(tests.get(id) ?? []), path]));
      }
    }
  }
  return tests;
}

function problemsOf(rows, tests) {
  const known = new Set(rows.map(({ id }) => id));
  const untested = rows.filter(({ id, reason }) => reason === "" && !tests.has(id));
  const unreasoned = rows.filter(
    ({ reason }) => reason !== "" && !reasons.some((word) => reason.startsWith(word)),
  );
  const twice = rows.filter(({ id }, index) => rows.findIndex((one) => one.id === id) !== index);
  return [
    ...untested.map(({ id }) => `${id} has neither a test nor a reason`),
    ...unreasoned.map(({ id }) => `${id}: a reason begins with one of ${reasons.join("/ ")}`),
    ...twice.map(({ id }) => `${id} is there twice`),
    ...[...tests.keys()]
      .filter((id) => !known.has(id))
      .map((id) => `a test names ${id}: no such row`),
  ];
}

function resultOf({ id, reason }, tests) {
  if (reason === "") return "tested";
  return tests.has(id) ? `in part; ${reason}` : reason;
}

function counts(rows, tests) {
  const having = (word) => rows.filter(({ reason }) => reason.startsWith(word)).length;
  const parts = rows.filter(({ id, reason }) => reason !== "" && tests.has(id)).length;
  return [
    `${rows.length} rows: ${having("") - reasons.reduce((sum, word) => sum + having(word), 0)} tested,`,
    `${having("not observable")} not observable, ${having("later")} later, ${having("waits for")} waiting,`,
    `${having("does not hold")} that do not hold. Of those with a reason ${parts} are tested in part.`,
  ].join("\n");
}

/** As prettier would have it: every column as wide as its widest cell. */
function table(rows) {
  const widths = columns.map((name, at) =>
    Math.max(...[name, ...rows.map((row) => row[at])].map((text) => text.length)),
  );
  const line = (cells) => `| ${cells.map((text, at) => text.padEnd(widths[at])).join(" | ")} |`;
  return [line(columns), line(widths.map((width) => "-".repeat(width))), ...rows.map(line)].join(
    "\n",
  );
}

function render(subjects, tests) {
  const rows = subjects.flatMap((subject) => subject.rows);
  const sections = subjects.map(({ title, rows }) => {
    const cells = rows.map((row) => [
      row.id,
      row.strength,
      row.requirement,
      row.transport,
      resultOf(row, tests),
      [...(tests.get(row.id) ?? [])].map((path) => `\`${path.replace("test/", "")}\``).join(", "),
    ]);
    return `## ${title}\n\n${table(cells)}\n`;
  });
  const head = [
    "# Conformance of the OpAMP client and of the console",
    "",
    "What the OpAMP specification (v0.20.0) asks of a client (C) and of a server (S), in our words, and the tests that show it. Made by",
    "`node scripts/conformance.js`; a change is made in `test/conformance/requirements`. Upper case is a key word of the",
    "specification, lower case the same word without its weight, _desc_ behaviour that is described, _REC_ advice on security.",
    "",
    counts(rows, tests),
    "",
    "- _later: packages_: the programs of this project itself are not packaged yet.",
    "- _waits for_: the client does not do it yet.",
    "- The rows of servers are those of the console (`docs/console.md`), which is no part of the supervisor.",
    "",
  ];
  return `${head.join("\n")}\n${sections.join("\n")}`;
}

const subjects = readSubjects();
const tests = readTests();
const wanted = render(subjects, tests);
const problems = problemsOf(
  subjects.flatMap(({ rows }) => rows),
  tests,
);
if (!process.argv.includes("--check")) writeFileSync(join(root, page), wanted);
else if (read(page) !== wanted)
  problems.push(`${page} is not current: run node scripts/conformance.js`);
for (const problem of problems) process.stdout.write(`${problem}\n`);
process.exitCode = problems.length > 0 ? 1 : 0;
