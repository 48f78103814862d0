import { takeLock } from "../../files/directory-lock.ts";
import type { Opening } from "./database.ts";

/** The right to use a file, which nobody else has at the same time. */
export interface Hold {
  /** Opens the file, and has the right to it afterwards where it was opened. */
  readonly open: () => Opening;
  readonly release: () => void;
}

/** Has nothing yet: `open` opens a file that nobody else may open meanwhile. */
export function createHold(path: string, open: () => Opening): Hold {
  let release: (() => void) | undefined;
  const letGo = (): void => {
    release?.();
    release = undefined;
  };
  return {
    open: () => {
      // The lock stands beside the file, and may have gone with it.
      letGo();
      const lock = takeLock(`${path}.in-use`, "machine");
      if (lock.is === "held") {
        const by = lock.pid === undefined ? "another server" : `another server, pid ${lock.pid}`;
        const why = `${path} is in use by ${by}: stop it, or name another file with --state`;
        return { is: "refused", why };
      }
      release = lock.release;
      try {
        const opening = open();
        if (opening.is === "refused") letGo();
        return opening;
      } catch (error) {
        letGo();
        throw error;
      }
    },
    release: letGo,
  };
}
