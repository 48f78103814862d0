import { expect, test } from "vitest";
import { layersCapability } from "../../../../src/agent-config/told/layers-capability.ts";
import {
  isOfMessages,
  messagesChanged,
} from "../../../../src/supervisor/core/agent/custom-messages.ts";
import { healthyWithExtension } from "../../../helpers/core/extension-world.ts";

const get = { capability: layersCapability, type: "get" };

test("a question about layers is ours, and every other message is the extension's", () => {
  const { world, say } = healthyWithExtension();
  say({ capabilities: ["x", layersCapability] });
  const state = world.state();
  const ours = messagesChanged(state, { on: "server-messaged", message: get, at: 0 });
  expect([ours.layers.isAsked, ours.extension.toExtension]).toEqual([true, []]);
  const message = { ...get, capability: "x" };
  const theirs = messagesChanged(state, { on: "server-messaged", message, at: 0 });
  expect([theirs.layers.isAsked, theirs.extension.toExtension]).toEqual([false, [message]]);
});

test("an answer waits for its turn, and the next one for the end of the one before", () => {
  const state = healthyWithExtension().world.state();
  const told = messagesChanged(state, { on: "layers-told", told: { unknown: "x" }, at: 0 });
  expect(told.extension.toServer).toHaveLength(1);
  const sent = messagesChanged(told, { on: "message-settled", at: 0 });
  expect(sent.extension.sending).toBe(false);
  expect(isOfMessages({ on: "ticked", at: 0 })).toBe(false);
});
