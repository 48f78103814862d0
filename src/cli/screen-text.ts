/** Colours that a terminal shows; each leaves the text as it is where there are to be none. */
export interface Paint {
  readonly good: (text: string) => string;
  readonly warn: (text: string) => string;
  readonly bad: (text: string) => string;
  readonly faint: (text: string) => string;
  readonly bold: (text: string) => string;
}

/** Colours for a terminal whose user has not asked for none (NO_COLOR). */
export function paintFor(terminal: boolean, environment: ReadonlyMap<string, string>): Paint {
  const plain = !terminal || (environment.get("NO_COLOR") ?? "") !== "";
  const paint = (code: number) => (text: string) =>
    plain ? text : `\u001b[${code}m${text}\u001b[0m`;
  return { good: paint(32), warn: paint(33), bad: paint(31), faint: paint(2), bold: paint(1) };
}

/** What others wrote without what a terminal would act upon; lines stay lines. */
export function harmless(text: string): string {
  return text.replaceAll("\t", " ").replace(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/g, "\ufffd");
}

/** A text as lines of at most so many characters; a longer word is broken. */
export function wrapped(text: string, width: number): readonly string[] {
  return harmless(text)
    .split("\n")
    .flatMap((line) => wrappedLine(line, Math.max(10, width)));
}

function wrappedLine(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ").flatMap((each) => pieces(each, width))) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

function pieces(word: string, width: number): readonly string[] {
  if (word.length <= width) return [word];
  return [word.slice(0, width), ...pieces(word.slice(width), width)];
}

/** A length of time as people say it: `12 s`, `3 min`, `5 h 12 min`, `4 d 3 h`. */
export function spanText(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return `${hours} h ${minutes % 60} min`;
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}
