/** A component type that was given another name. */
export interface Renaming {
  readonly former: string;
  readonly current: string;
  /** The collector's version that brought the current name; those before it do not know it. */
  readonly since: string;
  /** False where collectors of that version and later no longer know the former name. */
  readonly alias: boolean;
}

const noAlias = "-";

/** By section and version: former and current names, as the release notes of core and contrib tell them up to 0.161. */
const renamings: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  receivers: {
    "0.140": "ciscoosreceiver ciscoos",
    "0.143": "awscontainerinsightreceiver awscontainerinsight",
    "0.145": "azureeventhub azure_event_hub, mongodbatlas mongodb_atlas",
    "0.148":
      "azureblob azure_blob, azuremonitor azure_monitor, ciscoos cisco_os, yanggrpc yang_grpc, " +
      "macosunifiedlogging macos_unified_logging, prometheusremotewrite prometheus_remote_write",
    "0.149": "filelog file_log",
    "0.150":
      "httpcheck http_check, namedpipe named_pipe, tcplog tcp_log, tlscheck tls_check, udplog udp_log, " +
      "windowseventlog windows_event_log",
    "0.151":
      "filestats file_stats, fluentforward fluent_forward, hostmetrics host_metrics, k8sobjects k8s_objects, " +
      "sshcheck ssh_check",
    "0.152":
      "awslambda aws_lambda, cloudfoundry cloud_foundry, googlecloudspanner google_cloud_spanner, " +
      "kafkametrics kafka_metrics, kubeletstats kubelet_stats, tcpcheck tcp_check",
    "0.154":
      "apachespark apache_spark, envoyals envoy_als, otlpjsonfile otlp_json_file, webhookevent webhook_event, " +
      "windowsservice windows_service",
    "0.155": "flinkmetrics flink_metrics, splunkenterprise splunk_enterprise",
    "0.156": "awscloudwatch aws_cloudwatch",
    "0.159": "sqlquery sql_query",
    "0.160": "icmpcheckreceiver icmp_check, windowsperfcounters windows_perf_counters",
  },
  processors: {
    "0.146": "k8sattributes k8s_attributes",
    "0.148": "metricstarttime metric_start_time",
    "0.151": "logdedup log_dedup",
    "0.152": "metricstransform metrics_transform",
    "0.153": "resourcedetection resource_detection, genainormalizer gen_ai_normalizer",
    "0.157": `cumulativetodelta cumulative_to_delta, spanpruning span_pruning, awsecsattributes aws_ecs_attributes ${noAlias}`,
    "0.158": "deltatocumulative delta_to_cumulative, deltatorate delta_to_rate",
    "0.160": `dynamic_sampling adaptive_tail_sampling ${noAlias}`,
  },
  exporters: {
    "0.144": "otlp otlp_grpc, otlphttp otlp_http",
    "0.148": "azureblob azure_blob, googlecloudstorage google_cloud_storage",
    "0.151": "honeycombmarker honeycomb_marker",
    "0.152": "bmchelix bmc_helix",
    "0.153": "loadbalancing load_balancing",
    "0.154": "prometheusremotewrite prometheus_remote_write",
    "0.159": "azuremonitor azure_monitor",
  },
  connectors: {
    "0.146": "signaltometrics signal_to_metrics",
    "0.151": "servicegraph service_graph, spanmetrics span_metrics",
    "0.152": "otlpjson otlp_json, roundrobin round_robin, slowsql slow_sql",
    "0.153": "metricsaslogs metrics_as_logs",
  },
  extensions: {
    "0.148":
      "awslogs_encoding aws_logs_encoding, azureauth azure_auth, cgroupruntime cgroup_runtime, " +
      "googlecloudlogentry_encoding google_cloud_logentry_encoding",
  },
};

const bySection: ReadonlyMap<string, readonly Renaming[]> = new Map(
  Object.entries(renamings).map(([section, versions]) => [
    section,
    Object.entries(versions).flatMap(([since, pairs]) =>
      pairs.split(", ").map((pair): Renaming => {
        const [former = "", current = "", mark] = pair.split(" ");
        return { former, current, since, alias: mark !== noAlias };
      }),
    ),
  ]),
);

/** Every renaming that a type has gone through, oldest first; none for a type that has kept its name. */
export function renamingsOf(section: string, type: string): readonly Renaming[] {
  const all = bySection.get(section) ?? [];
  const names = new Set([type]);
  // Some were renamed twice: whatever is joined to one of its names is one of its names.
  for (const one of [...all, ...all.toReversed()]) {
    if (names.has(one.former) || names.has(one.current)) names.add(one.former).add(one.current);
  }
  return all.filter(({ former }) => names.has(former));
}

/** Every name that a type has had, the newest first, but for the given one, which leads; that alone where it has kept it. */
export function namesOf(section: string, type: string): readonly string[] {
  const all = renamingsOf(section, type).flatMap(({ former, current }) => [former, current]);
  return [...new Set([type, ...all.toReversed()])];
}

/** The newest name of a type; its own where it has kept it. */
export function newestName(section: string, type: string): string {
  return renamingsOf(section, type).at(-1)?.current ?? type;
}

/**
 * What all names of a type have in common: its newest name without underscores, because renamings that are not known here
 * put in underscores as a rule.
 */
export function commonName(section: string, type: string): string {
  return newestName(section, type).replaceAll("_", "");
}

/** True when both names stand for the same component of the collector. */
export function isSameType(section: string, one: string, other: string): boolean {
  return commonName(section, one) === commonName(section, other);
}
