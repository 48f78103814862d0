import type { OutputSink } from "../../agent/output/line-reader.ts";
import { countLines } from "./log-destination.ts";

/** How much was not passed on. */
export interface Withheld {
  readonly lines: number;
  /** The size of lines that were not even read. */
  readonly bytes: number;
}

/** Passes lines on, of many only some. */
export interface LimitedLines extends OutputSink {
  readonly ended: () => void;
  /** Something was not even read. */
  readonly skipped: (bytes: number) => void;
}

const windowMs = 1_000;
/** The last words of a run are passed on whatever came before them. */
const lastWordsLength = 64 * 1024;

/**
 * Passes on the first lines of each second, up to a number, and says once for each second what was withheld. When the
 * run ends its last lines follow, because they say why.
 */
export function limitLines(
  sink: OutputSink,
  perSecond: number,
  tell: (withheld: Withheld) => void,
): LimitedLines {
  let [room, windowEnd, lines, bytes, last] = [perSecond, 0, 0, 0, ""];
  let timer: NodeJS.Timeout | undefined;

  const roll = (): void => {
    clearTimeout(timer);
    timer = undefined;
    if (lines > 0 || bytes > 0) tell({ lines, bytes });
    [room, windowEnd, lines, bytes, last] = [perSecond, performance.now() + windowMs, 0, 0, ""];
  };
  const look = (): void => {
    if (performance.now() >= windowEnd) roll();
  };
  const rollLater = (): void => {
    timer ??= setTimeout(roll, Math.max(0, windowEnd - performance.now())).unref();
  };
  const withhold = (text: string): void => {
    lines += countLines(text);
    // A long text is enough by itself, and joining long ones again and again would be most of the work.
    last = endOf(text.length > lastWordsLength / 2 ? text : last + text);
    rollLater();
  };
  return {
    lines: (text) => {
      look();
      const split = afterLines(text, room);
      room = Math.max(0, room - countLines(text.slice(0, split)));
      if (split > 0) sink.lines(text.slice(0, split));
      if (split < text.length) withhold(text.slice(split));
    },
    cutLine: (beginning, cutBytes) => {
      look();
      if (room > 0) sink.cutLine(beginning, cutBytes);
      else withhold(`${beginning.slice(0, lastWordsLength / 2)}\n`);
      room = Math.max(0, room - 1);
    },
    skipped: (count) => {
      look();
      bytes += count;
      rollLater();
    },
    ended: () => {
      if (last !== "") sink.lines(last);
      lines -= countLines(last);
      roll();
    },
  };
}

/** Where the text goes on after so many lines. */
function afterLines(text: string, count: number): number {
  let at = 0;
  for (let line = 0; line < count && at < text.length; line += 1) {
    const lineBreak = text.indexOf("\n", at);
    if (lineBreak === -1) return text.length;
    at = lineBreak + 1;
  }
  return at;
}

/** Whole lines from the end of a text. */
function endOf(text: string): string {
  if (text.length <= lastWordsLength) return text;
  const cut = text.slice(-lastWordsLength);
  return cut.slice(cut.indexOf("\n") + 1);
}
