/** How a field is written on the wire; anything else in its place is the name of a message. */
export type Scalar =
  "bytes" | "string" | "bool" | "double" | "enum" | "uint64" | "int64" | "fixed64";

/** Number in the proto, kind of value, and how many there may be; maps have text keys. */
export type WireField = readonly [number: number, kind: string, many?: "list" | "map"];

/** The fields of one message by the names that messages.ts gives them. */
type WireMessage = Readonly<Record<string, WireField>>;

/** The messages of one protocol. */
export interface WireTable {
  readonly messages: Readonly<Record<string, WireMessage>>;
  /** Messages with a oneof: what is given there is written, a zero too. */
  readonly oneofs: ReadonlySet<string>;
}

const connection = {
  destinationEndpoint: [1, "string"],
  headers: [2, "Headers"],
  certificate: [3, "TLSCertificate"],
} as const;

/**
 * The messages of proto/opamp/v1 as a table for the codec: reading a table is what makes the first message
 * early. A test compares it with the proto files field by field.
 */
export const wireMessages: Readonly<Record<string, WireMessage>> = {
  AgentToServer: {
    instanceUid: [1, "bytes"],
    sequenceNum: [2, "uint64"],
    agentDescription: [3, "AgentDescription"],
    capabilities: [4, "uint64"],
    health: [5, "ComponentHealth"],
    effectiveConfig: [6, "EffectiveConfig"],
    remoteConfigStatus: [7, "RemoteConfigStatus"],
    packageStatuses: [8, "PackageStatuses"],
    agentDisconnect: [9, "AgentDisconnect"],
    flags: [10, "uint64"],
    connectionSettingsRequest: [11, "ConnectionSettingsRequest"],
    customCapabilities: [12, "CustomCapabilities"],
    customMessage: [13, "CustomMessage"],
    availableComponents: [14, "AvailableComponents"],
    connectionSettingsStatus: [15, "ConnectionSettingsStatus"],
  },
  AgentDisconnect: {},
  ConnectionSettingsRequest: { opamp: [1, "OpAMPConnectionSettingsRequest"] },
  OpAMPConnectionSettingsRequest: { certificateRequest: [1, "CertificateRequest"] },
  CertificateRequest: { csr: [1, "bytes"] },
  AvailableComponents: {
    components: [1, "ComponentDetails", "map"],
    hash: [2, "bytes"],
  },
  ComponentDetails: {
    metadata: [1, "KeyValue", "list"],
    subComponentMap: [2, "ComponentDetails", "map"],
  },
  ServerToAgent: {
    instanceUid: [1, "bytes"],
    errorResponse: [2, "ServerErrorResponse"],
    remoteConfig: [3, "AgentRemoteConfig"],
    connectionSettings: [4, "ConnectionSettingsOffers"],
    packagesAvailable: [5, "PackagesAvailable"],
    flags: [6, "uint64"],
    capabilities: [7, "uint64"],
    agentIdentification: [8, "AgentIdentification"],
    command: [9, "ServerToAgentCommand"],
    customCapabilities: [10, "CustomCapabilities"],
    customMessage: [11, "CustomMessage"],
  },
  OpAMPConnectionSettings: {
    ...connection,
    heartbeatIntervalSeconds: [4, "uint64"],
    tls: [5, "TLSConnectionSettings"],
    proxy: [6, "ProxyConnectionSettings"],
  },
  TelemetryConnectionSettings: {
    ...connection,
    tls: [4, "TLSConnectionSettings"],
    proxy: [5, "ProxyConnectionSettings"],
  },
  OtherConnectionSettings: {
    ...connection,
    otherSettings: [4, "string", "map"],
    tls: [5, "TLSConnectionSettings"],
    proxy: [6, "ProxyConnectionSettings"],
  },
  TLSConnectionSettings: {
    caPemContents: [1, "string"],
    includeSystemCaCertsPool: [2, "bool"],
    insecureSkipVerify: [3, "bool"],
    minVersion: [4, "string"],
    maxVersion: [5, "string"],
    cipherSuites: [6, "string", "list"],
  },
  ProxyConnectionSettings: {
    url: [1, "string"],
    connectHeaders: [2, "Headers"],
  },
  Headers: { headers: [1, "Header", "list"] },
  Header: { key: [1, "string"], value: [2, "string"] },
  TLSCertificate: {
    cert: [1, "bytes"],
    privateKey: [2, "bytes"],
    caCert: [3, "bytes"],
  },
  ConnectionSettingsOffers: {
    hash: [1, "bytes"],
    opamp: [2, "OpAMPConnectionSettings"],
    ownMetrics: [3, "TelemetryConnectionSettings"],
    ownTraces: [4, "TelemetryConnectionSettings"],
    ownLogs: [5, "TelemetryConnectionSettings"],
    otherConnections: [6, "OtherConnectionSettings", "map"],
  },
  PackagesAvailable: {
    packages: [1, "PackageAvailable", "map"],
    allPackagesHash: [2, "bytes"],
  },
  PackageAvailable: {
    type: [1, "enum"],
    version: [2, "string"],
    file: [3, "DownloadableFile"],
    hash: [4, "bytes"],
  },
  DownloadableFile: {
    downloadUrl: [1, "string"],
    contentHash: [2, "bytes"],
    signature: [3, "bytes"],
    headers: [4, "Headers"],
  },
  ServerErrorResponse: {
    type: [1, "enum"],
    errorMessage: [2, "string"],
    retryInfo: [3, "RetryInfo"],
  },
  RetryInfo: { retryAfterNanoseconds: [1, "uint64"] },
  ServerToAgentCommand: { type: [1, "enum"] },
  AgentDescription: {
    identifyingAttributes: [1, "KeyValue", "list"],
    nonIdentifyingAttributes: [2, "KeyValue", "list"],
  },
  ComponentHealth: {
    healthy: [1, "bool"],
    startTimeUnixNano: [2, "fixed64"],
    lastError: [3, "string"],
    status: [4, "string"],
    statusTimeUnixNano: [5, "fixed64"],
    componentHealthMap: [6, "ComponentHealth", "map"],
    attributes: [7, "KeyValue", "list"],
  },
  EffectiveConfig: { configMap: [1, "AgentConfigMap"] },
  RemoteConfigStatus: {
    lastRemoteConfigHash: [1, "bytes"],
    status: [2, "enum"],
    errorMessage: [3, "string"],
  },
  ConnectionSettingsStatus: {
    lastConnectionSettingsHash: [1, "bytes"],
    status: [2, "enum"],
    errorMessage: [3, "string"],
  },
  PackageStatuses: {
    packages: [1, "PackageStatus", "map"],
    serverProvidedAllPackagesHash: [2, "bytes"],
    errorMessage: [3, "string"],
  },
  PackageStatus: {
    name: [1, "string"],
    agentHasVersion: [2, "string"],
    agentHasHash: [3, "bytes"],
    serverOfferedVersion: [4, "string"],
    serverOfferedHash: [5, "bytes"],
    status: [6, "enum"],
    errorMessage: [7, "string"],
    downloadDetails: [8, "PackageDownloadDetails"],
  },
  PackageDownloadDetails: {
    downloadPercent: [1, "double"],
    downloadBytesPerSecond: [2, "double"],
  },
  AgentIdentification: { newInstanceUid: [1, "bytes"] },
  AgentRemoteConfig: { config: [1, "AgentConfigMap"], configHash: [2, "bytes"] },
  AgentConfigMap: { configMap: [1, "AgentConfigObject", "map"] },
  AgentConfigObject: {
    body: [1, "bytes"],
    contentType: [2, "string"],
    role: [3, "string"],
  },
  CustomCapabilities: { capabilities: [1, "string", "list"] },
  CustomMessage: { capability: [1, "string"], type: [2, "string"], data: [3, "bytes"] },
  AnyValue: {
    stringValue: [1, "string"],
    boolValue: [2, "bool"],
    intValue: [3, "int64"],
    doubleValue: [4, "double"],
    arrayValue: [5, "ArrayValue"],
    kvlistValue: [6, "KeyValueList"],
    bytesValue: [7, "bytes"],
  },
  ArrayValue: { values: [1, "AnyValue", "list"] },
  KeyValueList: { values: [1, "KeyValue", "list"] },
  KeyValue: { key: [1, "string"], value: [2, "AnyValue"] },
};

/** Every field of AnyValue is a member of one oneof: a zero is written too, and the last one read wins. */
export const oneofMessage = "AnyValue";
