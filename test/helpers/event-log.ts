/** Things that happened, in order, and promises for things that will. */
export interface EventLog<T> {
  readonly all: readonly T[];
  add(entry: T): void;
  /** Resolves with the `count`th entry (from 1) that matches, whether it has happened yet or not. */
  until<M extends T>(matches: (entry: T) => entry is M, count?: number): Promise<M>;
  until(matches: (entry: T) => boolean, count?: number): Promise<T>;
}

/** An empty log. */
export function createEventLog<T>(): EventLog<T> {
  const all: T[] = [];
  const waiting = new Set<() => void>();
  return {
    all,
    add(entry: T): void {
      all.push(entry);
      for (const look of [...waiting]) look();
    },
    until(matches: (entry: T) => boolean, count = 1): Promise<never> {
      return new Promise<T>((resolve) => {
        const look = (): void => {
          const found = all.filter(matches)[count - 1];
          if (found === undefined) return;
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
        look();
      }) as Promise<never>;
    },
  };
}
