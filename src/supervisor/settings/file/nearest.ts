/** The word that is most likely meant by a misspelled one; undefined when none is close. */
export function nearest(written: string, known: readonly string[]): string | undefined {
  const plain = normal(written);
  const limit = Math.max(1, Math.floor(plain.length / 3));
  let best: string | undefined;
  let bestDistance = limit + 1;
  for (const word of known) {
    const between = distance(plain, normal(word));
    if (between < bestDistance) [best, bestDistance] = [word, between];
  }
  return best;
}

// `configFiles` and `Config-Files` are as close to `config_files` as can be.
function normal(word: string): string {
  return word.toLowerCase().replaceAll(/[_\-. ]/g, "");
}

// Levenshtein distance, one row at a time; two letters that changed places count once.
function distance(a: string, b: string): number {
  let before: readonly number[] = [];
  let row: readonly number[] = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 0; i < a.length; i += 1) {
    const next = [i + 1];
    for (let j = 0; j < b.length; j += 1) {
      const replaced = (row[j] ?? 0) + (a[i] === b[j] ? 0 : 1);
      const swapped = i > 0 && j > 0 && a[i] === b[j - 1] && a[i - 1] === b[j];
      const turned = swapped ? (before[j - 1] ?? 0) + 1 : Infinity;
      next.push(Math.min(replaced, turned, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    [before, row] = [row, next];
  }
  return row[b.length] ?? 0;
}
