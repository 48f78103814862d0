import type {
  ComponentHealth,
  RemoteConfigStatus,
  ConnectionSettingsStatus,
} from "../../opamp-client/wire/messages.ts";
import {
  type KnownAgent,
  type HistoryEntry,
  type HistoryKind,
  type AgentLink,
  statusWord,
} from "./known-agent.ts";
import { packageChanges } from "../shelf/package-word.ts";
import type { PeerCertificate } from "../connections/peer-certificate.ts";
import { sameEffectiveConfig } from "./remote-config.ts";

/** What a message has changed, in words. */
export function changes(
  before: KnownAgent | undefined,
  after: KnownAgent,
  now: number,
): readonly HistoryEntry[] {
  const entries: HistoryEntry[] = [];
  const note = (kind: HistoryKind, text: string): number => entries.push({ at: now, kind, text });
  if (after.link.at === "open" && connectionId(before?.link) !== after.link.connection.id) {
    const by = after.link.connection.transport === "http" ? "plain HTTP" : "WebSocket";
    note("connected", `Connected over ${by}`);
  }
  const health = healthText(after.health);
  if (health !== undefined && health !== healthText(before?.health)) note("health", health);
  const status = statusText(after.remoteConfigStatus);
  if (status !== undefined && status !== statusText(before?.remoteConfigStatus)) {
    note("config-status", status);
  }
  const settings = settingsText(after.settingsStatus);
  if (settings !== undefined && settings !== settingsText(before?.settingsStatus)) {
    note("settings-status", settings);
  }
  if (after.certificate?.fingerprint !== before?.certificate?.fingerprint) {
    note("certificate", certificateText(after.certificate));
  }
  for (const text of packageChanges(before?.packageStatuses, after.packageStatuses)) {
    note("package", text);
  }
  if (!sameEffectiveConfig(before?.effectiveConfig, after.effectiveConfig)) {
    note("effective-config", "Effective configuration changed");
  }
  return entries;
}

function healthText(health: ComponentHealth | undefined): string | undefined {
  if (health === undefined) return undefined;
  const words = [`Up: ${health.healthy === true}`, health.status ?? "", health.lastError ?? ""];
  return words.filter((word) => word !== "").join(" · ");
}

function connectionId(link: AgentLink | undefined): string | undefined {
  return link?.at === "open" ? link.connection.id : undefined;
}

function certificateText(certificate: PeerCertificate | undefined): string {
  return certificate === undefined
    ? "No client certificate shown"
    : `Client certificate ${certificate.subject} shown, ${certificate.fingerprint.slice(0, 17)}`;
}

function statusText(status: RemoteConfigStatus | undefined): string | undefined {
  return textOf("Remote configuration", status?.lastRemoteConfigHash, status);
}

function settingsText(status: ConnectionSettingsStatus | undefined): string | undefined {
  return textOf("Connection settings", status?.lastConnectionSettingsHash, status);
}

/** The hash belongs to the text: the same word for another configuration is news. */
function textOf(
  what: string,
  hash: Uint8Array | undefined,
  status: Pick<RemoteConfigStatus, "status" | "errorMessage"> | undefined,
): string | undefined {
  const word = statusWord(status?.status);
  // That nothing came yet is no event.
  if (status === undefined || word === "unset") return undefined;
  const hex = Buffer.from(hash ?? []).toString("hex");
  const text = `${what} ${hex.slice(0, 12)}: ${word}`;
  return [text, status.errorMessage ?? ""].filter((part) => part !== "").join(" · ");
}
