import type { WebSocket, RawData } from "ws";
import { encodeServerToAgent } from "../../opamp-client/wire/codec.ts";
import type { ServerToAgent } from "../../opamp-client/wire/messages.ts";
import { addFrameHeader, readFrame } from "../../opamp-client/wire/ws-frame.ts";
import type { Connection } from "../fleet/known-agent.ts";
import type { PostDevServerEvent } from "../fleet/dev-server-event.ts";
import type { PeerCertificate } from "../connections/peer-certificate.ts";
import { badRequest } from "../fleet/reply.ts";

/** Who answers the messages. Both functions must not throw. */
export interface Answering {
  /** `meets` is called with each other connection that the sender is known on, before anything is decided. */
  answer(
    connection: Connection,
    body: Uint8Array,
    meets?: (connectionId: string) => void,
  ): ServerToAgent;
  closed(connectionId: string, why: string): void;
  /** Whether whoever shows this is to be kept out. */
  revoked(certificate: PeerCertificate): boolean;
}

/** The open WebSocket connections of the server. */
interface Sockets {
  add(socket: WebSocket, from: string, about: Pick<Connection, "certificate" | "guestFrom">): void;
  send(connectionId: string, message: ServerToAgent): boolean;
  /** Ends a connection whose peer may be here no more. */
  expel(connectionId: string, why: string): void;
  close(): Promise<void>;
}

/** A peer that did not answer a ping by the next one is gone without having said so. */
const pingEveryMs = 15_000;
const closeWithinMs = 1_000;
const goingAway = 1001;
const policyViolation = 1008;

/** Keeps the connections: one answer for each message, close frames, and a pulse for dead peers. */
export function createSockets(
  maxMessageBytes: number,
  answering: Answering,
  post: PostDevServerEvent,
): Sockets {
  const open = new Map<string, WebSocket>();
  const silent = new Set<string>();
  let opened = 0;

  const forget = (id: string, why: string): void => {
    silent.delete(id);
    if (open.delete(id)) answering.closed(id, why);
  };
  const send = (id: string, message: ServerToAgent): boolean => {
    const frame = addFrameHeader(encodeServerToAgent(message));
    const parts = Object.keys(message);
    if (frame.length > maxMessageBytes) {
      post({ on: "message-withheld", connectionId: id, bytes: frame.length });
      return false;
    }
    const socket = open.get(id);
    if (socket === undefined || socket.readyState !== socket.OPEN) return false;
    socket.send(frame);
    post({ on: "message-sent", connectionId: id, parts, bytes: frame.length });
    return true;
  };
  // A peer that reconnects while its old connection still says goodbye is not a duplicate.
  const forgetClosing = (other: string): void => {
    const socket = open.get(other);
    if (socket !== undefined && socket.readyState !== socket.OPEN) {
      forget(other, "the connection closed");
    }
  };
  const pulse = setInterval(() => {
    for (const [id, socket] of open) {
      if (silent.has(id)) {
        socket.terminate();
      } else {
        silent.add(id);
        socket.ping();
      }
    }
  }, pingEveryMs);
  pulse.unref();

  return {
    add: (socket, from, about) => {
      opened += 1;
      const id = `ws-${opened}`;
      const connection: Connection = { id, transport: "websocket", ...about };
      open.set(id, socket);
      post({ on: "link-opened", connectionId: id, from });
      socket.on("pong", () => silent.delete(id));
      socket.on("message", (frame, binary) => {
        silent.delete(id);
        send(id, answerFrame(connection, frame, binary, answering, post, forgetClosing));
      });
      socket.on("error", (error) =>
        post({ on: "link-failed", connectionId: id, why: error.message }),
      );
      socket.on("close", (closeCode) => {
        post({ on: "link-closed", connectionId: id, closeCode });
        forget(id, `the connection closed (code ${closeCode})`);
      });
    },
    send,
    expel: (id, why) => {
      const socket = open.get(id);
      if (socket !== undefined) void closeSocket(socket, policyViolation, why);
    },
    close: async () => {
      clearInterval(pulse);
      const why = "the server is closing";
      await Promise.all([...open.values()].map((each) => closeSocket(each, goingAway, why)));
    },
  };
}

function answerFrame(
  connection: Connection,
  frame: RawData,
  binary: boolean,
  answering: Answering,
  post: PostDevServerEvent,
  meets: (connectionId: string) => void,
): ServerToAgent {
  const body = binary ? readFrame(bytesOf(frame)) : undefined;
  if (body !== undefined) return answering.answer(connection, body, meets);
  const why = binary
    ? "expected the frame header 0 in front of the message, found another one"
    : "expected a binary WebSocket message, found a text message";
  post({ on: "message-refused", connectionId: connection.id, why });
  return badRequest(why);
}

function bytesOf(frame: RawData): Uint8Array {
  if (Array.isArray(frame)) return Buffer.concat(frame);
  return frame instanceof ArrayBuffer ? new Uint8Array(frame) : frame;
}

/** Says goodbye with a close frame; a peer that does not answer it is cut off. */
function closeSocket(socket: WebSocket, code: number, why: string): Promise<void> {
  return new Promise((resolve) => {
    const cut = setTimeout(() => socket.terminate(), closeWithinMs);
    socket.once("close", () => {
      clearTimeout(cut);
      resolve();
    });
    socket.close(code, why);
  });
}
