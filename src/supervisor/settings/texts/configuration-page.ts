import type { KeyRule } from "../file/key-rule.ts";
import { extensionKeys } from "../keys/extension-keys.ts";
import { knownKeys } from "../keys/known-keys.ts";
import { type Chapter, chapters } from "./chapters.ts";
import { idleBecause, takesEffect, usualOf } from "./key-description.ts";
import { isOwnKey, textOf } from "./key-texts.ts";
import { pageEnd, pageStart } from "./page-frame.ts";

interface Row {
  readonly path: string;
  readonly rule: KeyRule;
}

/** docs/configuration.md: every key of supervisor.yaml, in the order in which somebody who writes one wants them. */
export function configurationPage(): string {
  const rows = allRows();
  const acting = rows.filter(({ path }) => idleBecause(path) === undefined);
  const idle = rows.filter(({ path }) => idleBecause(path) !== undefined);
  const parts = chapters.map((chapter) => partOf(chapter, acting));
  return [pageStart(chapters.map(({ title }) => title)), ...parts, pageEnd, idleTable(idle)].join(
    "\n",
  );
}

function allRows(): readonly Row[] {
  const known = Object.entries(knownKeys).filter(([path]) => path !== "extensions");
  const inExtensions = Object.entries(extensionKeys).flatMap(([type, table]) =>
    Object.entries(table).map(([key, rule]) => [`extensions.${type}.${key}`, rule] as const),
  );
  return [...known, ...inExtensions].map(([path, rule]) => ({ path, rule }));
}

function partOf(chapter: Chapter, rows: readonly Row[]): string {
  const own = rows.filter(({ path }) => chapterOf(path) === chapter);
  const lines = new Set(own.map(lineOf));
  const intro = chapter.intro === "" ? "" : `\n${chapter.intro}\n`;
  const head =
    "| key | value | default | what it is for | a new value takes |\n| --- | --- | --- | --- | --- |";
  return `## ${chapter.title}\n${intro}\n${[head, ...lines].join("\n")}\n`;
}

function chapterOf(path: string): Chapter | undefined {
  const fitting = chapters.flatMap((chapter) =>
    chapter.has
      .filter((key) => path === key || path.startsWith(`${key}.`))
      .map((key) => ({ chapter, length: key.length })),
  );
  return fitting.toSorted((a, b) => b.length - a.length)[0]?.chapter;
}

const otlp =
  /^telemetry\.(?:agent_logs|(?:(?:logs|traces)\.processors\[\]\.(?:batch|simple)|metrics\.readers\[\]\.periodic)\.exporter)\.(?=otlp\.)/;

function lineOf({ path, rule }: Row): string {
  const { example } = textOf(path);
  // Those of the reference are not ours either where the same is ours elsewhere.
  const short = path.replace(otlp, "….");
  const own = short === path && isOwnKey(path) ? " (ours)" : "";
  const shown = example === undefined ? "" : ` Example: ${code(JSON.stringify(example))}.`;
  const cells = [
    `${code(short)}${own}`,
    valueOf(rule),
    defaultOf(path, rule),
    `${linked(textOf(path).says)}${shown}`,
    takesEffect(path),
  ];
  return `| ${cells.map(cellText).join(" | ")} |`;
}

function idleTable(rows: readonly Row[]): string {
  const lines = new Set(
    rows.map(({ path }) => {
      const because = idleBecause(path) ?? "";
      const text = because === "" ? linked(textOf(path).says) : `${because}.`;
      return `| ${cellText(code(path))} | ${cellText(text)} |`;
    }),
  );
  return ["| key | why |", "| --- | --- |", ...lines, ""].join("\n");
}

/** What may be written behind a key. */
function valueOf(rule: KeyRule): string {
  switch (rule.type) {
    case "text":
      return "text";
    case "choice":
      return rule.of.map(code).join(", ");
    case "boolean":
      return "`true`, `false`";
    case "integer":
      return `whole number${rangeOf(rule.least, rule.most)}`;
    case "duration":
      return rule.positive === true ? "duration, not 0" : "duration";
    case "level":
      return "level";
    case "texts":
      return "list of texts";
    case "text-map":
      return "names, each with a text";
    case "texts-map":
      return "names, each with texts";
    case "any":
      return "map or list";
  }
}

function rangeOf(least: number | undefined, most: number | undefined): string {
  if (least === undefined) return "";
  return most === undefined ? ` from ${least}` : ` from ${least} to ${most}`;
}

function defaultOf(path: string, rule: KeyRule): string {
  const usual = usualOf(path, rule);
  if (usual === undefined || usual === "") return "none";
  const isWords = textOf(path).usual !== undefined && /\s|^(required|any|all)$/.test(usual);
  return isWords ? usual : code(usual);
}

function code(text: string): string {
  return `\`${text}\``;
}

// `More in docs/x.md.` becomes a link for who reads the page in its folder.
function linked(text: string): string {
  return text
    .replaceAll(/docs\/([\w-]+\.md)/g, "[$1]($1)")
    .replaceAll(/(?<![`\w])(\$[{A-Z][^\s,]*|\*\.|"\*")/g, "`$1`");
}

function cellText(text: string): string {
  return text.replaceAll("|", String.raw`\|`).replaceAll("\n", " ");
}
