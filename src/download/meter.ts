/** How a download goes; `percent` is 0 while the size is unknown. */
export interface DownloadProgress {
  readonly doneBytes: number;
  readonly totalBytes: number | undefined;
  readonly percent: number;
  readonly bytesPerSecond: number;
}

export type OnProgress = (progress: DownloadProgress) => void;

/** Told of bytes as they arrive; the first of them may have come long ago. */
export interface Meter {
  /** A connection begins at this byte. */
  readonly from: (doneBytes: number, totalBytes: number | undefined) => void;
  readonly add: (bytes: number) => void;
  /** Tells of the end. */
  readonly end: () => void;
}

const everyMs = 3_000;

/** Tells how a download goes, at its beginning and its end, and seldom in between. */
export function startMeter(onProgress: OnProgress, now: () => number): Meter {
  let [done, total] = [0, undefined as number | undefined];
  let told = { atMs: now(), done: 0, isFirst: true };
  const tell = (): void => {
    const passedMs = now() - told.atMs;
    const bytesPerSecond = passedMs > 0 ? Math.max(0, done - told.done) / (passedMs / 1000) : 0;
    const percent = total === undefined || total === 0 ? 0 : Math.min(100, (100 * done) / total);
    onProgress({ doneBytes: done, totalBytes: total, percent, bytesPerSecond });
    told = { atMs: now(), done, isFirst: false };
  };
  return {
    from(doneBytes, totalBytes) {
      [done, total] = [doneBytes, totalBytes];
      told = { ...told, done };
      if (told.isFirst) tell();
    },
    add(bytes) {
      done += bytes;
      if (now() - told.atMs >= everyMs) tell();
    },
    end: tell,
  };
}
