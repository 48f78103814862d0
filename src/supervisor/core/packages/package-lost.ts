import { localBinary, withBinary, withDelivered } from "../config/binary.ts";
import type { CoreSettings } from "../state/core-settings.ts";
import { type State, withPackages } from "../state/state.ts";

/**
 * Somebody has removed the version that is in force: the binary of supervisor.yaml is there, and what is still offered is
 * fetched again. A version on trial has failed by its own end.
 */
export function packageLost(state: State, executable: string, core: CoreSettings): State {
  const { accepted } = state.packages;
  if (accepted?.package === undefined || accepted.path !== executable) return state;
  const left = withDelivered(state, ({ path, facts }) => (path === executable ? undefined : facts));
  return withPackages(withBinary(left, localBinary(state, core)), { unswept: true });
}
