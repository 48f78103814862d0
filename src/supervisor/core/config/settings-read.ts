import type { Event } from "../state/event.ts";
import { withBinary } from "./binary.ts";
import { proposeAgain } from "./propose.ts";
import { retried } from "./retry.ts";
import type { CoreSettings } from "../state/core-settings.ts";
import { type State, withConfig } from "../state/state.ts";

/**
 * The operator's files were read again. What depends on them is rendered anew and goes the usual way. The agent is
 * started anew only for what no configuration can change. What failed before may be tried again, because the files may
 * have been the cause.
 */
export function settingsRead(
  state: State,
  { local, newBinary, facts, restartsAgent, lifts, at }: Extract<Event, { on: "settings-read" }>,
  core: CoreSettings,
): State {
  const { desired, identity } = state;
  const unasked = { ...identity, binary: facts, asking: false, problem: undefined };
  const next: State = {
    ...withConfig(state, { local }),
    identity: newBinary ? { ...unasked, notBefore: at } : identity,
    desired: restartsAgent
      ? { ...desired, restarts: desired.restarts + 1, restartedAt: at, restartDueAt: undefined }
      : desired,
  };
  const told = newBinary ? withBinary(next, { path: core.executable, facts }) : next;
  const proposed = proposeAgain(told, at, core);
  return lifts ? retried(proposed, at, core) : proposed;
}
