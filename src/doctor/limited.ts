import { messageOf } from "../errors.ts";
import { within } from "../time-limit.ts";
import { type Finding, problem, warning } from "./judge/finding.ts";

/** What a look has found, and whether something of it still goes on. */
export interface LookResult {
  readonly findings: readonly Finding[];
  readonly unfinished: boolean;
}

/** One look with a limit of its own: whatever becomes of it, the others are not lost. Never rejects. */
export async function limited(
  check: string,
  limitMs: number,
  look: () => Promise<readonly Finding[]>,
): Promise<LookResult> {
  const late = `it did not end within ${limitMs / 1000} s`;
  try {
    return { findings: await within(limitMs, late, look()), unfinished: false };
  } catch (error) {
    const unfinished = messageOf(error) === late;
    const found = unfinished
      ? warning(
          check,
          `this could not be looked at: ${late}`,
          "look what holds it up: a file system, a name service or a command that does not answer",
        )
      : problem(
          check,
          `this could not be looked at: ${messageOf(error)}`,
          "mend that, and run this command again",
        );
    return { findings: [found], unfinished };
  }
}
