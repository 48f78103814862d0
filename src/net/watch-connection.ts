import type { ClientRequest } from "node:http";
import { type Socket, isIP } from "node:net";
import type { PeerCertificate, TLSSocket } from "node:tls";

/**
 * How far the connection of a request has come.
 * - `proxy`: the proxy makes it.
 * - `name`: the name of the host is looked up.
 * - `connection`: the host is asked for a connection.
 * - `handshake`: TLS is agreed on.
 * - `answer`: the request goes out, and its answer is waited for.
 */
type Phase = "proxy" | "name" | "connection" | "handshake" | "answer";

/** What is known of a connection while it is made; kept for the words when it fails. */
export interface Progress {
  phase: Phase;
  /** The connection is encrypted, once `phase` is `handshake` or `answer`. */
  secure: boolean;
  /** Nothing has been said on it yet. */
  fresh: boolean;
  /** What the other side showed, with the certificates behind it; there before it is checked. */
  certificate: PeerCertificate | undefined;
}

const late: Readonly<Record<Phase, string>> = {
  proxy: "the proxy made no connection",
  name: "the name service gave no address for the host",
  connection: "no connection",
  handshake: "the TLS handshake did not end",
  answer: "no answer",
};

type Encrypted = Socket & Pick<TLSSocket, "getPeerCertificate">;

/** Follows the connection that a request gets. `established` is called when nothing but the answer is missing. */
export function watchConnection(
  request: ClientRequest,
  host: string,
  tunnelled: boolean,
  established: () => void,
): Progress {
  const begins = isIP(host) > 0 ? "connection" : "name";
  const progress: Progress = {
    phase: tunnelled ? "proxy" : begins,
    secure: false,
    fresh: true,
    certificate: undefined,
  };
  request.once("socket", (socket) => {
    progress.secure = "encrypted" in socket;
    const ready = (): void => {
      progress.phase = "answer";
      established();
    };
    progress.fresh = !request.reusedSocket;
    if (request.reusedSocket) {
      ready();
      return;
    }
    if (progress.secure) watchHandshake(socket as Encrypted, progress, ready);
    const connected = (): void => {
      if (progress.secure) progress.phase = "handshake";
      else ready();
    };
    if (socket.connecting) watchConnect(socket, progress, connected);
    else connected();
  });
  return progress;
}

function watchConnect(socket: Socket, progress: Progress, connected: () => void): void {
  socket.once("lookup", () => (progress.phase = "connection"));
  socket.once("connect", connected);
}

function watchHandshake(socket: Encrypted, progress: Progress, ready: () => void): void {
  socket.once("secureConnect", ready);
  // Node checks the certificate in this event, and what it refuses cannot be read afterwards.
  socket.prependOnceListener("secure", () => {
    progress.certificate = socket.getPeerCertificate(true);
  });
}

/** The error of a connection that was not there in time; the words say what was being waited for. */
export function tooLate(progress: Progress, withinMs: number): Error {
  return new Error(`${late[progress.phase]} within ${withinMs} ms`);
}
