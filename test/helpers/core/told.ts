import { type LogLine, logLines } from "../../../src/supervisor/core/report/log-lines.ts";
import { transitionsOf } from "../../../src/supervisor/core/report/transitions.ts";
import type { Event } from "../../../src/supervisor/core/state/event.ts";
import type { State } from "../../../src/supervisor/core/state/state.ts";

/** The lines of the log that a change of state is worth. */
export function told(before: State, after: State, event: Event): readonly LogLine[] {
  return logLines(transitionsOf(before, after, event));
}
