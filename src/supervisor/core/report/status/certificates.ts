import type { State } from "../../state/state.ts";
import type { WallTime } from "../../state/time.ts";
import { isoTime } from "./status-time.ts";

/** A certificate in a file that supervisor.yaml names. */
export interface FileCertificate {
  readonly use: "server.tls.cert" | "server.tls.ca";
  readonly file: string | null;
  readonly subject: string;
  readonly expiresAt: WallTime;
}

/** A certificate, and how long it is good for. */
export interface CertificateStatus {
  readonly use: FileCertificate["use"] | "client certificate of the server";
  /** Null where it is in no file of its own. */
  readonly file: string | null;
  /** Null where it is not known. */
  readonly subject: string | null;
  readonly expiresAt: string;
  /** With one decimal; below zero when it has expired. */
  readonly daysLeft: number;
}

const dayMs = 86_400_000;

/** All certificates, the one that expires first before the others. */
export function certificates(
  { connections }: State,
  files: readonly FileCertificate[],
  wall: WallTime,
): readonly CertificateStatus[] {
  const { certificate } = connections.server ?? {};
  const left = ({ unixMs }: WallTime): number =>
    Math.round(((unixMs - wall.unixMs) / dayMs) * 10) / 10;
  const offered: readonly CertificateStatus[] =
    certificate === undefined
      ? []
      : [
          {
            use: "client certificate of the server",
            ...{ file: null, subject: null },
            expiresAt: isoTime(certificate.expiresAt),
            daysLeft: left(certificate.expiresAt),
          },
        ];
  const named = files.map((one) => ({
    ...one,
    expiresAt: isoTime(one.expiresAt),
    daysLeft: left(one.expiresAt),
  }));
  return [...offered, ...named].toSorted((a, b) => a.daysLeft - b.daysLeft);
}
