/**
 * The OpAMP messages as plain values (baseline v0.20.0): camelCase fields, 64-bit numbers as bigint, bytes as
 * Uint8Array, maps as Map (a peer chooses the keys, and `__proto__` is a legal one). Absent sub-messages are
 * absent keys: an empty message that is present (`agentDisconnect: {}`) carries meaning.
 */

/** `AgentToServer.capabilities` bits (specification.md#agenttoservercapabilities). */
export const AgentCapability = {
  ReportsStatus: 0x1n,
  AcceptsRemoteConfig: 0x2n,
  ReportsEffectiveConfig: 0x4n,
  AcceptsPackages: 0x8n,
  ReportsPackageStatuses: 0x10n,
  ReportsOwnTraces: 0x20n,
  ReportsOwnMetrics: 0x40n,
  ReportsOwnLogs: 0x80n,
  AcceptsOpampConnectionSettings: 0x100n,
  AcceptsOtherConnectionSettings: 0x200n,
  AcceptsRestartCommand: 0x400n,
  ReportsHealth: 0x800n,
  ReportsRemoteConfig: 0x1000n,
  ReportsHeartbeat: 0x2000n,
  ReportsAvailableComponents: 0x4000n,
  ReportsConnectionSettingsStatus: 0x8000n,
} as const;

/** `ServerToAgent.capabilities` bits. */
export const ServerCapability = {
  AcceptsStatus: 0x1n,
  OffersRemoteConfig: 0x2n,
  AcceptsEffectiveConfig: 0x4n,
  OffersPackages: 0x8n,
  AcceptsPackagesStatus: 0x10n,
  OffersConnectionSettings: 0x20n,
  AcceptsConnectionSettingsRequest: 0x40n,
} as const;

/** `AgentToServer.flags` bits. */
export const AgentFlag = { RequestInstanceUid: 0x1n } as const;

/** `ServerToAgent.flags` bits. */
export const ServerFlag = { ReportFullState: 0x1n, ReportAvailableComponents: 0x2n } as const;

/** `RemoteConfigStatus.status` and `ConnectionSettingsStatus.status`. */
export const ConfigStatus = { Unset: 0, Applied: 1, Applying: 2, Failed: 3 } as const;

/** `PackageAvailable.type`. */
export const PackageType = { TopLevel: 0, Addon: 1 } as const;

/** `PackageStatus.status`. */
export const PackageStatusType = {
  Installed: 0,
  InstallPending: 1,
  Installing: 2,
  InstallFailed: 3,
  Downloading: 4,
} as const;

/** `ServerErrorResponse.type`. */
export const ServerErrorType = { Unknown: 0, BadRequest: 1, Unavailable: 2 } as const;

/** `ServerToAgentCommand.type`. */
export const CommandType = { Restart: 0 } as const;

export interface AgentToServer {
  readonly instanceUid: Uint8Array;
  readonly sequenceNum: bigint;
  readonly agentDescription?: AgentDescription;
  readonly capabilities: bigint;
  readonly health?: ComponentHealth;
  readonly effectiveConfig?: EffectiveConfig;
  readonly remoteConfigStatus?: RemoteConfigStatus;
  readonly packageStatuses?: PackageStatuses;
  readonly agentDisconnect?: Record<string, never>;
  readonly flags?: bigint;
  readonly connectionSettingsRequest?: ConnectionSettingsRequest;
  readonly customCapabilities?: CustomCapabilities;
  readonly customMessage?: CustomMessage;
  readonly availableComponents?: AvailableComponents;
  readonly connectionSettingsStatus?: ConnectionSettingsStatus;
}

export interface ServerToAgent {
  readonly instanceUid?: Uint8Array;
  readonly errorResponse?: ServerErrorResponse;
  readonly remoteConfig?: AgentRemoteConfig;
  readonly connectionSettings?: ConnectionSettingsOffers;
  readonly packagesAvailable?: PackagesAvailable;
  readonly flags?: bigint;
  readonly capabilities?: bigint;
  readonly agentIdentification?: AgentIdentification;
  readonly command?: ServerToAgentCommand;
  readonly customCapabilities?: CustomCapabilities;
  readonly customMessage?: CustomMessage;
}

export interface AnyValue {
  readonly stringValue?: string;
  readonly boolValue?: boolean;
  readonly intValue?: bigint;
  readonly doubleValue?: number;
  readonly arrayValue?: { readonly values?: readonly AnyValue[] };
  readonly kvlistValue?: { readonly values?: readonly KeyValue[] };
  readonly bytesValue?: Uint8Array;
}

export interface KeyValue {
  readonly key: string;
  readonly value?: AnyValue;
}

export interface AgentDescription {
  readonly identifyingAttributes?: readonly KeyValue[];
  readonly nonIdentifyingAttributes?: readonly KeyValue[];
}

