import * as fc from "fast-check";

/** A type of component and all its names, the oldest first. */
export interface RenamedType {
  readonly section: string;
  readonly names: readonly string[];
}

const renamed: Readonly<Record<string, string>> = {
  receivers:
    "hostmetrics host_metrics, filelog file_log, ciscoosreceiver ciscoos cisco_os, icmpcheckreceiver icmp_check, " +
    "awscontainerinsightreceiver awscontainerinsight, webhookevent webhook_event, httpcheck http_check, sqlquery sql_query, " +
    "windowsperfcounters windows_perf_counters, kubeletstats kubelet_stats, tcplog tcp_log, prometheusremotewrite prometheus_remote_write",
  processors:
    "resourcedetection resource_detection, dynamic_sampling adaptive_tail_sampling, k8sattributes k8s_attributes, " +
    "cumulativetodelta cumulative_to_delta, genainormalizer gen_ai_normalizer",
  exporters:
    "otlp otlp_grpc, otlphttp otlp_http, prometheusremotewrite prometheus_remote_write, loadbalancing load_balancing, " +
    "googlecloudstorage google_cloud_storage",
  connectors: "spanmetrics span_metrics, roundrobin round_robin, otlpjson otlp_json",
  extensions: "awslogs_encoding aws_logs_encoding, cgroupruntime cgroup_runtime",
};

const all: readonly RenamedType[] = Object.entries(renamed).flatMap(([section, groups]) =>
  groups.split(", ").map((names) => ({ section, names: names.split(" ") })),
);

/** One of the renamed types with two of its names, which may be the same. */
export const twoNames: fc.Arbitrary<
  RenamedType & { readonly one: string; readonly other: string }
> = fc.constantFrom(...all).chain((type) => {
  const name = fc.constantFrom(...type.names);
  return fc.record({ ...constantsOf(type), one: name, other: name });
});

function constantsOf({ section, names }: RenamedType): {
  readonly section: fc.Arbitrary<string>;
  readonly names: fc.Arbitrary<readonly string[]>;
} {
  return { section: fc.constant(section), names: fc.constant(names) };
}
