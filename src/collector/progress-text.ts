import type { ProgressEvent } from "./progress.ts";

/** Where the text goes: a terminal, whose last line can be rewritten, or a file or pipe. */
export interface ProgressScreen {
  readonly terminal: boolean;
  readonly columns: number;
}

/** Shows events as they come; `end` finishes a line that is still being rewritten. */
interface ProgressPrinter {
  readonly print: (event: ProgressEvent) => void;
  readonly end: () => void;
}

type Write = (text: string) => void;

const barCells = 20;
const speedAfterMs = 500;

/** Turns news into text: one line rewritten in place on a terminal, few plain lines elsewhere. */
export function createProgressPrinter(write: Write, screen: ProgressScreen): ProgressPrinter {
  return screen.terminal ? liveLine(write, screen.columns) : plainLines(write);
}

function liveLine(write: Write, columns: number): ProgressPrinter {
  let open: ProgressEvent | undefined;
  let first: ProgressEvent | undefined;
  const end = (): void => {
    if (open !== undefined) write("\n");
    open = undefined;
  };
  const print = (event: ProgressEvent): void => {
    if (open?.stage !== event.stage) {
      end();
      first = event;
    }
    if (event.elapsedMs === undefined) {
      write(`${event.message}\n`);
      return;
    }
    open = event;
    // The last column stays free: a full line would wrap on some terminals.
    const text = liveText(event, first ?? event).slice(0, Math.max(columns - 1, 1));
    write(`\r${text}\u001b[K`);
  };
  return { print, end };
}

function liveText(event: ProgressEvent, first: ProgressEvent): string {
  const { doneBytes, totalBytes, elapsedMs = 0 } = event;
  if (doneBytes === undefined) return `${event.message} ${duration(elapsedMs)}`;
  const speed = speedText(event, first);
  if (totalBytes === undefined || totalBytes === 0) {
    return `${event.message} ${megabytes(doneBytes)} MB${speed}`;
  }
  const share = Math.min(doneBytes / totalBytes, 1);
  const filled = Math.floor(share * barCells);
  const bar = "#".repeat(filled) + ".".repeat(barCells - filled);
  const size = `${megabytes(doneBytes)}/${megabytes(totalBytes)} MB`;
  return `${event.message} [${bar}] ${Math.floor(share * 100)}% ${size}${speed}`;
}

function speedText(event: ProgressEvent, first: ProgressEvent): string {
  const passedMs = (event.elapsedMs ?? 0) - (first.elapsedMs ?? 0);
  if (passedMs < speedAfterMs) return "";
  // What an earlier attempt left behind was not received now.
  const received = (event.doneBytes ?? 0) - (first.doneBytes ?? 0);
  return ` ${megabytes((received / passedMs) * 1_000)} MB/s`;
}

const lineEachShare = 0.1;
const downloadLineEachMs = 15_000;
const buildLineEachMs = 30_000;

function plainLines(write: Write): ProgressPrinter {
  let last: ProgressEvent | undefined;
  const print = (event: ProgressEvent): void => {
    if (last !== undefined && !worthALine(event, last)) return;
    last = event;
    write(`${plainText(event)}\n`);
  };
  return { print, end: () => undefined };
}

function worthALine(event: ProgressEvent, last: ProgressEvent): boolean {
  if (event.stage !== last.stage || event.message !== last.message) return true;
  const passedMs = (event.elapsedMs ?? 0) - (last.elapsedMs ?? 0);
  if (event.doneBytes === undefined) return passedMs >= buildLineEachMs;
  if (passedMs >= downloadLineEachMs) return true;
  return shareOf(event) - shareOf(last) >= lineEachShare || complete(event) > complete(last);
}

function plainText(event: ProgressEvent): string {
  const { doneBytes, totalBytes, elapsedMs } = event;
  if (doneBytes !== undefined) {
    const of = totalBytes === undefined ? "" : ` of ${megabytes(totalBytes)} MB`;
    const share = totalBytes === undefined ? "" : ` (${Math.floor(shareOf(event) * 100)}%)`;
    return `${event.message}: ${megabytes(doneBytes)} MB${of}${share}`;
  }
  if (elapsedMs === undefined || elapsedMs < 1_000) return event.message;
  return `${event.message} (${duration(elapsedMs)})`;
}

function shareOf({ doneBytes = 0, totalBytes = 0 }: ProgressEvent): number {
  return totalBytes === 0 ? 0 : doneBytes / totalBytes;
}

function complete(event: ProgressEvent): number {
  return shareOf(event) >= 1 ? 1 : 0;
}

function megabytes(bytes: number): string {
  return (bytes / 1_000_000).toFixed(1);
}

function duration(ms: number): string {
  const seconds = Math.floor(ms / 1_000);
  const minutes = Math.floor(seconds / 60);
  return minutes === 0 ? `${seconds} s` : `${minutes} min ${seconds % 60} s`;
}
