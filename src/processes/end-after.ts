import { endGroup } from "./end-group.ts";

/** When a command is ended that does not end by itself. */
interface Bounds {
  readonly timeoutMs: number;
  /** Ends it early. */
  readonly signal?: AbortSignal | undefined;
  /** So long it may take to end by itself after SIGTERM; 0: no such word. */
  readonly graceMs?: number;
}

/** The time that a command has. */
export interface TimeLimit {
  readonly reached: () => boolean;
  readonly lift: () => void;
}

/** Ends a group after a time, at an abort, and with this process. `ended` is called when it was ended by force. */
export function endAfter(
  pid: number | undefined,
  { timeoutMs, graceMs = 0, signal }: Bounds,
  ended: () => void = () => undefined,
): TimeLimit {
  let reached = false;
  let over = false;
  let ending: NodeJS.Timeout | undefined;
  const kill = (): void => {
    if (pid !== undefined) endGroup(pid);
    ended();
  };
  const end = (): void => {
    if (over || pid === undefined) return;
    over = true;
    if (graceMs === 0) kill();
    else {
      endGroup(pid, "SIGTERM");
      ending = setTimeout(kill, graceMs);
    }
  };
  const timer = setTimeout(() => {
    reached = true;
    end();
  }, timeoutMs);
  process.once("exit", kill);
  signal?.addEventListener("abort", end);
  if (signal?.aborted === true) end();
  return {
    reached: () => reached,
    lift: () => {
      clearTimeout(timer);
      clearTimeout(ending);
      process.off("exit", kill);
      signal?.removeEventListener("abort", end);
      // The first process of the group may be gone before its own children are.
      if (ending !== undefined && pid !== undefined) endGroup(pid);
    },
  };
}
