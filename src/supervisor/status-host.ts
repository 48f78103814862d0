import { X509Certificate } from "node:crypto";
import { join, resolve } from "node:path";
import { textOrNothing } from "../files/read-if-there.ts";
import type { FileCertificate } from "./core/report/status/certificates.ts";
import type { StatusHost } from "./core/report/status/status-answer.ts";
import { wallTime } from "./core/state/wall-clock.ts";
import type { Settings, TlsSettings } from "./settings/settings.ts";

/** What status tells beside the state: where things lie, and the certificates in files as they are now. */
export function statusHost(
  settings: Settings,
  directory: string,
  of: Pick<StatusHost, "version" | "begunAt">,
): StatusHost {
  const { agent, server, log } = settings;
  const own = agent.attach === undefined && !agent.passthroughLogs;
  return {
    ...of,
    pid: process.pid,
    endpoint: server.endpoint,
    paths: {
      settings: resolve(settings.file),
      storage: directory,
      effectiveConfig: agent.attach?.configPath ?? join(directory, "effective.yaml"),
      agentLog: own ? join(directory, "agent.log") : null,
      supervisorLogs: log.outputPaths,
    },
    certificates: certificatesIn(server.tls),
  };
}

function certificatesIn({ cert, certFile, ca, caFile }: TlsSettings): readonly FileCertificate[] {
  return [
    ...certificateOf("server.tls.cert", textOf(certFile, cert), certFile),
    ...certificateOf("server.tls.ca", textOf(caFile, ca), caFile),
  ];
}

/** A file may have been replaced since it was read. */
function textOf(file: string | undefined, text: string | undefined): string {
  const now = file === undefined ? "" : textOrNothing(file);
  return now === "" ? (text ?? "") : now;
}

const aCertificate = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;

/** Bundles of authorities are long: only so many are looked at. */
const mostLookedAt = 20;

/** Of several in one file that which expires first; none where it cannot be read. */
function certificateOf(
  use: FileCertificate["use"],
  text: string,
  file: string | undefined,
): readonly FileCertificate[] {
  const all = (text.match(aCertificate) ?? []).slice(0, mostLookedAt).flatMap(readCertificate);
  const [first] = all.toSorted((a, b) => a.expiresAt.unixMs - b.expiresAt.unixMs);
  return first === undefined ? [] : [{ use, file: file ?? null, ...first }];
}

function readCertificate(pem: string): readonly Pick<FileCertificate, "subject" | "expiresAt">[] {
  try {
    const { subject, validTo } = new X509Certificate(pem);
    const expiresAt = wallTime(Date.parse(validTo));
    return [{ subject: subject.replaceAll("\n", ", "), expiresAt }];
  } catch {
    // What is no certificate is said where a connection needs it.
    return [];
  }
}
