import { constants } from "node:os";

/** What stands before the agent's command line, so that the kernel keeps it from writing where it must not. */
export interface Wall {
  /** Empty where there is none. */
  readonly command: readonly string[];
  /** True: its first process stays, and the collector is a child of that. */
  readonly stays: boolean;
}

/** An agent that nothing confines. */
export const noWall: Wall = { command: [], stays: false };

/** A command line behind a wall. */
export function behindWall(
  { command }: Wall,
  program: string,
  args: readonly string[],
): readonly [string, readonly string[]] {
  const [first = program, ...rest] = [...command, program, ...args];
  return [first, rest];
}

/** How a process ended. */
interface End {
  readonly code: number | undefined;
  readonly signal: string | undefined;
}

/** How the agent ended, where a process of the wall has told it: that one has no other word for a signal than a number. */
export function endBehind({ stays }: Wall, end: End): End {
  if (!stays || end.code === undefined) return end;
  const signal = Object.entries(constants.signals).find(
    ([, number]) => number === (end.code ?? 0) - 128,
  );
  return signal === undefined ? end : { code: undefined, signal: signal[0] };
}
