/** How much is taken in; data, so that a test can choose other numbers. */
export interface PaceLimits {
  /** What may come at once: a message costs one, and one more for every so many bytes. */
  readonly burst: number;
  readonly bytesEach: number;
  /** How often one more of the burst is there again. */
  readonly everyMs: number;
}

/** Takes in the frames of one connection, in order, and no faster than the limits allow. */
interface ReadingPace<Frame> {
  readonly take: (frame: Frame) => void;
  /** Tells of one that was worth something to us; all others are free. */
  readonly cost: (bytes: number) => void;
  /** Forgets what waits. */
  readonly close: () => void;
}

/** The connection that is read. */
interface Reading<Frame> {
  readonly pass: (frame: Frame) => void;
  /** What comes next stays with the sender, but for the little that has been read already. */
  readonly hold: () => void;
  readonly goOn: () => void;
}

/** Whoever sends more than we take has to wait: a flood costs neither memory nor the time that all else needs. */
export function createReadingPace<Frame>(
  { pass, hold, goOn }: Reading<Frame>,
  { burst, bytesEach, everyMs }: PaceLimits,
): ReadingPace<Frame> {
  let left = burst;
  let [isHeld, isOver] = [false, false];
  let waiting: Frame[] = [];
  let timer: NodeJS.Timeout | undefined;
  const isSpent = (): boolean => left <= 0;
  const turn = (): void => {
    left = Math.min(left + 1, burst);
    let done = 0;
    for (; !isSpent() && done < waiting.length; done += 1) pass(waiting[done] as Frame);
    waiting = waiting.slice(done);
    if (left === burst) {
      clearInterval(timer);
      timer = undefined;
    }
    if (!isHeld || isSpent() || waiting.length > 0) return;
    isHeld = false;
    goOn();
  };
  return {
    take: (frame) => {
      if (isOver) return;
      if (isSpent() || waiting.length > 0) waiting.push(frame);
      else pass(frame);
    },
    cost: (bytes) => {
      left -= 1 + Math.floor(bytes / bytesEach);
      timer ??= setInterval(turn, everyMs);
      if (isHeld || !isSpent()) return;
      isHeld = true;
      hold();
    },
    close: () => {
      isOver = true;
      clearInterval(timer);
      waiting = [];
    },
  };
}
