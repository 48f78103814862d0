/** A time is waited for in so many parts. */
const parts = 10;

/**
 * Calls back after a time in which this process could have taken an answer: a part that is over late, because
 * something else kept the process busy or it was stopped, counts no more than its own length, and what came meanwhile
 * is read first. The answer is a function that calls it off.
 */
export function afterOwnTime(timeMs: number, then: () => void): () => void {
  let left = parts;
  let timer: NodeJS.Timeout | undefined;
  let turn: NodeJS.Immediate | undefined;
  const wait = (): void => {
    timer = setTimeout(() => {
      left -= 1;
      if (left > 0) wait();
      else turn = setImmediate(then);
    }, timeMs / parts);
  };
  wait();
  return () => {
    clearTimeout(timer);
    clearImmediate(turn);
  };
}
