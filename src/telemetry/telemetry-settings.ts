/** `telemetry` of supervisor.yaml without the log itself: where records, metrics and spans are sent. */
export interface TelemetrySettings {
  readonly logs: readonly ProcessorSettings[];
  /** Where the agent's own log lines are sent; undefined: nowhere but to what a server offers. */
  readonly agentLogs: OtlpSettings | undefined;
  /** No more of the agent's lines than these are sent in one second. */
  readonly maxLinesPerSecond: number;
  readonly traces: readonly ProcessorSettings[];
  readonly readers: readonly ReaderSettings[];
  /** What the operator wrote; the names of the service are added. */
  readonly resource: ReadonlyMap<string, string>;
}

/** How what is recorded is gathered and sent; a simple processor has no delay. */
export interface ProcessorSettings {
  readonly exporter: ExporterSettings;
  readonly delayMs: number;
  readonly exportTimeoutMs: number;
  readonly maxQueueItems: number;
  readonly maxBatchItems: number;
}

export type ExporterSettings = { readonly to: "console" } | OtlpSettings;

/** OTLP over HTTP to one address. */
export interface OtlpSettings {
  readonly to: "otlp";
  /** Whole, with the path of the signal. */
  readonly url: string;
  readonly encoding: "protobuf" | "json";
  /** Values may be secret. */
  readonly headers: ReadonlyMap<string, readonly string[]>;
  readonly gzip: boolean;
  readonly timeoutMs: number;
  /** Absolute paths of PEM files, read for each connection. */
  readonly certificate: string | undefined;
  readonly clientCertificate: string | undefined;
  readonly clientKey: string | undefined;
}

export type ReaderSettings =
  | {
      readonly is: "periodic";
      readonly exporter: ExporterSettings;
      readonly intervalMs: number;
      readonly timeoutMs: number;
    }
  | {
      readonly is: "prometheus";
      readonly host: string;
      readonly port: number;
      readonly withScope: boolean;
      readonly withTypeSuffix: boolean;
      readonly withUnits: boolean;
    };
