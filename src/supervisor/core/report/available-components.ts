import type { AvailableComponents } from "../../../opamp-client/wire/messages.ts";
import { factsInForce, toldOfBinary } from "../config/binary.ts";
import type { State } from "../state/state.ts";

/** What the binary can run; the extension's list has names that the binary's own one leaves out. */
export function availableComponentsOf(state: State): AvailableComponents | undefined {
  const { components } = toldOfBinary(state);
  if (components !== undefined) return components;
  const binary = factsInForce(state);
  // Without a binary nobody knows them.
  if (binary === undefined || binary.componentsHash === "") return undefined;
  return {
    components: binary.components,
    hash: Uint8Array.from(Buffer.from(binary.componentsHash, "hex")),
  };
}
