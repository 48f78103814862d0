import { type RuleTable, below } from "../file/key-rule.ts";

const levels = ["none", "basic", "normal", "detailed"];

const otlpKeys: RuleTable = {
  protocol: { type: "text" },
  endpoint: { type: "text" },
  headers: { type: "any", secret: true },
  headers_list: { type: "text", secret: true },
  certificate: { type: "text" },
  client_certificate: { type: "text" },
  client_key: { type: "text" },
  compression: { type: "text" },
  insecure: { type: "boolean" },
  timeout: { type: "integer" },
};

const exporterKeys: RuleTable = {
  ...below("otlp", otlpKeys),
  console: { type: "any" },
};

const spanExporterKeys: RuleTable = {
  ...exporterKeys,
  "zipkin.endpoint": { type: "text" },
  "zipkin.timeout": { type: "integer" },
};

// Times are whole milliseconds here, as in the declarative configuration of the OpenTelemetry SDKs.
function processorKeys(exporter: RuleTable): RuleTable {
  return {
    ...below("batch.exporter", exporter),
    "batch.schedule_delay": { type: "integer" },
    "batch.export_timeout": { type: "integer" },
    "batch.max_queue_size": { type: "integer" },
    "batch.max_export_batch_size": { type: "integer" },
    ...below("simple.exporter", exporter),
  };
}

const readerKeys: RuleTable = {
  ...below("periodic.exporter", exporterKeys),
  "periodic.exporter.otlp.temporality_preference": { type: "text" },
  "periodic.exporter.otlp.default_histogram_aggregation": { type: "text" },
  "periodic.interval": { type: "integer" },
  "periodic.timeout": { type: "integer" },
  "pull.exporter.prometheus.host": { type: "text" },
  "pull.exporter.prometheus.port": { type: "integer", least: 0, most: 65_535 },
  "pull.exporter.prometheus.with_resource_constant_labels.included": { type: "texts" },
  "pull.exporter.prometheus.with_resource_constant_labels.excluded": { type: "texts" },
  "pull.exporter.prometheus.without_scope_info": { type: "boolean" },
  "pull.exporter.prometheus.without_type_suffix": { type: "boolean" },
  "pull.exporter.prometheus.without_units": { type: "boolean" },
  producers: { type: "any" },
};

/** Below `telemetry`: the supervisor's own logs, metrics and traces. */
export const telemetryKeys: RuleTable = {
  "logs.level": { type: "level", default: "info" },
  "logs.output_paths": { type: "texts", default: ["stdout"] },
  "logs.error_output_paths": { type: "texts", default: ["stderr"] },
  "logs.encoding": { type: "choice", of: ["json", "console"] },
  // Ours: its files are set aside by their size, when that is not 0.
  "logs.rotation.max_size_mib": { type: "integer", default: 0, least: 0, most: 10_240 },
  "logs.rotation.max_files": { type: "integer", default: 5, least: 1, most: 100 },
  ...below("logs.processors[]", processorKeys(exporterKeys)),
  // Ours: the agent's own log lines.
  ...below("agent_logs.otlp", otlpKeys),
  "agent_logs.max_lines_per_second": { type: "integer", default: 1000, least: 1 },
  "metrics.level": { type: "choice", of: levels, default: "basic", first: -1 },
  ...below("metrics.readers[]", readerKeys),
  "metrics.views": { type: "any" },
  "traces.level": { type: "choice", of: levels, default: "basic", first: -1 },
  "traces.propagators": { type: "texts" },
  "traces.sampler": { type: "any" },
  "traces.limits.attribute_count_limit": { type: "integer" },
  "traces.limits.attribute_value_length_limit": { type: "integer" },
  "traces.limits.event_attribute_count_limit": { type: "integer" },
  "traces.limits.event_count_limit": { type: "integer" },
  "traces.limits.link_attribute_count_limit": { type: "integer" },
  "traces.limits.link_count_limit": { type: "integer" },
  ...below("traces.processors[]", processorKeys(spanExporterKeys)),
  // Free: a list of attributes with detectors in newer versions, a plain map of names in older ones.
  resource: { type: "any" },
};
