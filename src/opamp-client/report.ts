import {
  type AgentDescription,
  type ComponentHealth,
  type EffectiveConfig,
  type RemoteConfigStatus,
  type PackageStatuses,
  type CustomCapabilities,
  type AvailableComponents,
  type ConnectionSettingsStatus,
  AgentCapability,
  ServerCapability,
} from "./wire/messages.ts";

/** Everything there is to tell about the agent at one moment; the session works out what the server lacks. */
export interface Report extends ReportGroups {
  /** 16 bytes. */
  readonly instanceUid: Uint8Array;
  /** Bits of AgentCapability; a group whose bit is off is never sent, ReportsStatus is always added. */
  readonly capabilities: bigint;
  /** Bits of AgentFlag, in every message while they are set. */
  readonly flags?: bigint;
}

/** The parts of a report that are sent only when they changed. */
export interface ReportGroups {
  readonly agentDescription?: AgentDescription;
  readonly health?: ComponentHealth;
  readonly effectiveConfig?: EffectiveConfig;
  readonly remoteConfigStatus?: RemoteConfigStatus;
  readonly packageStatuses?: PackageStatuses;
  readonly customCapabilities?: CustomCapabilities;
  /** With all components; the server gets the hash alone until it asks for them. */
  readonly availableComponents?: AvailableComponents;
  readonly connectionSettingsStatus?: ConnectionSettingsStatus;
}

interface Gate {
  readonly key: keyof ReportGroups;
  readonly agent?: bigint;
  readonly server?: bigint;
}

const gates: readonly Gate[] = [
  { key: "agentDescription" },
  { key: "health", agent: AgentCapability.ReportsHealth },
  {
    key: "effectiveConfig",
    agent: AgentCapability.ReportsEffectiveConfig,
    server: ServerCapability.AcceptsEffectiveConfig,
  },
  { key: "remoteConfigStatus", agent: AgentCapability.ReportsRemoteConfig },
  {
    key: "packageStatuses",
    agent: AgentCapability.ReportsPackageStatuses,
    server: ServerCapability.AcceptsPackagesStatus,
  },
  { key: "customCapabilities" },
  { key: "availableComponents", agent: AgentCapability.ReportsAvailableComponents },
  { key: "connectionSettingsStatus", agent: AgentCapability.ReportsConnectionSettingsStatus },
];

/**
 * The groups that may be sent at all: our bit is set, and the server wants them as far as it has said what it
 * wants (undefined: it has not). Components come without their map.
 */
export function sendableGroups(report: Report, server: bigint | undefined): ReportGroups {
  const open = gates.filter(
    (gate) =>
      report[gate.key] !== undefined &&
      bitsSet(report.capabilities, gate.agent) &&
      (server === undefined || bitsSet(server, gate.server)),
  );
  const groups: ReportGroups = Object.fromEntries(open.map(({ key }) => [key, report[key]]));
  const { availableComponents } = groups;
  if (availableComponents === undefined) return groups;
  return { ...groups, availableComponents: hashOnly(availableComponents) };
}

function hashOnly({ hash }: AvailableComponents): AvailableComponents {
  return hash === undefined ? {} : { hash };
}

function bitsSet(capabilities: bigint, bits: bigint | undefined): boolean {
  return bits === undefined || (capabilities & bits) === bits;
}
