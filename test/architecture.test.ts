import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "..");
const sources = join(root, "src");

interface Import {
  readonly file: string;
  readonly folder: string;
  readonly typeOnly: boolean;
  /** A folder of ours, `errors.ts`, `node`, `node:crypto` or a package. */
  readonly target: string;
}

const files = readdirSync(sources, { recursive: true, encoding: "utf8" }).filter((name) =>
  name.endsWith(".ts"),
);

function importsOf(file: string): readonly Import[] {
  const text = readFileSync(join(sources, file), "utf8");
  const found = text.matchAll(
    /^(?:import|export)\s+(type\s)?([^;]*?)\sfrom\s+"([^"]+)";|import\("([^"]+)"\)/gm,
  );
  return [...found].map(([, type, names = "", from, lazily]) => {
    const specifiers = names.replace(/[{}]/g, "").split(",");
    const inlineTypes = specifiers.every((name) => /^\s*(type\s|$)/.test(name)) && names !== "";
    return {
      file,
      folder: dirname(file),
      typeOnly: type !== undefined || inlineTypes,
      target: targetOf(file, from ?? lazily ?? ""),
    };
  });
}

function targetOf(file: string, specifier: string): string {
  if (specifier === "node:crypto") return specifier;
  if (specifier.startsWith("node:")) return "node";
  if (!specifier.startsWith(".")) return specifier.split("/")[0] ?? specifier;
  const path = relative(sources, resolve(sources, dirname(file), specifier));
  return path === "errors.ts" ? path : dirname(path);
}

/** The table in ARCHITECTURE.md: folder to what it may import; `types of x` stands for types only. */
function permissions(): ReadonlyMap<string, readonly string[]> {
  const text = readFileSync(join(root, "ARCHITECTURE.md"), "utf8");
  const section = text.slice(text.indexOf("## Who may import whom"), text.indexOf("## Decisions"));
  const rows = [...section.matchAll(/^\| `([^`]+)`\s*\| (.+?)\s*\|$/gm)];
  return new Map(
    rows.map(([, folder = "", list = ""]) => [folder, list.replaceAll("`", "").split(", ")]),
  );
}

function permits(entry: string, one: Import): boolean {
  const types = entry.startsWith("types of ");
  const name = entry.replace("types of ", "");
  if (types && !one.typeOnly) return false;
  return one.target === name || (name === "node" && one.target === "node:crypto");
}

test("every import is one that ARCHITECTURE.md permits", () => {
  const table = permissions();
  const strangers = files
    .filter((file) => dirname(file) !== ".")
    .flatMap(importsOf)
    .filter(({ folder, target }) => target !== folder)
    .filter((one) => !(table.get(one.folder) ?? []).some((entry) => permits(entry, one)))
    .map(({ file, target }) => `${file} -> ${target}`);
  expect(strangers).toEqual([]);
});

test("every permission in ARCHITECTURE.md is used", () => {
  const all = files.flatMap(importsOf);
  const idle = [...permissions()].flatMap(([folder, entries]) =>
    entries
      .filter((entry) => !all.some((one) => one.folder === folder && permits(entry, one)))
      .map((entry) => `${folder} -> ${entry}`),
  );
  expect(idle).toEqual([]);
});

test("the core knows no clock, no chance, no timers and no process", () => {
  // Behind a quote it is the name of a metric.
  const forbidden =
    /Date\.now|new Date\(\)|Math\.random|setTimeout|setInterval|(?<!")\bprocess\.[a-z]/;
  const offenders = files
    .filter((file) => file.startsWith("supervisor/core/"))
    .filter((file) => forbidden.test(readFileSync(join(sources, file), "utf8")));
  expect(offenders).toEqual([]);
});

test("the core takes only the messages and the type of a report from the client", () => {
  const specifiers = files
    .filter((file) => file.startsWith("supervisor/core/"))
    .flatMap((file) => [
      ...readFileSync(join(sources, file), "utf8").matchAll(/from "([^"]*opamp-client[^"]*)"/g),
    ])
    .map(([, specifier]) => specifier);
  const allowed = ["../../opamp-client/messages.ts", "../../opamp-client/report.ts"];
  expect(specifiers.filter((specifier) => !allowed.includes(specifier ?? ""))).toEqual([]);
});

test("no file is longer than 300 lines, no index.ts, no module-level let", () => {
  for (const file of files) {
    const text = readFileSync(join(sources, file), "utf8");
    expect(text.split("\n").length, file).toBeLessThanOrEqual(300);
    expect(/^let /m.test(text), file).toBe(false);
    expect(file.endsWith("index.ts"), file).toBe(false);
  }
});

test("each file of the core that decides has a test at the same path", () => {
  const tested = new Map([
    ["reduce.ts", "plan.test.ts"],
    ["reduce-config.ts", "plan.test.ts"],
    ["reduce-agent.ts", "plan.test.ts"],
    ["judge.ts", "plan.test.ts"],
    ["quarantine.ts", "plan.test.ts"],
    ["verdict.ts", "plan.test.ts"],
    ["offered-connections.ts", "reduce-offers.test.ts"],
    ["offer-steps.ts", "reduce-offers.test.ts"],
    ["reduce-server.ts", "reduce-offers.test.ts"],
    ["connections.ts", "reduce-offers.test.ts"],
    ["reduce-reload.ts", "plan.test.ts"],
    ["attached-change.ts", "reduce-attached.test.ts"],
    ["merge-config.ts", "render-config.test.ts"],
    ["yaml-layer.ts", "render-config.test.ts"],
    ["expand-aliases.ts", "render-config.test.ts"],
    ["read-layers.ts", "render-config.test.ts"],
    ["probe-target.ts", "render-config.test.ts"],
  ]);
  const declarations = [
    "state.ts",
    "agent-state.ts",
    "offers.ts",
    "policy.ts",
    "trials.ts",
    "event.ts",
    "step.ts",
  ];
  for (const file of files.filter((name) => name.startsWith("supervisor/core/"))) {
    const name = file.replace("supervisor/core/", "");
    if (declarations.includes(name)) continue;
    const path = `supervisor/core/${tested.get(name) ?? name.replace(/\.ts$/, ".test.ts")}`;
    expect(existsSync(join(root, "test", path)), path).toBe(true);
  }
});
