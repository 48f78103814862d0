import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join, normalize } from "node:path";
import { test, expect } from "vitest";

const root = join(import.meta.dirname, "..");
const sources = join(root, "src");

interface Import {
  readonly file: string;
  /** A file of ours, or `node`, `node:crypto`, or a package. */
  readonly target: string;
  readonly names: string;
}

/** What the table in ARCHITECTURE.md says of a room; what it may import are rooms and packages. */
interface Row {
  readonly room: string;
  readonly mayImport: readonly string[];
}

const files = readdirSync(sources, { recursive: true, encoding: "utf8" })
  .filter((name) => /\.tsx?$/.test(name))
  .sort();
const textOf = new Map(files.map((file) => [file, readFileSync(join(sources, file), "utf8")]));
const imports = files.flatMap(importsOf);
/** These two are below every room. */
const free = ["errors.ts", "redact.ts", "time-limit.ts"];

function importsOf(file: string): readonly Import[] {
  const found = (textOf.get(file) ?? "").matchAll(
    /^(?:import|export)\s+(?:type\s)?([^;]*?)\sfrom\s+"([^"]+)";|import\("([^"]+)"\)/gm,
  );
  return [...found].map(([, names = "", from, lazily]) => {
    const target = targetOf(file, from ?? lazily ?? "");
    return { file, target, names: names.replace(/\s+/g, " ").trim() };
  });
}

function targetOf(file: string, specifier: string): string {
  if (specifier === "node:crypto") return specifier;
  if (specifier.startsWith("node:")) return "node";
  if (specifier.startsWith(".")) return normalize(join(dirname(file), specifier));
  return specifier.split("/")[0] ?? specifier;
}

