import { X509Certificate } from "node:crypto";
import type { Socket } from "node:net";
import { TLSSocket } from "node:tls";

/** A client certificate that a peer has shown and has proved to have the key for. */
export interface PeerCertificate {
  readonly subject: string;
  /** SHA-256, hexadecimal with colons. */
  readonly fingerprint: string;
  /** Ms since the epoch. */
  readonly expiresAt: number;
  /** Our own authority has signed it. */
  readonly issuedHere: boolean;
}

/** Looks at what the peer of a connection has shown; undefined without TLS or a certificate. */
export function peerCertificateOf(
  socket: Socket,
  authorityCert: string,
): PeerCertificate | undefined {
  const shown = socket instanceof TLSSocket ? socket.getPeerX509Certificate() : undefined;
  if (shown === undefined) return undefined;
  const authority = new X509Certificate(authorityCert);
  return {
    subject: shown.subject,
    fingerprint: shown.fingerprint256,
    expiresAt: Date.parse(shown.validTo),
    issuedHere: shown.checkIssued(authority) && shown.verify(authority.publicKey),
  };
}
