import {
  type Document,
  type Pair,
  Scalar,
  type YAMLMap,
  isMap,
  isScalar,
  isSeq,
  isNode,
} from "yaml";
import { plain } from "./nodes.ts";

/** Texts that the printer of the library would print just so, outside of brackets and inside. */
const block = /^(?:[\w/$]|\.(?!\.))(?:[\w./$@%+(){}=;<>,&*!?|-]|:(?=[\w/$[])| (?=[\w/$(]))*$/;
const flow = /^(?:[\w/$]|\.(?!\.))[\w./$+-]*$/;
const inQuotes = /^[ !#-[\]-~]*$/;
const nothing = /^(?:~|[Nn]ull|NULL)?$/;
const mostKey = 200;

/**
 * The text of a document. What a large configuration mostly consists of is printed here, which costs a tenth of what the
 * library takes for it and gives the same text; the rest is left to the library, with words in place of what was taken.
 */
export function printDocument(document: Document, root: YAMLMap): string {
  const taken: Taken = { texts: [], putBack: [] };
  takePlain(root, "", taken);
  const text = printed(document);
  for (const putBack of taken.putBack) putBack();
  let found = 0;
  const filled = text.replaceAll(standIn, (_, number: string) => {
    found += 1;
    return `:${taken.texts[Number(number)] ?? ""}`;
  });
  // Somebody else has used our word.
  return found === taken.texts.length ? filled : printed(document);
}

function printed(document: Document): string {
  // Directives end with `---`: without one the printer need not look for tags that they would be written for.
  const directives = document.directives?.docStart === true ? null : false;
  return document.toString({ lineWidth: 0, directives });
}

/** What words stand for: the text behind the colon of a key, and the lines that follow it. */
interface Taken {
  readonly texts: string[];
  readonly putBack: (() => void)[];
}

const word = "taken-out-";
const standIn = new RegExp(`: ${word}(\\d+)$`, "gm");

/** Takes the plain entries out of a map in lines: of those that follow each other the first stays, with a word. */
function takePlain(map: YAMLMap, indent: string, taken: Taken): void {
  if (map.flow === true) return;
  const { items } = map;
  const left: Pair[] = [];
  let run: string[] = [];
  const endRun = (): void => {
    if (run.length > 0) taken.texts.push(run.join(`\n${indent}`));
    run = [];
  };
  for (const pair of items) {
    const { value } = pair;
    const name = plainName(pair.key);
    const text = name === undefined ? undefined : plainValue(value, indent);
    if (name === undefined || text === undefined) {
      endRun();
      left.push(pair);
      if (name !== undefined && isMap(value)) takePlain(value, `${indent}  `, taken);
    } else if (run.length > 0) {
      run.push(`${name}:${text}`);
    } else {
      run.push(text);
      left.push(pair);
      pair.value = plain(`${word}${taken.texts.length}`);
      taken.putBack.push(() => {
        pair.value = value;
      });
    }
  }
  endRun();
  map.items = left;
  taken.putBack.push(() => {
    map.items = items;
  });
}

/** A map in lines behind this indentation; undefined where anything in it is not plain. */
function plainMap(map: YAMLMap, indent: string): string | undefined {
  const { flow: inBraces, items, comment } = map;
  if (inBraces === true || items.length === 0 || typeof comment === "string") return undefined;
  let text = "";
  for (const { key, value } of items) {
    const name = plainName(key);
    if (name === undefined) return undefined;
    const rest = plainValue(value, indent);
    if (rest === undefined) return undefined;
    text += text === "" ? `${name}:${rest}` : `\n${indent}${name}:${rest}`;
  }
  return text;
}

function plainName(key: unknown): string | undefined {
  if (!isScalar(key) || (key.type !== undefined && key.type !== Scalar.PLAIN)) return undefined;
  const name = plainScalar(key, flow);
  return name === "" || (name?.length ?? 0) > mostKey ? undefined : name;
}

/** What stands behind the colon of a key. */
function plainValue(value: unknown, indent: string): string | undefined {
  if (isScalar(value)) {
    const text = plainScalar(value, block);
    return text === "" ? "" : text === undefined ? undefined : ` ${text}`;
  }
  // An alias, or a key with a question mark that has no value.
  if (!isMap(value) && !isSeq(value)) return undefined;
  if (!isBare(value)) return undefined;
  const inner = `${indent}  `;
  if (typeof value.comment === "string") return undefined;
  if (value.items.length === 0) {
    // The library gives it a line of its own when it is no flow.
    return value.flow === false ? undefined : isMap(value) ? " {}" : " []";
  }
  if (isMap(value)) {
    const text = plainMap(value, inner);
    return text === undefined ? undefined : `\n${inner}${text}`;
  }
  if (value.flow !== true) return blockList(value.items, inner);
  const texts = value.items.map((item) => (isScalar(item) ? plainScalar(item, flow) : undefined));
  // An empty text among others needs more than a comma.
  return texts.includes(undefined) || texts.includes("") ? undefined : ` [ ${texts.join(", ")} ]`;
}

function blockList(items: readonly unknown[], indent: string): string | undefined {
  let text = "";
  for (const item of items) {
    const inner = isScalar(item)
      ? plainScalar(item, block)
      : isMap(item) && isBare(item)
        ? plainMap(item, `${indent}  `)
        : undefined;
    if (inner === undefined || inner === "") return undefined;
    text += `\n${indent}- ${inner}`;
  }
  return text;
}

/** The text of a scalar without anything around it; empty for a value that is not there. */
function plainScalar(scalar: Scalar, unquoted: RegExp): string | undefined {
  const { value, type, source } = scalar;
  if (!isBare(scalar)) return undefined;
  if (value === null) return nothing.test(source ?? "") ? (source ?? "") : undefined;
  if (typeof value !== "string") return undefined;
  if (type === undefined || type === Scalar.PLAIN) {
    return unquoted.test(value) && !nothing.test(value) ? value : undefined;
  }
  return type === Scalar.QUOTE_DOUBLE && inQuotes.test(value) ? `"${value}"` : undefined;
}

/** True for a node that has no anchor, no tag and no comment or blank line before it. */
function isBare(node: unknown): boolean {
  // A key with a question mark and nothing behind it has no node as its value.
  if (!isNode(node)) return false;
  const { anchor, tag, comment, commentBefore, spaceBefore } = node as Scalar;
  return (
    anchor === undefined &&
    tag === undefined &&
    typeof commentBefore !== "string" &&
    spaceBefore !== true &&
    (typeof comment !== "string" || !isScalar(node))
  );
}
