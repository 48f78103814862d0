import { plainType, type Part } from "./parts.ts";

/** Types that reach nothing outside of the collector, whatever their settings are. */
const pure: Readonly<Record<string, string>> = {
  receivers: "nop",
  exporters: "debug logging nop",
  connectors:
    "count exceptions failover forward grafanacloud metricsaslogs otlpjson roundrobin routing servicegraph " +
    "signaltometrics slowsql spanmetrics sum",
  processors:
    "attributes batch coralogix cumulativetodelta deltatocumulative deltatorate filter groupbyattrs groupbytrace " +
    "interval isolationforest logdedup memory_limiter metricsgeneration metricstarttime " +
    "metricstransform probabilistic_sampler redaction resource span spanpruning " +
    "sumologic tail_sampling transform unroll",
  extensions: "cgroupruntime memory_limiter",
};

/** Settings that name neither a file nor a host, by component: what stands below the component, in small letters. */
const harmless: Readonly<Record<string, string>> = {
  "exporters/alertmanager": "severity|severity_attribute|generator_url|event_labels",
  "exporters/awscloudwatchlogs": "log_group_name|log_stream_name|tags.*|role_arn",
  "exporters/awsemf":
    "log_group_name|log_stream_name|namespace|dimension_rollup_option|parse_json_encoded_attr_values|role_arn|" +
    "metric_declarations.*|metric_descriptors.*|resource_to_telemetry_.*|tags.*",
  "exporters/awskinesis": "aws.stream_name|aws.role|encoding.*",
  "exporters/awss3": "s3uploader.(s3_prefix|s3_partition_format|file_prefix|role_arn)",
  "exporters/awsxray": "indexed_attributes|aws_log_groups|resource_arn|role_arn|telemetry.*",
  "exporters/clickhouse": ".*_table_name|table_engine.*|database|ttl",
  "exporters/datadog": "api.key|metrics.*_mode|traces.(span_name_remappings.*|ignore_resources)",
  "exporters/elasticsearch":
    "(logs|metrics|traces)_index|mapping.*|logs_dynamic_(index|id).*|pipeline|logstash_format.*",
  "exporters/file": "group_by.resource_attribute|format",
  "exporters/googlecloud":
    "project|log.default_log_name|metric.(prefix|known_domains|resource_filters.*)",
  "exporters/kafka":
    ".*topic.*|client_id|protocol_version|.*encoding|partition_.*|auth.sasl.(mechanism|aws_msk.region)",
  "exporters/loadbalancing": "routing_key|routing_attributes",
  "exporters/prometheus": "const_labels.*|namespace",
  "exporters/prometheusremotewrite": "external_labels.*|namespace",
  "exporters/splunk_hec":
    "source|sourcetype|index|splunk_app_.*|hec_metadata_to_otel_attrs.*|otel_.*",
  "processors/k8sattributes":
    "extract.*|filter.(labels|fields|namespace).*|pod_association.*|exclude.*",
  "processors/resourcedetection": "attributes|.*resource_attributes.*|ec2.tags|azure.tags",
  "receivers/awsecscontainermetrics": "collection_interval",
  "receivers/filelog":
    "(multiline|attributes|resource|ordering_criteria|header)\\..*|encoding|exclude",
  "receivers/hostmetrics": "scrapers.*(names|devices|fs_types|mount_points|interfaces)|metadata.*",
  "receivers/journald": "units|identifiers|matches.*|priority|grep",
  "receivers/k8sobjects": "objects.*",
  "receivers/kafka": ".*topics?|client_id|group_id|protocol_version|.*encoding|header_extraction.*",
  "receivers/kubeletstats": "metric_groups|extra_metadata_labels|collect_all_network_interfaces.*",
  "receivers/prometheus":
    "config.*(targets|replacement|regex|params.*|source_labels|target_label|labels.*|target_labels|external_labels.*|job_name|scrape_protocols)",
  "receivers/sqlquery":
    "queries.*(sql|.*_column|.*_columns|metric_name|description|static_attributes.*)",
  "receivers/tcplog": "(multiline|attributes|resource)\\..*|encoding",
  "receivers/udplog": "(multiline|attributes|resource)\\..*|encoding",
  "extensions/k8s_observer": "node|namespaces",
  "extensions/oauth2client": "client_id|scopes|endpoint_params.*",
  "extensions/oidc": "audience|username_claim|groups_claim",
  "extensions/opamp": "agent_description.*|instance_uid",
  "extensions/sigv4auth": "region|service|assume_role.(arn|sts_region)",
};

