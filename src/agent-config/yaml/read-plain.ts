import { Pair, Scalar, YAMLMap, YAMLSeq } from "yaml";

/** Entries of one block map that follow each other, all of them plain. */
export interface Run {
  /** Where the first key ends. */
  readonly keyEnd: number;
  /** Where the last line ends. */
  readonly end: number;
  readonly pairs: readonly Pair[];
}

type Entry = Omit<Run, "pairs"> & { readonly pair: Pair };

interface Reader {
  readonly text: string;
  /** The beginning of the line that is looked at. */
  offset: number;
  readonly runs: Run[];
}

/** Blank lines and comments before the next line that says something. */
interface Gap {
  /** Where that line begins. */
  readonly next: number;
  /** Its indentation; -1 at the end of the text. */
  readonly indent: number;
  readonly empty: boolean;
  /** Indentation of the comment furthest to the right; -1 without one. */
  readonly comment: number;
}

const plain = String.raw`[\w./$](?:[!"$-9;-~]|:(?=[!-~])| (?=[!"$-9;-~]))*`;
const quoted = String.raw`"[ !#-[\]-~]*"|'[ -&(-~]*'`;
const word = String.raw`(?:[\w./$][\w./-]*|${quoted})`;
const list = String.raw`\[ *(?:${word} *(?:, *${word} *)*)?\]`;
const keyLine = new RegExp(
  String.raw` *([\w./][\w./-]{0,200}):(?: +(${plain}|${quoted}|${list}|\{\}))?( +#.*)?(?=\n|$)`,
  "y",
);
const itemLine = new RegExp(String.raw` *- +(${plain}|${quoted})(?=\n|$)`, "y");
const inList = new RegExp(word, "g");
const nothing = /^(?:~|[Nn]ull|NULL)?$/;

const newline = 10;
const space = 32;
const hash = 35;
const dash = 45;

/**
 * The plain entries of block maps in the order of the text, as the parser would read them. Where a node begins is
 * counted downwards from -1, so that it cannot be taken for a place in what the parser is given.
 */
export function readPlainRuns(text: string): readonly Run[] {
  const reader: Reader = { text, offset: 0, runs: [] };
  keep(reader, readMap(reader, 0) ?? []);
  return reader.runs.sort((a, b) => a.keyEnd - b.keyEnd);
}

/** What is read of a map so far. */
interface MapSoFar {
  /** All of it is plain up to here. */
  whole: boolean;
  /** Entries that follow each other without anything between them. */
  entries: Entry[];
}

/** The entries at this indentation when all of it is plain; else what is plain of it is kept. */
function readMap(reader: Reader, indent: number): readonly Entry[] | undefined {
  const map: MapSoFar = { whole: true, entries: [] };
  for (;;) {
    const gap = gapAt(reader);
    if (gap.comment > indent || gap.indent > indent) {
      // A comment or a text that goes on belongs to the entry above it.
      map.entries.pop();
      interrupt(reader, map);
    }
    if (gap.indent < indent) break;
    if (!gap.empty) interrupt(reader, map);
    reader.offset = gap.next;
    const entry = gap.indent === indent ? readEntry(reader, indent) : undefined;
    if (gap.indent > indent) skipLine(reader);
    else if (entry === undefined) interrupt(reader, map);
    else map.entries.push(entry);
  }
  if (map.whole) return map.entries;
  keep(reader, map.entries);
  return undefined;
}

function interrupt(reader: Reader, map: MapSoFar): void {
  keep(reader, map.entries);
  map.whole = false;
  map.entries = [];
}

function keep({ runs }: Reader, entries: readonly Entry[]): void {
  const [first] = entries;
  const last = entries.at(-1);
  if (first === undefined || last === undefined) return;
  runs.push({ keyEnd: first.keyEnd, end: last.end, pairs: entries.map(({ pair }) => pair) });
}

/** The entry on this line with what stands below it; undefined when it is not plain. */
function readEntry(reader: Reader, indent: number): Entry | undefined {
  const start = reader.offset + indent;
  keyLine.lastIndex = reader.offset;
  const [, key = "", source, comment] = keyLine.exec(reader.text) ?? [];
  const lineEnd = keyLine.lastIndex;
  skipLine(reader);
  if (key === "") return undefined;
  const value =
    source === undefined
      ? readBelow(reader, indent, lineEnd, comment !== undefined)
      : valueOf(source, lineEnd - source.length);
  if (value === undefined || comment !== undefined) return undefined;
  const end = reader.text[reader.offset - 1] === "\n" ? reader.offset - 1 : reader.offset;
  return { keyEnd: start + key.length, end, pair: new Pair(scalarOf(key, start), value) };
}