export interface ComponentHealth {
  readonly healthy?: boolean;
  readonly startTimeUnixNano?: bigint;
  readonly lastError?: string;
  readonly status?: string;
  readonly statusTimeUnixNano?: bigint;
  readonly componentHealthMap?: ReadonlyMap<string, ComponentHealth>;
  readonly attributes?: readonly KeyValue[];
}

export interface EffectiveConfig {
  readonly configMap?: AgentConfigMap;
}

export interface AgentConfigMap {
  readonly configMap?: ReadonlyMap<string, AgentConfigObject>;
}

export interface AgentConfigObject {
  readonly body?: Uint8Array;
  readonly contentType?: string;
  readonly role?: string;
}

export interface AgentRemoteConfig {
  readonly config?: AgentConfigMap;
  readonly configHash?: Uint8Array;
}

export interface RemoteConfigStatus {
  readonly lastRemoteConfigHash?: Uint8Array;
  readonly status?: number;
  readonly errorMessage?: string;
}

export interface ConnectionSettingsStatus {
  readonly lastConnectionSettingsHash?: Uint8Array;
  readonly status?: number;
  readonly errorMessage?: string;
}

export interface AgentIdentification {
  readonly newInstanceUid?: Uint8Array;
}

export interface ServerToAgentCommand {
  readonly type?: number;
}

export interface ServerErrorResponse {
  readonly type?: number;
  readonly errorMessage?: string;
  readonly retryInfo?: { readonly retryAfterNanoseconds?: bigint };
}

export interface CustomCapabilities {
  readonly capabilities?: readonly string[];
}

export interface CustomMessage {
  readonly capability?: string;
  readonly type?: string;
  readonly data?: Uint8Array;
}

export interface AvailableComponents {
  readonly components?: ReadonlyMap<string, ComponentDetails>;
  readonly hash?: Uint8Array;
}

export interface ComponentDetails {
  readonly metadata?: readonly KeyValue[];
  readonly subComponentMap?: ReadonlyMap<string, ComponentDetails>;
}

export interface ConnectionSettingsRequest {
  readonly opamp?: { readonly certificateRequest?: { readonly csr?: Uint8Array } };
}

export interface ConnectionSettingsOffers {
  readonly hash?: Uint8Array;
  readonly opamp?: OpampConnectionSettings;
  readonly ownMetrics?: TelemetryConnectionSettings;
  readonly ownTraces?: TelemetryConnectionSettings;
  readonly ownLogs?: TelemetryConnectionSettings;
  readonly otherConnections?: ReadonlyMap<string, OtherConnectionSettings>;
}

export interface TelemetryConnectionSettings {
  readonly destinationEndpoint?: string;
  readonly headers?: Headers;
  readonly certificate?: TlsCertificate;
  readonly tls?: TlsConnectionSettings;
  readonly proxy?: ProxyConnectionSettings;
}

export interface OpampConnectionSettings extends TelemetryConnectionSettings {
  readonly heartbeatIntervalSeconds?: bigint;
}

export interface OtherConnectionSettings extends TelemetryConnectionSettings {
  readonly otherSettings?: ReadonlyMap<string, string>;
}

export interface Headers {
  readonly headers?: readonly { readonly key?: string; readonly value?: string }[];
}

export interface TlsCertificate {
  readonly cert?: Uint8Array;
  readonly privateKey?: Uint8Array;
  readonly caCert?: Uint8Array;
}

export interface TlsConnectionSettings {
  readonly caPemContents?: string;
  readonly includeSystemCaCertsPool?: boolean;
  readonly insecureSkipVerify?: boolean;
  readonly minVersion?: string;
  readonly maxVersion?: string;
  readonly cipherSuites?: readonly string[];
}

export interface ProxyConnectionSettings {
  readonly url?: string;
  readonly connectHeaders?: Headers;
}

export interface PackagesAvailable {
  readonly packages?: ReadonlyMap<string, PackageAvailable>;
  readonly allPackagesHash?: Uint8Array;
}

export interface PackageAvailable {
  readonly type?: number;
  readonly version?: string;
  readonly file?: DownloadableFile;
  readonly hash?: Uint8Array;
}

export interface DownloadableFile {
  readonly downloadUrl?: string;
  readonly contentHash?: Uint8Array;
  readonly signature?: Uint8Array;
  readonly headers?: Headers;
}

export interface PackageStatuses {
  readonly packages?: ReadonlyMap<string, PackageStatus>;
  readonly serverProvidedAllPackagesHash?: Uint8Array;
  readonly errorMessage?: string;
}

export interface PackageStatus {
  readonly name?: string;
  readonly agentHasVersion?: string;
  readonly agentHasHash?: Uint8Array;
  readonly serverOfferedVersion?: string;
  readonly serverOfferedHash?: Uint8Array;
  readonly status?: number;
  readonly errorMessage?: string;
  readonly downloadDetails?: {
    readonly downloadPercent?: number;
    readonly downloadBytesPerSecond?: number;
  };
}
