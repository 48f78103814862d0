import {
  AgentCapability,
  type CustomMessage,
  type ServerToAgent,
  ServerFlag,
} from "../../opamp-client/wire/messages.ts";
import {
  type Asking,
  type Fleet,
  keeping,
  obstacle,
  pushTo,
  refused,
  unknownAgent,
} from "./fleet-state.ts";
import { type KnownAgent, remember } from "./known-agent.ts";
import { layersMessage } from "./reported-layers.ts";
import { logWithdrawal } from "./offer-log.ts";
import { serverCapabilities, withMessages } from "./reply.ts";

/** What can be withdrawn. */
export type Withdrawable = "config" | "connections";

const mostWaiting = 10;

/** Forgets an agent that cannot be reached; when it comes back it is a new one. */
export function forget(fleet: Fleet, uid: string): Asking {
  const record = fleet.agents.get(uid);
  if (record === undefined) return unknownAgent(uid);
  if (record.link.at === "open") {
    return refused("the agent is connected: only one that is away can be forgotten");
  }
  return { news: { forgotten: [uid] }, delivery: { is: "pushed" } };
}

/** Wants no longer what was offered; what the agent has taken up of it already stays with it. */
export function withdraw(fleet: Fleet, uid: string, what: Withdrawable, now: number): Asking {
  const record = fleet.agents.get(uid);
  if (record === undefined) return unknownAgent(uid);
  const offered = what === "config" ? record.offer : record.settingsOffer;
  if (offered === undefined) return refused("nothing of this kind is offered to the agent");
  const without =
    what === "config"
      ? logWithdrawal({ ...record, offer: undefined, sentHash: undefined })
      : { ...record, settingsOffer: undefined, settingsSentHash: undefined };
  const title = what === "config" ? "Configuration" : "Connection settings";
  const noted = remember(without, [{ at: now, kind: "offer", text: `${title} withdrawn` }]);
  const why = "it is offered no longer; what the agent has taken up of it stays with it";
  return keeping(noted, { is: "unchanged", why });
}

/** Asks an agent for all that it can report. */
export function askFullState(fleet: Fleet, uid: string): Asking {
  const record = fleet.agents.get(uid);
  if (record === undefined) return unknownAgent(uid);
  if (record.link.at === "closed") return refused("the agent is not connected");
  const blocked = obstacle(record, AgentCapability.ReportsStatus, "to be asked for its state");
  if (blocked !== undefined) {
    return keeping({ ...record, fullStateWaiting: true }, { is: "waiting", why: blocked });
  }
  return pushTo(record, { ...addressed(record), flags: ServerFlag.ReportFullState });
}

/** Sends a message of one's own to an agent that has said that it understands its kind. */
export function sendMessage(
  fleet: Fleet,
  uid: string,
  message: CustomMessage & { readonly capability: string },
  now: number,
): Asking {
  const record = fleet.agents.get(uid);
  if (record === undefined) return unknownAgent(uid);
  const why = messageObstacle(record, message.capability);
  if (why !== undefined) return refused(why);
  const text = `Message ${message.type ?? ""} of ${message.capability} sent`;
  return sendTo(remember(record, [{ at: now, kind: "message", text }]), message);
}

/** Asks an agent which layer set each value of its configuration. */
export function askLayers(fleet: Fleet, uid: string): Asking {
  const record = fleet.agents.get(uid);
  if (record === undefined) return unknownAgent(uid);
  const why = messageObstacle(record, layersMessage.capability);
  if (why !== undefined) return refused(why);
  // One that waits is enough for all who want to know.
  const isAsked = record.messagesWaiting.includes(layersMessage);
  const about = { ...record, layers: undefined };
  if (isAsked) return keeping(about, { is: "waiting", why: "it is asked with its next message" });
  return sendTo(about, layersMessage);
}

function sendTo(record: KnownAgent, message: CustomMessage): Asking {
  const messagesWaiting = [...record.messagesWaiting, message].slice(-mostWaiting);
  const waiting = { ...record, messagesWaiting };
  const blocked = obstacle(record, AgentCapability.ReportsStatus, "messages");
  if (blocked !== undefined) return keeping(waiting, { is: "waiting", why: blocked });
  const { record: sent, parts } = withMessages(waiting);
  return pushTo(sent, { ...addressed(record), ...parts });
}

/** Why an agent can be sent no message of this kind; without a kind: none of any. */
export function messageObstacle(record: KnownAgent, capability?: string): string | undefined {
  if (record.link.at === "closed") return "the agent is not connected";
  const { customCapabilities: known } = record;
  if (known.length === 0) return "the agent has declared no custom capability";
  if (capability === undefined || known.includes(capability)) return undefined;
  return `the agent has not declared ${capability}, only ${known.join(", ")}`;
}

function addressed({ instanceUid }: KnownAgent): ServerToAgent {
  return { instanceUid, capabilities: serverCapabilities };
}
