/** So many lines of a kind in so long. */
const mostLines = 5;
const windowMs = 10_000;

/**
 * Asked before each line that somebody else can cause as often as he likes: true while it may be written. `leftOut` is
 * told how many were not, once it may be again.
 */
export function createSparing(
  leftOut: (lines: number) => void,
  now: () => number = () => performance.now(),
): () => boolean {
  let begun = -Infinity;
  let written = 0;
  let missing = 0;
  return () => {
    if (now() - begun >= windowMs) {
      if (missing > 0) leftOut(missing);
      begun = now();
      written = 0;
      missing = 0;
    }
    if (written === mostLines) {
      missing += 1;
      return false;
    }
    written += 1;
    return true;
  };
}
