import { AgentCapability, ConfigStatus } from "../../opamp-client/wire/messages.ts";
import { type KnownAgent, remember } from "./known-agent.ts";
import {
  type ConnectionSettings,
  mergeSettings,
  offerable,
} from "../connections/connection-settings.ts";
import {
  type Fleet,
  type Asking,
  unknownAgent,
  refused,
  keeping,
  obstacle,
  pushTo,
} from "./fleet-state.ts";
import { sameHash } from "./remote-config.ts";
import { serverCapabilities, onTheWire } from "./reply.ts";
import { dropCertificate, offeredSettings } from "./settings-due.ts";
import { settingsProblem } from "../connections/settings-problem.ts";

/** Wants an agent to use these connections; a kind or a name that is not mentioned stays wanted as it was. */
export function offerConnections(
  fleet: Fleet,
  uid: string,
  wish: ConnectionSettings,
  now: number,
): Asking {
  const record = fleet.agents.get(uid);
  if (record === undefined) return unknownAgent(uid);
  const problem = settingsProblem(wish);
  return problem === undefined ? wantConnections(record, wish, now) : refused(problem);
}

/** The same for an agent of which this is the record, and a wish in which nothing is wrong. */
export function wantConnections(record: KnownAgent, wish: ConnectionSettings, now: number): Asking {
  // What answered a request of the agent's is its own; without the key it cannot be offered twice.
  const former = hasKey(record) ? record : dropCertificate(record);
  const settings = mergeSettings(former.settingsOffer?.settings, wish);
  const wanted: KnownAgent = { ...record, settingsOffer: { settings, at: now, settled: false } };
  const offered = offeredSettings(wanted);
  const taken = offerable(wish, record.capabilities) !== undefined;
  if (offered === undefined || !taken) {
    const kept = remember(wanted, [{ at: now, kind: "offer", text: "Connection settings saved" }]);
    const why = "the agent does not accept connections of this kind";
    return keeping(kept, { is: "waiting", why });
  }
  if (usesOrTries(record, offered.hash)) {
    const settled = record.settingsStatus?.status === ConfigStatus.Applied;
    const known = { ...wanted, settingsOffer: { settings, at: now, settled } };
    return keeping(known, { is: "unchanged", why: "the agent has these connection settings" });
  }
  const hex = Buffer.from(offered.hash).toString("hex").slice(0, 12);
  const text = `Connection settings ${hex} saved`;
  const saved = remember(wanted, [{ at: now, kind: "offer", text }]);
  const blocked = obstacle(record, AgentCapability.ReportsStatus, "connection settings");
  if (blocked !== undefined) {
    return keeping(saved, { is: "waiting", why: blocked });
  }
  return pushTo(
    { ...saved, settingsSentHash: offered.hash },
    {
      instanceUid: record.instanceUid,
      capabilities: serverCapabilities,
      connectionSettings: onTheWire(offered),
    },
  );
}

/** Revokes the client certificate that an agent has shown last: it lets nobody in any more, and is offered no more. */
export function revokeCertificate(fleet: Fleet, uid: string, now: number): Asking {
  const record = fleet.agents.get(uid);
  if (record === undefined) return unknownAgent(uid);
  const { certificate } = record;
  if (certificate === undefined) return refused("the agent has shown no client certificate");
  if (fleet.revoked.has(certificate.fingerprint)) {
    return { news: {}, delivery: { is: "unchanged", why: "the certificate is revoked already" } };
  }
  const text = `Client certificate ${certificate.subject} revoked`;
  const noted = remember(dropCertificate(record), [{ at: now, kind: "certificate", text }]);
  const news = { records: [noted], revoked: certificate.fingerprint };
  const { link } = record;
  if (link.at === "closed") return { news, delivery: { is: "pushed" } };
  const expels = {
    connectionId: link.connection.id,
    why: "the client certificate has been revoked",
  };
  return { news, delivery: { is: "pushed" }, expels };
}

function hasKey({ settingsOffer }: KnownAgent): boolean {
  return settingsOffer?.settings.opamp?.certificate?.privateKey !== undefined;
}

function usesOrTries({ settingsStatus }: KnownAgent, hash: Uint8Array): boolean {
  const { lastConnectionSettingsHash, status } = settingsStatus ?? {};
  // Somebody who sends failed settings again wants them tried again.
  return sameHash(lastConnectionSettingsHash, hash) && status !== ConfigStatus.Failed;
}