/** Of the operators that change records, in the receivers that have them. */
const operatorKeys =
  /^operators\.(.*\.)?(type|id|output|outputs|default|on_error|regex|expr|if|from|to|field|fields|parse_from|parse_to|layout|location|value|values|mapping.*|combine_.*|is_.*_entry|.*separator|delimiter|header|header_attribute|source_identifier|overwrite_with|add_metadata_from_file_path|retain|pattern|layout_type|preset)$/;

/** Everywhere: names of headers and of tokens, what other servers may ask of this one, parts of URLs. */
const harmlessAnywhere =
  /(^|\.)(headers|cors)(\.|$)|(^|\.)(authority|authenticator|server_name(_override)?|schema_url|url_path|[a-z]*_url_path|metrics_path|min_version|max_version|cipher_suites|curve_preferences|username|user|password|passphrase|token|access_token|api_token|secret|client_secret|api_key|apikey|license_key)$/;

const operatorTypes = new Set([
  "filelog",
  "tcplog",
  "udplog",
  "syslog",
  "journald",
  "namedpipe",
  "windowseventlog",
]);

const pureTypes = new Set(
  Object.entries(pure).flatMap(([section, types]) =>
    types.split(" ").map((type) => `${section}/${plainType(section, type)}`),
  ),
);

const harmlessBelow = new Map(
  Object.entries(harmless).map(([name, keys]) => {
    const [section = "", type = ""] = name.split("/");
    return [`${section}/${plainType(section, type)}`, new RegExp(`^(${keys})$`)];
  }),
);

/** True of a component that can reach neither a file nor another program. */
export function isPure({ section, type }: Part): boolean {
  return pureTypes.has(`${section}/${type}`);
}

/** True of a setting that is known to name neither a file nor a host. */
export function isHarmless({ section, type, place }: Part, path: readonly string[]): boolean {
  const below = path.slice(place.length).filter((key) => !/^\[\d+\]$/.test(key));
  const keys = below[0] === "config" && place.length > 2 ? below.slice(1) : below;
  const text = keys.join(".").toLowerCase();
  if (place.length > 2 && /^(rule|resource_attributes\..*)$/.test(text)) return true;
  if (harmlessAnywhere.test(text)) return true;
  if (operatorTypes.has(type) && operatorKeys.test(text)) return true;
  return harmlessBelow.get(`${section}/${type}`)?.test(text) === true;
}

/** Settings with a number, a duration or a switch: what a variable holds there can be no place. */
export function isMeasure(key: string): boolean {
  return /(^|_)(timeout|interval|size|delay|period|ttl|limit|age|count|consumers|enabled|compression|level|factor|ratio|percentage|percent|rate|mib|bytes|seconds|retries|backups|days|insecure|skip_verify)$|^(max|min|num)_/.test(
    key,
  );
}

/** Settings of the agent's own telemetry of which the same is true. */
export function isHarmlessTelemetry(path: readonly string[]): boolean {
  const text = path
    .slice(2)
    .filter((key) => !/^\[\d+\]$/.test(key))
    .join(".");
  return /^resource\.|^logs\.initial_fields\.|(^|\.)(headers|views|with_resource_constant_labels|attributes|detectors)(\.|$)|\.(protocol|schema_url|temporality_preference)$/.test(
    text,
  );
}
