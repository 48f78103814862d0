import { SupervisorError } from "../../errors.ts";
import { writeFault } from "../../files/write-fault.ts";

/** What became of a look at what is on disk. */
export interface Mended {
  /** What was not as it was written, and is again. */
  readonly restored: readonly string[];
  /** Why something could not be written again; undefined when all is as it should be. */
  readonly problem: string | undefined;
  /** False when the file that the agent reads is not what it is to run. */
  readonly inForce: boolean;
}

/** A place on disk and what makes it right; true when it was not. */
export interface Place {
  readonly path: string;
  /** True for the file that the agent reads. */
  readonly inForce?: boolean;
  readonly ensure: () => boolean;
}

/** Makes each place right, as far as that is possible: one that cannot be written keeps no other from being. */
export function mendAll(places: readonly Place[]): Mended {
  const restored: string[] = [];
  const problems: string[] = [];
  let inForce = true;
  for (const { path, ensure, inForce: isInForce = false } of places) {
    try {
      if (ensure()) restored.push(path);
    } catch (error) {
      problems.push(error instanceof SupervisorError ? error.message : writeFault(path, error));
      if (isInForce) inForce = false;
    }
  }
  return { restored, problem: problems[0], inForce };
}
