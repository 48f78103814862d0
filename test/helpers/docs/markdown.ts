import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "../../..");

/** A page of the project: its path below the root, and its text. */
export interface Page {
  readonly path: string;
  readonly text: string;
}

/** A fenced block: its language, its lines without the indentation, and the comment directly above it. */
export interface Block {
  readonly page: string;
  readonly line: number;
  readonly language: string;
  readonly text: string;
  readonly mark: string;
}

const passedOver = new Set(["node_modules", "dist", "storage", ".git"]);

function pagesBelow(folder: string): readonly string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) return passedOver.has(entry.name) ? [] : pagesBelow(path);
    return entry.name.endsWith(".md") ? [path] : [];
  });
}

/** Every Markdown file of the project. */
export function allPages(): readonly Page[] {
  return pagesBelow("").map((path) => ({ path, text: readFileSync(join(root, path), "utf8") }));
}

const fence = /(?:<!--\s*(.*?)\s*-->\s*)?^( *)```(\w*)\n([\s\S]*?)^\2```$/gm;

/** The fenced blocks of a page. */
export function blocksOf({ path, text }: Page): readonly Block[] {
  return [...text.matchAll(fence)].map((match) => {
    const [all, mark = "", indent = "", language = "", body = ""] = match;
    const before = text.slice(0, match.index + all.indexOf("```"));
    const lines = body.split("\n").map((line) => line.slice(indent.length));
    return { page: path, line: before.split("\n").length, language, text: lines.join("\n"), mark };
  });
}

/** True for what a reader would type: a command, a session with its answers, or a script. */
export function isCommand({ language, text }: Block): boolean {
  return ["sh", "bash", "console", "js"].includes(language) || /^\$ /m.test(text);
}

/** The text of a page without its fenced blocks and comments. */
export function proseOf({ text }: Page): string {
  return text.replace(fence, "").replace(/<!--[\s\S]*?-->/g, "");
}

/** The anchors that a page has, as GitHub makes them of its headings. */
export function anchorsOf(page: Page): readonly string[] {
  return [...proseOf(page).matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replace(/[^\p{Letter}\p{Number} _-]/gu, "")
      .replaceAll(" ", "-"),
  );
}