/** What stands below a key without a value of its own; `commented` when that cannot be plain any more. */
function readBelow(
  reader: Reader,
  indent: number,
  lineEnd: number,
  commented: boolean,
): Scalar | YAMLMap | YAMLSeq | undefined {
  const gap = gapAt(reader);
  const listed = reader.text.charCodeAt(gap.next + gap.indent) === dash;
  if (gap.indent < indent || (gap.indent === indent && !listed)) {
    return gap.empty ? scalarOf("", lineEnd) : undefined;
  }
  reader.offset = gap.next;
  const clean = gap.empty && !commented;
  if (listed) {
    const found = readList(reader, gap.indent);
    return clean ? found : undefined;
  }
  const entries = readMap(reader, gap.indent);
  if (clean && entries !== undefined) return mapOf(entries, gap.next + gap.indent);
  keep(reader, entries ?? []);
  return undefined;
}

function readList(reader: Reader, indent: number): YAMLSeq | undefined {
  const items: Scalar[] = [];
  const start = reader.offset + indent;
  for (let whole = true; ;) {
    const gap = gapAt(reader);
    const listed = reader.text.charCodeAt(gap.next + gap.indent) === dash;
    if (gap.indent < indent || (gap.indent === indent && !listed)) {
      return whole && gap.comment < indent ? listOf(items, start) : undefined;
    }
    reader.offset = gap.next;
    itemLine.lastIndex = reader.offset;
    const [, source] = itemLine.exec(reader.text) ?? [];
    if (source === undefined || gap.indent > indent || !gap.empty) whole = false;
    else items.push(scalarOf(source, itemLine.lastIndex - source.length));
    skipLine(reader);
  }
}

function gapAt({ text, offset }: Reader): Gap {
  let comment = -1;
  for (let next = offset; ;) {
    let at = next;
    while (text.charCodeAt(at) === space) at += 1;
    const code = text.charCodeAt(at);
    const empty = next === offset;
    if (Number.isNaN(code)) return { next, indent: -1, empty: empty && at === next, comment };
    if (code !== newline && code !== hash) return { next, indent: at - next, empty, comment };
    if (code === hash) comment = Math.max(comment, at - next);
    next = endOfLine(text, at);
  }
}

function skipLine(reader: Reader): void {
  reader.offset = endOfLine(reader.text, reader.offset);
}

/** Behind the line break. */
function endOfLine(text: string, offset: number): number {
  const end = text.indexOf("\n", offset);
  return end === -1 ? text.length : end + 1;
}

function valueOf(source: string, start: number): Scalar | YAMLMap | YAMLSeq {
  if (source === "{}") {
    const map = mapOf([], start);
    map.flow = true;
    return map;
  }
  if (!source.startsWith("[")) return scalarOf(source, start);
  const items = [...source.matchAll(inList)].map((found) =>
    scalarOf(found[0], start + found.index),
  );
  const made = listOf(items, start);
  made.flow = true;
  return made;
}

function mapOf(entries: readonly Entry[], start: number): YAMLMap {
  const map = new YAMLMap();
  map.items = entries.map(({ pair }) => pair);
  map.range = rangeAt(start);
  return map;
}

function listOf(items: Scalar[], start: number): YAMLSeq {
  const made = new YAMLSeq();
  made.items = items;
  made.range = rangeAt(start);
  return made;
}

function scalarOf(written: string, start: number): Scalar {
  const quote = written[0] === '"' || written[0] === "'" ? written[0] : undefined;
  const source = quote === undefined ? written : written.slice(1, -1);
  const scalar = new Scalar(quote === undefined && nothing.test(source) ? null : source);
  scalar.source = source;
  if (quote === undefined) scalar.type = Scalar.PLAIN;
  else scalar.type = quote === '"' ? Scalar.QUOTE_DOUBLE : Scalar.QUOTE_SINGLE;
  scalar.range = rangeAt(start);
  return scalar;
}

function rangeAt(start: number): [number, number, number] {
  return [-1 - start, -1 - start, -1 - start];
}
