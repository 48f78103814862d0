/** One at a time: whoever asks while it is under way gets the same answer. */
export function sharing<T>(fetch: () => Promise<T>): () => Promise<T> {
  let underWay: Promise<T> | undefined;
  return () => {
    underWay ??= fetch().finally(() => {
      underWay = undefined;
    });
    return underWay;
  };
}
