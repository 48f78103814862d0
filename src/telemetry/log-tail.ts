import { read, closeSync, constants, fstatSync } from "node:fs";
import { promisify } from "node:util";
import { openRegular } from "../files/regular-file.ts";

/** Takes what is read, in order. */
export interface TailSink {
  readonly take: (bytes: Buffer) => void;
  /** So many bytes were passed over, because they could not be read in time. */
  readonly skipped: (bytes: number) => void;
  /** A run has ended: no more of it follows. */
  readonly ended: () => void;
}

/** Follows the file that the agent writes into by itself. */
export interface LogTail {
  /** A run writes from here on. */
  readonly began: (path: string, start: number) => void;
  /** The file was copied, but for its first bytes, and emptied. */
  readonly setAside: (path: string, copyPath: string, skippedBytes: number) => void;
  /** The run is over: what is in the file is all. */
  readonly ended: () => void;
  /** Reads what there is now; resolves when that is done. */
  readonly stop: () => Promise<void>;
}

/** A part of the log in one file. By its descriptor, because files are renamed. */
interface Section {
  readonly file: number;
  position: number;
  /** It ends there, or where the file ends; undefined: it grows. */
  end: number | undefined;
  /** What follows belongs to another run. */
  endsRun: boolean;
  /** Its content is in another section now. */
  void: boolean;
}

const pieceBytes = 64 * 1024;
const pauseMs = 200;
/** No more is read between two pauses: far more than is ever sent, and little work. */
const burstBytes = 1024 * 1024;
/** A reader that is further behind goes on near the end, because the last words matter most. */
const maxBehindBytes = 4 * 1024 * 1024;
const keptBytes = 1024 * 1024;

const readPiece = promisify(read);

/** Reads in the background, a piece at a time. */
export function createLogTail(sink: TailSink): LogTail {
  const sections: Section[] = [];
  const piece = Buffer.allocUnsafe(pieceBytes);
  let wake = (): void => undefined;
  let over = false;

  const add = (path: string, position: number, end?: number): void => {
    const file = tryOpen(path);
    if (file === undefined) return;
    sections.push({ file, position, end, endsRun: false, void: false });
    wake();
  };
  const close = (end: number, endsRun: boolean): void => {
    const last = sections.at(-1);
    if (last === undefined) return;
    last.end = Math.min(last.end ?? Infinity, end);
    last.endsRun ||= endsRun;
    wake();
  };
  const sleep = (): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, pauseMs).unref();
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  const follow = async (): Promise<void> => {
    let burst = 0;
    const pause = async (): Promise<void> => {
      burst = 0;
      if (!over) await sleep();
    };
    for (;;) {
      const [section] = sections;
      const readBytes =
        section === undefined
          ? 0
          : await readSome(section, piece, sink).catch(() => givenUp(section));
      burst += readBytes;
      if (burst > burstBytes) await pause();
      if (readBytes > 0) continue;
      if (section === undefined || section.end === undefined) {
        if (over) return;
        await pause();
        continue;
      }
      sections.shift();
      closeSync(section.file);
      if (section.endsRun) sink.ended();
    }
  };
  const following = follow().catch(() => {
    // What takes the lines failed: it gets no more.
  });
  return {
    began: (path, start) => {
      close(sameFile(sections.at(-1), path) ? start : Infinity, true);
      add(path, start);
    },
    setAside: (path, copyPath, skippedBytes) => {
      const last = sections.at(-1);
      if (last === undefined) return;
      const { position } = last;
      last.void = true;
      close(position, false);
      if (position < skippedBytes) sink.skipped(skippedBytes - position);
      add(copyPath, Math.max(0, position - skippedBytes), Infinity);
      add(path, 0);
    },
    ended: () => close(Infinity, true),
    stop: async () => {
      const last = sections.at(-1);
      close(last === undefined ? 0 : fstatSync(last.file).size, true);
      over = true;
      wake();
      await following;
    },
  };
}

/** The agent starts whether its log can be read along or not. */
function tryOpen(path: string): number | undefined {
  try {
    return openRegular(path, constants.O_RDONLY);
  } catch {
    // Gone, no file any more, or no descriptor left: its lines are not passed on.
    return undefined;
  }
}

function sameFile(section: Section | undefined, path: string): boolean {
  if (section === undefined) return false;
  const file = tryOpen(path);
  if (file === undefined) return false;
  const same = fstatSync(file).ino === fstatSync(section.file).ino;
  closeSync(file);
  return same;
}

/** A disk that cannot be read costs the lines of this part of the log, never those of the next run. */
function givenUp(section: Section): number {
  section.end ??= section.position;
  section.void = true;
  return 0;
}

/** Gives back how much was read. */
async function readSome(section: Section, piece: Buffer, sink: TailSink): Promise<number> {
  const { size } = fstatSync(section.file);
  // Somebody else has emptied it.
  if (section.end === undefined && size < section.position) section.position = 0;
  const end = Math.min(section.end ?? Infinity, size);
  if (end - section.position > maxBehindBytes) {
    const position = end - keptBytes;
    sink.skipped(position - section.position);
    section.position = position;
  }
  const wanted = Math.min(piece.length, end - section.position);
  if (section.void || wanted <= 0) return 0;
  const { bytesRead } = await readPiece(section.file, piece, 0, wanted, section.position);
  // It was set aside meanwhile, and is read there.
  if ((section.void as boolean) || bytesRead === 0) return 0;
  section.position += bytesRead;
  sink.take(piece.subarray(0, bytesRead));
  return bytesRead;
}
