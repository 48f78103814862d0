import type { ReadonlySignal } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";
import { get } from "./ask-server.ts";

/** What was read from a path; `why`: it could not be read. */
export interface Read<T> {
  readonly value: T | undefined;
  readonly why: string | undefined;
  readonly missing: boolean;
}

/** Reads from a path, and again whenever `moment` is another one; requests never overtake each other. */
export function useAnswer<T>(path: string, moment: unknown): Read<T> {
  const [read, setRead] = useState<Read<T> & { readonly path: string }>(() => unread(path));
  const [keeping] = useState(() => ({ busy: false, again: false, path, gone: false }));
  keeping.path = path;
  useEffect(() => {
    keeping.gone = false;
    return () => {
      keeping.gone = true;
    };
  }, [keeping]);
  useEffect(() => {
    const look = async (): Promise<void> => {
      keeping.again = true;
      if (keeping.busy) return;
      keeping.busy = true;
      while (keeping.again && !keeping.gone) {
        keeping.again = false;
        const asked = keeping.path;
        const answer = await get<T>(asked);
        if (asked !== keeping.path) keeping.again = true;
        else if (answer.ok) {
          setRead({ path: asked, value: answer.value, why: undefined, missing: false });
        } else {
          setRead((before) => ({
            path: asked,
            value: answer.status === 404 || before.path !== asked ? undefined : before.value,
            why: answer.text,
            missing: answer.status === 404,
          }));
        }
      }
      keeping.busy = false;
    };
    void look();
  }, [path, moment, keeping]);
  return read.path === path ? read : unread(path);
}

function unread(path: string): {
  readonly path: string;
  readonly value: undefined;
  readonly why: undefined;
  readonly missing: false;
} {
  return { path, value: undefined, why: undefined, missing: false };
}

/** A number that rises with each change of a list, to read the list again by it. */
export function momentOf(...changes: readonly ReadonlySignal<number>[]): number {
  return changes.reduce((sum, { value }) => sum + value, 0);
}
