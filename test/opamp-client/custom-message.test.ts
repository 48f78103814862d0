import { test, expect } from "vitest";
import {
  noCustoms,
  customTurn,
  customsReceived,
  customsConnected,
} from "../../src/opamp-client/custom-message.ts";

const pending = { capability: "org.a", type: "t" };
const waiting = { ...noCustoms, pending };

test("a message waits until the server has spoken, and goes when both have named its capability", () => {
  expect(customTurn(noCustoms, ["org.a"])).toEqual({ is: "nothing" });
  expect(customTurn(waiting, ["org.a"])).toEqual({ is: "wait" });
  const customCapabilities = { capabilities: ["org.a"] };
  const heard = customsReceived(waiting, { customCapabilities });
  expect(customTurn(heard, ["org.a"])).toEqual({ is: "send", message: pending });
  // A later message without a list changes nothing.
  expect(customsReceived(heard, {})).toEqual(heard);
});

test("a capability that one side has not named is refused", () => {
  expect(customTurn(customsReceived(waiting, {}), ["org.a"])).toMatchObject({ is: "refuse" });
  expect(customTurn(waiting, undefined)).toMatchObject({ is: "refuse" });
  expect(customTurn(waiting, ["org.b"])).toMatchObject({ is: "refuse" });
});

test("an error of the server is no word about what it can", () => {
  expect(customsReceived(waiting, { errorResponse: {} })).toBe(waiting);
});

test("what a server named does not hold on the next connection", () => {
  const heard = customsReceived(waiting, { customCapabilities: { capabilities: ["org.a"] } });
  expect(customTurn(customsConnected(heard), ["org.a"])).toEqual({ is: "wait" });
});
