import { layersCapability } from "../../../agent-config/told/layers-capability.ts";
import type { Event } from "../state/event.ts";
import type { State } from "../state/state.ts";
import { messageSettled, serverMessaged } from "./extension.ts";
import { layersAskedFor, layersTold } from "./layers-told.ts";

type MessageEvent = Extract<Event, { on: "server-messaged" | "layers-told" | "message-settled" }>;

/** True of what happens to custom messages of the server's and ours. */
export function isOfMessages(event: Event): event is MessageEvent {
  return ["server-messaged", "layers-told", "message-settled"].includes(event.on);
}

/** A message of the server is a question to us, or something for the extension. */
export function messagesChanged(state: State, event: MessageEvent): State {
  switch (event.on) {
    case "server-messaged":
      return event.message.capability === layersCapability
        ? layersAskedFor(state, event.message)
        : serverMessaged(state, event.message);
    case "layers-told":
      return layersTold(state, event.told, event.at);
    case "message-settled":
      return messageSettled(state);
  }
}
