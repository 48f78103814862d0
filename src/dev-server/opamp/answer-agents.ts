import { messageOf } from "../../errors.ts";
import { decodeAgentToServer } from "../../opamp-client/wire/codec.ts";
import { uidToText, newInstanceUid } from "../../opamp-client/wire/instance-uid.ts";
import {
  type AgentToServer,
  type ServerToAgent,
  ServerErrorType,
} from "../../opamp-client/wire/messages.ts";
import type { Connection } from "../fleet/known-agent.ts";
import type { Authority } from "../connections/authority.ts";
import { answerRequest } from "../fleet/certificate-answer.ts";
import type { PostDevServerEvent } from "../fleet/dev-server-event.ts";
import { disconnect, receive } from "../fleet/fleet.ts";
import type { KeptFleet } from "../kept/kept-fleet.ts";
import type { Answering } from "./opamp-sockets.ts";
import { badRequest, unavailable } from "../fleet/reply.ts";
import type { Overload } from "../shapes/api-shapes.ts";
import { overloadedWords } from "./overload.ts";

/** Answers bytes from agents with what the fleet says; never throws, whatever the bytes are. An offer is flushed before it is said. */
export function createAnswering(
  kept: KeptFleet,
  authority: Authority,
  now: () => number,
  flush: () => void,
  post: PostDevServerEvent,
  overload: () => Overload,
): Answering {
  return {
    answer: (connection, body, meets) => {
      const message = readMessage(body);
      if (typeof message !== "string") {
        const { on, retryAfterSeconds } = overload();
        if (on) return unavailable(overloadedWords, message.instanceUid, retryAfterSeconds);
        const { link } = kept.current().agents.get(uidToText(message.instanceUid)) ?? {};
        if (link?.at === "open" && link.connection.id !== connection.id)
          meets?.(link.connection.id);
        const { length: bytes } = body;
        return answerMessage({ kept, authority, now, flush, post }, connection, message, bytes);
      }
      post({ on: "message-refused", connectionId: connection.id, why: message });
      return badRequest(message);
    },
    closed: (connectionId, why) => {
      kept.learn(disconnect(kept.current(), connectionId, why, now()));
    },
    revoked: ({ fingerprint }) => kept.current().revoked.has(fingerprint),
  };
}

interface Hands {
  readonly kept: KeptFleet;
  readonly authority: Authority;
  readonly now: () => number;
  readonly flush: () => void;
  readonly post: PostDevServerEvent;
}

function answerMessage(
  { kept, authority, now, flush, post }: Hands,
  connection: Connection,
  message: AgentToServer,
  bytes: number,
): ServerToAgent {
  const { instanceUid, sequenceNum } = message;
  post({
    on: "message-received",
    connectionId: connection.id,
    uid: uidToText(instanceUid),
    sequenceNum: sequenceNum.toString(),
    parts: Object.keys(message),
  });
  try {
    const at = now();
    const certificate = answerRequest(authority, kept.current(), connection, message, at);
    const freshUid = newInstanceUid();
    const received = { connection, message, bytes, now: at, freshUid, certificate };
    const { news, reply } = receive(kept.current(), received);
    kept.learn(news);
    noteRefusal(post, connection, reply);
    const { remoteConfig, connectionSettings, packagesAvailable } = reply;
    const offers = [remoteConfig, connectionSettings, packagesAvailable];
    if (offers.some((offer) => offer !== undefined)) flush();
    return reply;
  } catch (error) {
    const errorMessage = `the server failed on this message: ${messageOf(error)}`;
    post({ on: "message-refused", connectionId: connection.id, why: errorMessage });
    return { instanceUid, errorResponse: { type: ServerErrorType.Unknown, errorMessage } };
  }
}

function noteRefusal(post: PostDevServerEvent, { id }: Connection, reply: ServerToAgent): void {
  const why = reply.errorResponse?.errorMessage;
  if (why !== undefined) post({ on: "message-refused", connectionId: id, why });
}

/** The message, or the reason why these bytes are none that can be answered. */
function readMessage(body: Uint8Array): AgentToServer | string {
  try {
    const message = decodeAgentToServer(body);
    const { length } = message.instanceUid;
    return length === 16 ? message : `expected an instance_uid of 16 bytes, found ${length}`;
  } catch (error) {
    return messageOf(error);
  }
}
