import { expect, test } from "vitest";
import { rulesOf, found } from "../helpers/core/rules.ts";

/** What a careful operator of such configurations would write. */
const sensible = rulesOf({
  components: {
    allow: ["receivers/*", "processors/*", "exporters/*", "connectors/*", "extensions/*"],
  },
  exporter_hosts: {
    allow: [
      "*.example.com",
      "*.amazonaws.com",
      "10.0.0.0/8",
      "localhost",
      "built-in",
      "datadoghq.eu",
    ],
  },
  file_paths: {
    allow: ["/var/log/**", "/var/lib/otelcol/**", "/etc/otelcol/certs", "/", "/run/docker.sock"],
  },
  providers: { allow: ["env"] },
  listen: { allow: ["localhost", "0.0.0.0:4317", "0.0.0.0:4318", "0.0.0.0:8125", "0.0.0.0:2000"] },
});

const logs = `
receivers:
  filelog:
    include: [/var/log/*.log, "/var/log/{nginx,app}/*.log"]
    exclude: [/var/log/private.log]
    start_at: beginning
    storage: file_storage/queue
    include_file_path: true
    multiline: {line_start_pattern: '^\\d{4}-\\d{2}-\\d{2}'}
    attributes: {service.name: shop.api}
    resource: {deployment.environment: prod.eu}
    operators:
      - type: regex_parser
        regex: '^(?P<time>\\S+) (?P<sev>[A-Z]*) /(?P<rest>.*)$'
        timestamp: {parse_from: attributes.time, layout: '%Y-%m-%d'}
        severity: {parse_from: attributes.sev}
      - type: move
        from: attributes.rest
        to: body
      - type: router
        routes: [{output: a.b, expr: 'body matches "^/x"'}]
  journald: {directory: /var/log/journal, units: [ssh.service, kubelet.service], priority: info}
processors:
  memory_limiter: {check_interval: 1s, limit_mib: 512}
  batch/logs: {send_batch_size: 8192, timeout: 5s}
  resource: {attributes: [{key: service.name, value: shop.api, action: upsert}]}
  transform:
    log_statements: ['set(resource.attributes["url"], "https://x.y/z") where attributes["a.b"] == nil']
  filter: {logs: {log_record: ['IsMatch(body, ".*/health.*")']}}
exporters:
  otlphttp:
    endpoint: https://in.example.com:4318
    headers: {Authorization: "Bearer \${env:TOKEN}", X-Path: /x}
    tls: {ca_file: /etc/otelcol/certs/ca.pem, server_name_override: other.example.com}
    sending_queue: {storage: file_storage/queue, queue_size: 1000}
    timeout: \${env:TIMEOUT:-5s}
  debug: {verbosity: detailed}
extensions:
  file_storage/queue: {directory: /var/lib/otelcol/queue, timeout: 1s}
  health_check: {endpoint: localhost:13133, path: /health}
  pprof: {endpoint: localhost:1777}
  zpages:
service:
  extensions: [file_storage/queue, health_check, pprof, zpages]
  pipelines:
    logs: {receivers: [filelog, journald], processors: [memory_limiter, resource, transform, filter, batch/logs], exporters: [otlphttp, debug]}
  telemetry:
    resource: {service.name: my.collector, team: "a/b"}
    logs: {level: info, encoding: json, output_paths: [stderr], initial_fields: {host: a.b.c}}
    metrics:
      level: detailed
      readers:
        - pull: {exporter: {prometheus: {host: localhost, port: 8888, with_resource_constant_labels: {included: [service.name]}}}}
        - periodic: {interval: 10000, exporter: {otlp: {protocol: http/protobuf, endpoint: https://in.example.com}}}
`;

const aws = `
receivers:
  otlp: {protocols: {grpc: {endpoint: 0.0.0.0:4317}, http: {endpoint: 0.0.0.0:4318, cors: {allowed_origins: [https://*.shop.net]}}}}
  awsxray: {endpoint: 0.0.0.0:2000, transport: udp}
  statsd: {endpoint: 0.0.0.0:8125, aggregation_interval: 60s}
  awsecscontainermetrics: {collection_interval: 20s}
  prometheus:
    config:
      global: {scrape_interval: 15s}
      scrape_configs:
        - job_name: shop/api
          metrics_path: /metrics
          static_configs: [{targets: ["shop.internal:9100", "10.0.0.7:80"], labels: {team: a.b}}]
          relabel_configs: [{source_labels: [__address__], regex: "(.*):\\\\d+", replacement: "$$1:9100", target_label: __address__}]
processors:
  batch:
  resourcedetection: {detectors: [env, system, ecs, ec2], timeout: 2s, override: false, system: {hostname_sources: [os]}}
  filter: {metrics: {include: {match_type: regexp, metric_names: ["ecs.task.*", ".*memory.reserved"]}}}
  metricstransform: {transforms: [{include: ecs.task.memory.utilized, action: update, new_name: MemoryUtilized}]}
exporters:
  awsxray: {region: us-west-2, indexed_attributes: [otel.resource.service.name]}
  awsemf:
    region: eu-central-1
    namespace: ECS/ContainerInsights
    log_group_name: "/aws/ecs/containerinsights/{ClusterName}/performance"
    log_stream_name: "{TaskId}/x.y"
    dimension_rollup_option: NoDimensionRollup
    metric_declarations: [{dimensions: [[ClusterName]], metric_name_selectors: ["^pod_.*$", ecs.task.x]}]
  awscloudwatchlogs: {log_group_name: /my/group, log_stream_name: s/1, region: us-east-1}
  prometheusremotewrite:
    endpoint: https://aps-workspaces.us-west-2.amazonaws.com/workspaces/ws-1/api/v1/remote_write
    auth: {authenticator: sigv4auth}
    external_labels: {cluster: a.b/c}
extensions:
  sigv4auth: {region: us-west-2, service: aps, assume_role: {arn: "arn:aws:iam::123456789012:role/x", sts_region: us-west-2}}
  health_check:
service:
  extensions: [sigv4auth, health_check]
  pipelines:
    traces: {receivers: [otlp, awsxray], processors: [resourcedetection, batch], exporters: [awsxray]}
    metrics: {receivers: [otlp, statsd, awsecscontainermetrics, prometheus], processors: [filter, metricstransform, batch], exporters: [awsemf, prometheusremotewrite]}
    logs: {receivers: [otlp], exporters: [awscloudwatchlogs]}
`;

