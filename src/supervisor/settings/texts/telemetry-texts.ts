import { type TextTable, textsBelow } from "./key-text.ts";

const otlp: TextTable = {
  protocol: {
    says: "http/protobuf or http/json; grpc is not spoken.",
    usual: "http/protobuf",
  },
  endpoint: {
    says: "URL of the receiver, with the path of the signal.",
    usual: "http://localhost:4318 with the path of the signal",
    example: "https://otlp.example.com/v1/logs",
  },
  headers: "Headers, a list of name and value, or a map.",
  headers_list: "Headers as name=value,name=value.",
  certificate: {
    says: "File with the authorities (PEM) of the receiver.",
    usual: "the system's",
  },
  client_certificate: "File with our client certificate (PEM).",
  client_key: "File with the key (PEM) of our client certificate.",
  compression: { says: "How requests are compressed: gzip or none.", usual: "none" },
  insecure: { says: "Without TLS, for an endpoint without http:// or https://.", usual: "false" },
  timeout: { says: "Longest time of one request, in ms.", usual: "10000" },
};

const exporter: TextTable = {
  otlp: "The OpenTelemetry protocol.",
  ...textsBelow("otlp", otlp),
  console: "Prints what would be sent. It has no keys.",
};

const spanExporter: TextTable = {
  ...exporter,
  zipkin: "A Zipkin server. Not acted on: nothing is sent there.",
  "zipkin.endpoint": "URL of a Zipkin server. Not acted on: nothing is sent there.",
  "zipkin.timeout": "Longest time of one request to it, in ms. Not acted on.",
};

function processor(inside: TextTable, delayMs: number): TextTable {
  return {
    batch: "Sends many at once.",
    "batch.schedule_delay": { says: "Longest wait for more, in ms.", usual: String(delayMs) },
    "batch.export_timeout": { says: "Longest time of one sending, in ms.", usual: "30000" },
    "batch.max_queue_size": { says: "How many may wait.", usual: "2048" },
    "batch.max_export_batch_size": { says: "How many are sent at once.", usual: "512" },
    "batch.exporter": "Where they are sent.",
    ...textsBelow("batch.exporter", inside),
    simple: "Sends each one at once.",
    "simple.exporter": "Where they are sent.",
    ...textsBelow("simple.exporter", inside),
  };
}

const prometheus: TextTable = {
  host: { says: "Address to listen on.", usual: "localhost" },
  port: { says: "Port to listen on.", usual: "9464" },
  with_resource_constant_labels: "Attributes of the resource that become labels.",
  "with_resource_constant_labels.included":
    "Patterns of attributes that become labels. Not acted on: the resource is in target_info only.",
  "with_resource_constant_labels.excluded":
    "Patterns of attributes that do not become labels. Not acted on.",
  without_scope_info: { says: "Leave the scope out.", usual: "false" },
  without_type_suffix: { says: "Leave _total and the like out.", usual: "false" },
  without_units: { says: "Leave units out of names.", usual: "false" },
};

const reader: TextTable = {
  periodic: "Sends metrics regularly.",
  "periodic.exporter": "Where they are sent.",
  ...textsBelow("periodic.exporter", exporter),
  "periodic.exporter.otlp.temporality_preference": {
    says: "Kind of counters: cumulative, which is the only one.",
    usual: "cumulative",
  },
  "periodic.exporter.otlp.default_histogram_aggregation":
    "Kind of histograms. Without effect: there are none.",
  "periodic.interval": { says: "Time between two sendings, in ms.", usual: "60000" },
  "periodic.timeout": { says: "Longest time of one sending, in ms.", usual: "30000" },
  pull: "Lets others fetch metrics.",
  "pull.exporter": "How metrics are fetched.",
  "pull.exporter.prometheus": "A page for Prometheus.",
  ...textsBelow("pull.exporter.prometheus", prometheus),
  producers: "Other sources of metrics. Not acted on: there are none.",
};

const limits: TextTable = {
  attribute_count_limit: "How many attributes a span may have.",
  attribute_value_length_limit: "How long the value of an attribute may be.",
  event_attribute_count_limit: "How many attributes an event may have.",
  event_count_limit: "How many events a span may have.",
  link_attribute_count_limit: "How many attributes a link may have.",
  link_count_limit: "How many links a span may have.",
};

const telemetry: TextTable = {
  logs: "The supervisor's own log.",
  "logs.level": "From which level on the log has lines: debug, info, warn, error or fatal.",
  "logs.output_paths": {
    says: "Where the log is written: stdout, stderr or files. More in docs/log-files.md.",
    example: ["stderr", "/var/log/opampsupervisor/supervisor.log"],
  },
  "logs.error_output_paths": "Where errors of the log itself go.",
  "logs.encoding": {
    says: "json, or console for people.",
    usual: "console on a terminal, else json",
  },
  "logs.rotation":
    "When a file of output_paths is set aside as FILE.1, the older ones moving up. More in docs/log-files.md.",
  "logs.rotation.max_size_mib": {
    says: "From which size on a file of output_paths is set aside, in MiB; with 0 it never is.",
    example: 10,
  },
  "logs.rotation.max_files": "How many former files are kept of each.",
  "logs.processors": "Where records of the log are sent.",
  ...textsBelow("logs.processors[]", processor(exporter, 1000)),
  agent_logs: "The agent's own log lines, beside agent.log. Not sent without this.",
  "agent_logs.otlp": "The OpenTelemetry protocol.",
  ...textsBelow("agent_logs.otlp", otlp),
  "agent_logs.max_lines_per_second":
    "How many lines a second are sent; more are dropped and counted, but for the last ones of a run.",
  metrics: "The supervisor's own metrics.",
  "metrics.level": "How many metrics there are: none means no readers.",
  "metrics.readers": "How metrics get out.",
  ...textsBelow("metrics.readers[]", reader),
  "metrics.views": "Changes to single metrics.",
  traces: "The supervisor's own traces.",
  "traces.level": "How many spans there are.",
  "traces.propagators": "Formats of the trace context: tracecontext, b3.",
  "traces.sampler": "Which traces are kept.",
  "traces.limits": "Sizes of a span, as counts and lengths.",
  ...textsBelow("traces.limits", limits),
  "traces.processors": "Where spans are sent.",
  ...textsBelow("traces.processors[]", processor(spanExporter, 5000)),
  resource: {
    says: "Attributes of all that is about the supervisor, name and text, or attributes: a list of name and value.",
    example: { "deployment.environment": "production" },
  },
};

/** `telemetry`. */
export const telemetryTexts: TextTable = {
  telemetry:
    "The supervisor's own logs, metrics and traces, and where the agent's log lines are sent. More in docs/telemetry.md.",
  ...textsBelow("telemetry", telemetry),
};
