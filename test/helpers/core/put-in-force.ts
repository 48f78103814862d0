import type { Generation } from "../../../src/supervisor/core/state/generation.ts";
import type { Store } from "../../../src/supervisor/store/store.ts";

/** Keeps a generation and makes `effective.yaml` hold it, as the edge does. */
export function putInForceIn(store: Store, generation: Generation): void {
  store.keep(generation);
  store.publish(generation);
}