const kubernetes = `
receivers:
  otlp: {protocols: {grpc: , http: }}
  kubeletstats: {auth_type: serviceAccount, endpoint: "https://\${env:K8S_NODE_NAME}:10250", metric_groups: [pod, node], insecure_skip_verify: true}
  k8s_cluster: {auth_type: serviceAccount, node_conditions_to_report: [Ready]}
  k8sobjects: {objects: [{name: events, mode: watch, group: events.k8s.io}]}
  hostmetrics:
    root_path: /
    scrapers:
      cpu: {metrics: {system.cpu.utilization: {enabled: true}}}
      filesystem: {exclude_mount_points: {match_type: regexp, mount_points: [/var/lib/docker/.*, /dev/*]}, exclude_fs_types: {fs_types: [tmpfs], match_type: strict}}
  docker_stats: {endpoint: unix:///run/docker.sock}
  redis: {endpoint: cache.internal:6379, password: "\${env:REDIS}"}
  receiver_creator:
    watch_observers: [k8s_observer]
    receivers:
      redis:
        rule: type == "port" && pod.labels["app.kubernetes.io/name"] == "redis"
        config: {collection_interval: 10s}
processors:
  k8sattributes:
    auth_type: serviceAccount
    extract: {metadata: [k8s.pod.name, k8s.namespace.name], labels: [{tag_name: app, key: app.kubernetes.io/name, from: pod}]}
    pod_association: [{sources: [{from: resource_attribute, name: k8s.pod.ip}]}]
  tail_sampling: {policies: [{name: p, type: string_attribute, string_attribute: {key: http.url, values: [/a.*]}}]}
  probabilistic_sampler: {sampling_percentage: 15.3}
connectors:
  spanmetrics: {dimensions: [{name: http.method}], namespace: a.b}
exporters:
  otlp: {endpoint: "tempo.example.com:4317", tls: {insecure: true}, compression: gzip}
  loadbalancing: {protocol: {otlp: {timeout: 1s}}, resolver: {dns: {hostname: tail.example.com, port: 4317}}, routing_key: traceID}
  kafka: {brokers: ["10.0.0.1:9092"], protocol_version: 2.0.0, topic: otlp.spans, encoding: otlp_proto}
  elasticsearch: {endpoints: [https://es.example.com:9200], logs_index: logs.app-1, mapping: {mode: ecs}}
  splunk_hec: {token: x, endpoint: "https://splunk.example.com:8088/services/collector", source: otel.x, sourcetype: a/b, index: main}
  datadog: {api: {site: datadoghq.eu, key: "\${env:DD_API_KEY}"}}
  prometheus: {endpoint: localhost:9464, namespace: a.b, const_labels: {x: a.b/c}}
  file: {path: /var/log/otel/out.json, rotation: {max_megabytes: 10}}
extensions:
  k8s_observer: {auth_type: serviceAccount, node: "\${env:K8S_NODE_NAME}"}
  basicauth: {client_auth: {username: me, password: "a:1/b@c"}}
  bearertokenauth: {scheme: Bearer, token: a.b.c}
  oauth2client: {client_id: a.b, client_secret: x, token_url: "https://login.example.com/token", scopes: [api.metrics]}
service:
  extensions: [k8s_observer, basicauth, bearertokenauth, oauth2client]
  pipelines:
    traces: {receivers: [otlp], processors: [k8sattributes, tail_sampling, probabilistic_sampler], exporters: [otlp, loadbalancing, spanmetrics, kafka]}
    metrics: {receivers: [spanmetrics, kubeletstats, k8s_cluster, hostmetrics, docker_stats, redis, receiver_creator], exporters: [otlp, prometheus, datadog]}
    logs: {receivers: [k8sobjects], exporters: [elasticsearch, splunk_hec, file]}
`;

test.each([
  ["logs of a host", logs],
  ["the samples of AWS", aws],
  ["a cluster", kubernetes],
])("%s pass a sensible list of what is allowed", (_, text) => {
  expect(found(sensible, text)).toEqual([]);
});
