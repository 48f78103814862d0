/** A key with too many or too few spaces, beside those above it whose neighbour it may have been meant to be. */
interface WrongIndent {
  readonly at: number;
  readonly message: string;
}

/** A key that begins a line, and the nearest one above it with fewer spaces. */
interface KeyLine {
  readonly indent: number;
  readonly name: string;
  readonly outer: KeyLine | undefined;
}

const keyLine = /^( *)(?:- )?([\w.-]+)\s*:/;

/** Finds what to say of a place in a text; each line of it may have such a place, so that they are all read once. */
export function createWrongIndent(source: string): (place: number) => WrongIndent | undefined {
  let known: ReadonlyMap<number, KeyLine | undefined> | undefined;
  return (place) => {
    known ??= linesAbove(source);
    const start = source.lastIndexOf("\n", place - 1) + 1;
    const [, spaces = "", key] = keyLine.exec(source.slice(start)) ?? [];
    const neighbours = chain(known.get(start));
    if (key === undefined || neighbours === "") return undefined;
    const message = `${key} is indented by ${count(spaces.length)}: expected ${neighbours} above it`;
    return { at: start + spaces.length, message };
  };
}

/** By where a line begins, the last key above it. */
function linesAbove(source: string): ReadonlyMap<number, KeyLine | undefined> {
  const above = new Map<number, KeyLine | undefined>();
  let last: KeyLine | undefined;
  let start = 0;
  for (const text of source.split("\n")) {
    above.set(start, last);
    start += text.length + 1;
    const [, spaces, name] = keyLine.exec(text) ?? [];
    if (spaces === undefined || name === undefined) continue;
    let outer = last;
    while (outer !== undefined && outer.indent >= spaces.length) outer = outer.outer;
    last = { indent: spaces.length, name, outer };
  }
  return above;
}

function chain(last: KeyLine | undefined): string {
  const found: string[] = [];
  for (let key = last; key !== undefined; key = key.outer) {
    found.push(`${count(key.indent)} as ${key.name}`);
  }
  return found.join(" or ");
}

function count(spaces: number): string {
  return spaces === 1 ? "1 space" : `${spaces === 0 ? "no" : spaces} spaces`;
}
