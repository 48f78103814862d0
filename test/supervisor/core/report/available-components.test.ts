import { expect, test } from "vitest";
import { availableComponentsOf } from "../../../../src/supervisor/core/report/available-components.ts";
import { initialState } from "../../../../src/supervisor/core/state/state.ts";
import { binary, uid } from "../../../helpers/core/core-samples.ts";

test("the components are those of the binary in force; without one nobody knows them", () => {
  const state = initialState(uid);
  expect(availableComponentsOf(state)).toBeUndefined();
  const known = { ...state, identity: { ...state.identity, binary } };
  expect(availableComponentsOf(known)).toEqual({
    components: binary.components,
    hash: Uint8Array.from([0xaa, 0xbb]),
  });
});
