import type { GoModule } from "./build-info.ts";

/** Each kind with its component types and the module each comes from. */
export type Components = readonly (readonly [string, readonly (readonly [string, string])[]])[];

const kinds = ["receiver", "processor", "exporter", "connector", "extension"] as const;

/** Folders whose type is not what is left of their name without its kind. */
const otherTypes: ReadonlyMap<string, string> = new Map([
  ["receiver/awscontainerinsightreceiver", "awscontainerinsightreceiver"],
  ["receiver/dockerstatsreceiver", "docker_stats"],
  ["receiver/k8sclusterreceiver", "k8s_cluster"],
  ["receiver/k8seventsreceiver", "k8s_events"],
  ["receiver/podmanreceiver", "podman_stats"],
  ["receiver/receivercreator", "receiver_creator"],
  ["receiver/simpleprometheusreceiver", "prometheus_simple"],
  ["receiver/splunkhecreceiver", "splunk_hec"],
  ["processor/memorylimiterprocessor", "memory_limiter"],
  ["processor/metricsgenerationprocessor", "experimental_metricsgeneration"],
  ["processor/probabilisticsamplerprocessor", "probabilistic_sampler"],
  ["processor/tailsamplingprocessor", "tail_sampling"],
  ["exporter/alibabacloudlogserviceexporter", "alibabacloud_logservice"],
  ["exporter/splunkhecexporter", "splunk_hec"],
  ["exporter/tencentcloudlogserviceexporter", "tencentcloud_logservice"],
  ["extension/asapauthextension", "asapclient"],
  ["extension/awsproxy", "awsproxy"],
  ["extension/azureauthextension", "azure_auth"],
  ["extension/ballastextension", "memory_ballast"],
  ["extension/headerssetterextension", "headers_setter"],
  ["extension/healthcheckextension", "health_check"],
  ["extension/httpforwarderextension", "http_forwarder"],
  ["extension/k8sleaderelector", "k8s_leader_elector"],
  ["extension/memorylimiterextension", "memory_limiter"],
  ["extension/oauth2clientauthextension", "oauth2client"],
  ["extension/oidcauthextension", "oidc"],
  ["extension/encoding/avrologencodingextension", "avro_log_encoding"],
  ["extension/encoding/jaegerencodingextension", "jaeger_encoding"],
  ["extension/encoding/jsonlogencodingextension", "json_log_encoding"],
  ["extension/encoding/otlpencodingextension", "otlp_encoding"],
  ["extension/encoding/textencodingextension", "text_encoding"],
  ["extension/encoding/zipkinencodingextension", "zipkin_encoding"],
  ["extension/observer/cfgardenobserver", "cfgarden_observer"],
  ["extension/observer/dockerobserver", "docker_observer"],
  ["extension/observer/ecsobserver", "ecs_observer"],
  ["extension/observer/ecstaskobserver", "ecs_task_observer"],
  ["extension/observer/hostobserver", "host_observer"],
  ["extension/observer/k8sobserver", "k8s_observer"],
  ["extension/observer/kafkatopicsobserver", "kafkatopics_observer"],
  ["extension/storage/dbstorage", "db_storage"],
  ["extension/storage/filestorage", "file_storage"],
  ["extension/storage/redisstorageextension", "redis_storage"],
]);

/**
 * The component types that modules stand for, as `components` lists them. A module is taken for a component by its
 * folder's name; a program that only uses a part of one is not told from one that offers it.
 */
export function componentsOf(modules: readonly GoModule[]): Components {
  return kinds.map((kind) => {
    const types = modules.flatMap((module) => {
      const type = typeOf(kind, module.path);
      return type === undefined ? [] : [[type, namedIn(module)] as const];
    });
    return [`${kind}s`, types.toSorted(([a], [b]) => (a < b ? -1 : 1))] as const;
  });
}

function typeOf(kind: string, path: string): string | undefined {
  const [, below] = new RegExp(`/${kind}/(.+?)(?:/v\\d+)?$`).exec(path) ?? [];
  if (below === undefined) return undefined;
  const other = otherTypes.get(`${kind}/${below}`);
  if (other !== undefined) return other;
  // Anything deeper, like what helps to write or to test them, is no component.
  const [, type] = new RegExp(`^([a-z][a-z0-9_]*)${kind}$`).exec(below) ?? [];
  return type === "x" ? undefined : type;
}

function namedIn({ path, version, replacedBy }: GoModule): string {
  const taken = replacedBy?.version === "" ? undefined : replacedBy;
  return `${taken?.path ?? path} ${taken?.version ?? version}`;
}