/** The rooms from the bottom to the top. */
function rowsOf(page: string): readonly Row[] {
  const section = page.slice(page.indexOf("## Rooms"), page.indexOf("## Words"));
  const rows = [...section.matchAll(/^\| `([^`]+)`\s*\|[^|]+\|([^|]*)\|$/gm)];
  return rows.map(([, room = "", list = ""]) => {
    return { room, mayImport: [...list.matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name) };
  });
}

const rows = rowsOf(readFileSync(join(root, "ARCHITECTURE.md"), "utf8"));

/** The row that speaks for a file: that of the nearest folder above it. */
function rowOf(file: string): Row | undefined {
  const holding = rows.filter(({ room }) => file.startsWith(`${room}/`));
  return holding.sort((one, other) => other.room.length - one.room.length)[0];
}

function isPermitted({ file, target }: Import): boolean {
  const row = rowOf(file);
  if (row === undefined || free.includes(target)) return true;
  const wanted = rowOf(target)?.room ?? target;
  if (wanted === row.room) return true;
  return row.mayImport.some(
    (entry) => entry === wanted || (entry === "node" && wanted === "node:crypto"),
  );
}

/** What ties the members of each circle together; `via` names one import of each arrow. */
function circlesIn(arrows: ReadonlyMap<string, ReadonlyMap<string, string>>): readonly string[] {
  const reaches = (from: string, to: string): boolean => {
    const seen = new Set<string>();
    const open = [from];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      for (const further of arrows.get(next)?.keys() ?? []) {
        if (further === to) return true;
        if (!seen.has(further)) open.push(further);
        seen.add(further);
      }
    }
    return false;
  };
  return [...arrows].flatMap(([from, targets]) =>
    [...targets].filter(([to]) => to !== from && reaches(to, from)).map(([, via]) => via),
  );
}

function arrowsBetween(nameOf: (file: string) => string): ReadonlyMap<string, Map<string, string>> {
  const arrows = new Map<string, Map<string, string>>();
  for (const { file, target, names } of imports.filter(({ target }) => textOf.has(target))) {
    const [from, to] = [nameOf(file), nameOf(target)];
    if (from === to && file !== target) continue;
    const targets = arrows.get(from) ?? new Map<string, string>();
    arrows.set(from, targets.set(to, `${file} takes ${names} from ${target}`));
  }
  return arrows;
}

test("every import is one that ARCHITECTURE.md permits", () => {
  const strangers = imports.filter((one) => !isPermitted(one));
  expect(
    strangers.map(({ file, target, names }) => `${file} takes ${names} from ${target}`),
  ).toEqual([]);
});

test("every folder has its row in ARCHITECTURE.md, and every permission there is used", () => {
  const homeless = files.filter((file) => dirname(file) !== "." && rowOf(file) === undefined);
  expect(homeless).toEqual([]);
  const idle = rows.flatMap(({ room, mayImport }) =>
    mayImport
      .filter((entry) => {
        const used = (target: string): boolean =>
          (rowOf(target)?.room ?? target) === entry ||
          (entry === "node" && target === "node:crypto");
        return !imports.some((one) => rowOf(one.file)?.room === room && used(one.target));
      })
      .map((entry) => `${room} -> ${entry}`),
  );
  expect(idle).toEqual([]);
});

test("every room has a README.md, and the files that it names are there", () => {
  for (const folder of ["", ...rows.map(({ room }) => room)]) {
    const page = readFileSync(join(sources, folder, "README.md"), "utf8");
    const named = [...page.matchAll(/`([\w/.-]+\.tsx?)`/g)].map(([, name = ""]) => name);
    const missing = named.filter(
      (name) => !existsSync(join(sources, folder, name)) && !existsSync(join(sources, name)),
    );
    expect(missing, join("src", folder, "README.md")).toEqual([]);
  }
});

test("no room imports from one that stands above it", () => {
  const order = rows.map(({ room }) => room);
  const upward = rows.flatMap(({ room, mayImport }) =>
    mayImport
      .filter((entry) => order.indexOf(entry) > order.indexOf(room))
      .map((entry) => `${room} -> ${entry}`),
  );
  expect(upward).toEqual([]);
});

test("no circle of imports, neither between files nor between folders, types included", () => {
  expect(circlesIn(arrowsBetween((file) => file))).toEqual([]);
  expect(
    circlesIn(arrowsBetween((file) => (dirname(file) === "." ? file : dirname(file)))),
  ).toEqual([]);
});

test("a circle is found and named", () => {
  const arrows = new Map([
    ["a", new Map([["b", "a takes B from b"]])],
    ["b", new Map([["c", "b takes C from c"]])],
    ["c", new Map([["b", "c takes B from b"]])],
  ]);
  expect(circlesIn(arrows)).toEqual(["b takes C from c", "c takes B from b"]);
});

test("the core knows no clock, no chance, no timers and no process", () => {
  // Behind a quote it is the name of a metric.
  const forbidden =
    /Date\.now|new Date\(\)|Math\.random|setTimeout|setInterval|(?<!["/.])\bprocess\.[a-z]/;
  const pure = ["supervisor/core/", "agent-config/", "policy/"];
  const offenders = files
    .filter((file) => pure.some((room) => file.startsWith(room)))
    .filter((file) => forbidden.test(textOf.get(file) ?? ""));
  expect(offenders).toEqual([]);
});

test("no file is longer than 300 lines, no folder holds more than 25 files, no index.ts, no module-level let", () => {
  for (const [file, text] of textOf) {
    const lines = text.split("\n").length - 1;
    expect(lines, file).toBeLessThanOrEqual(300);
    expect(/^let /m.test(text), file).toBe(false);
    expect(file.endsWith("index.ts"), file).toBe(false);
  }
  for (const folder of new Set(files.map((file) => dirname(file)))) {
    const own = files.filter((file) => dirname(file) === folder);
    expect(own.length, folder).toBeLessThanOrEqual(25);
  }
});

test("no two files have one name, but for those of commands", () => {
  const names = files.filter((file) => !file.startsWith("cli")).map((file) => basename(file));
  expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
});

test("reduce and plan only hand out the work", () => {
  for (const file of ["supervisor/core/reduce.ts", "supervisor/core/plan.ts"]) {
    expect((textOf.get(file) ?? "").split("\n").length - 1, file).toBeLessThan(120);
  }
});

test("what decides has a test at the same path", () => {
  const pure = ["supervisor/core/", "agent-config/", "policy/"];
  const deciding = files
    .filter((file) => pure.some((room) => file.startsWith(room)))
    .filter((file) => /^export function /m.test(textOf.get(file) ?? ""));
  const untested = deciding
    .map((file) => file.replace(/\.ts$/, ".test.ts"))
    .filter((file) => !existsSync(join(root, "test", file)));
  expect(untested).toEqual([]);
});
