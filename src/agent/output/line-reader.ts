/** Takes the agent's output in order. */
export interface OutputSink {
  /** One or more whole lines, each with its line break. */
  readonly lines: (text: string) => void;
  /** The beginning of a line that is too long, without a line break, and how much of it is missing. */
  readonly cutLine: (beginning: string, cutBytes: number) => void;
  /** The run has ended: nothing more comes. */
  readonly ended?: () => void;
}

/** Makes lines of the bytes of one output. */
interface LineReader {
  readonly take: (bytes: Buffer) => void;
  /** Nothing more comes: what has no line break is a line too. */
  readonly end: () => void;
}

/** A longer line is cut: it could fill the memory, and in pieces it would be no record any more. */
export const maxLineBytes: number = 256 * 1024;

const lineBreak = 10;

/** Bytes that are no UTF-8 become U+FFFD. */
export function createLineReader(sink: OutputSink): LineReader {
  let begun: Buffer | undefined;
  let begunBytes = 0;
  let cutBytes = 0;

  const keep = (bytes: Buffer): void => {
    if (bytes.length === 0) return;
    // A copy: the pieces that arrive are parts of much larger memory.
    begun ??= Buffer.allocUnsafe(maxLineBytes);
    const kept = bytes.copy(begun, begunBytes);
    begunBytes += kept;
    cutBytes += bytes.length - kept;
  };
  const finish = (): void => {
    const text = begun?.toString("utf8", 0, begunBytes) ?? "";
    if (cutBytes > 0) sink.cutLine(text, cutBytes);
    else sink.lines(`${text}\n`);
    begunBytes = 0;
    cutBytes = 0;
  };
  return {
    take: (bytes) => {
      const whole = bytes.lastIndexOf(lineBreak) + 1;
      if (whole === 0) return keep(bytes);
      let first = 0;
      if (begunBytes > 0) {
        first = bytes.indexOf(lineBreak) + 1;
        keep(bytes.subarray(0, first - 1));
        finish();
      }
      if (whole > first) sink.lines(bytes.toString("utf8", first, whole));
      keep(bytes.subarray(whole));
    },
    end: () => {
      if (begunBytes > 0) finish();
    },
  };
}
