import { X509Certificate } from "node:crypto";
import { join } from "node:path";
import { textOrNothing } from "../../files/read-if-there.ts";
import type { ServerSettingsInForce } from "../../supervisor/core/state/offers.ts";
import { wallTime } from "../../supervisor/core/state/wall-clock.ts";
import type { Settings } from "../../supervisor/settings/settings.ts";
import { lookAtJournal } from "../../supervisor/store/peek-journal.ts";
import { supervisorOn } from "../../supervisor/store/storage-lock.ts";

/** What an earlier or a running supervisor has left in its storage directory, as far as it can be read. */
export interface KeptFacts {
  readonly supervisorPid: number | undefined;
  /** What holds in the place of the server settings in supervisor.yaml. */
  readonly offered: ServerSettingsInForce | undefined;
  /** Why the last configuration of the server did not come into force; undefined: it did, or there is none. */
  readonly refused: string | undefined;
  /** Text of the configuration that the agent was given last; empty: none. */
  readonly effective: string;
  /** Where that one is asked for its health and its metrics. */
  readonly urls: { readonly health: string | undefined; readonly metrics: string | undefined };
}

/** Reads what is kept, without a lock and without changing anything. */
export function lookAtKept({ storage, server }: Settings): KeptFacts {
  const { directory } = storage;
  const journal = readableJournal(directory);
  const offers = journal?.offers;
  // Another endpoint in supervisor.yaml wins over what was offered for the one before.
  const holds = offers?.writtenEndpoint === server.endpoint;
  const verdict = journal?.verdict;
  return {
    supervisorPid: supervisorOn(directory),
    offered: holds ? inForce(offers.server) : undefined,
    refused: verdict?.is === "failed" ? verdict.why : undefined,
    effective: textOrNothing(join(directory, "effective.yaml")),
    urls: { health: journal?.good?.probe?.url, metrics: journal?.good?.metrics },
  };
}

function readableJournal(directory: string): ReturnType<typeof lookAtJournal> {
  try {
    return lookAtJournal(directory);
  } catch {
    // Said where the directory itself is looked at.
    return undefined;
  }
}

type Kept = NonNullable<NonNullable<ReturnType<typeof lookAtJournal>>["offers"]>["server"];

function inForce(kept: Kept): ServerSettingsInForce | undefined {
  if (kept === undefined) return undefined;
  const { certificate } = kept;
  if (certificate === undefined) return { ...kept, certificate };
  const times = {
    validFrom: wallTime(certificate.validFrom),
    expiresAt: wallTime(certificate.expiresAt),
  };
  return { ...kept, certificate: { ...certificate, ...times } };
}

/** When the client certificate ends that we show; undefined where we show none. */
export function ownCertificateEnd(
  { server }: Settings,
  offered: ServerSettingsInForce | undefined,
): number | undefined {
  const pem = offered?.certificate?.cert ?? server.tls.cert;
  if (pem === undefined) return undefined;
  const end = Date.parse(new X509Certificate(pem).validTo);
  return Number.isNaN(end) ? undefined : end;
}
