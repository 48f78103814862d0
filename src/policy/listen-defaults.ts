/** What one part of a component listens on when its settings name no address. */
interface UsualAddress {
  /** Keys below the component; with keys it listens there only when they are written. */
  readonly below: readonly string[];
  readonly address: string;
  /** The keys that would name the address. */
  readonly keys: readonly string[];
}

/**
 * By type. Collectors from 0.104 on listen on `localhost` unless told otherwise; older ones, and those with that feature
 * gate switched off, on all interfaces.
 */
export const usualAddresses: ReadonlyMap<string, readonly UsualAddress[]> = new Map([
  ["otlp", [at("localhost:4317", "protocols", "grpc"), at("localhost:4318", "protocols", "http")]],
  [
    "jaeger",
    [
      at("localhost:14250", "protocols", "grpc"),
      at("localhost:14268", "protocols", "thrift_http"),
      at("localhost:6831", "protocols", "thrift_compact"),
      at("localhost:6832", "protocols", "thrift_binary"),
    ],
  ],
  [
    "skywalking",
    [at("localhost:11800", "protocols", "grpc"), at("localhost:12800", "protocols", "http")],
  ],
  ["zipkin", [at("localhost:9411")]],
  ["opencensus", [at("localhost:55678")]],
  ["statsd", [at("localhost:8125")]],
  ["carbon", [at("localhost:2003")]],
  ["wavefront", [at("localhost:2003")]],
  ["collectd", [at("localhost:8081")]],
  ["influxdb", [at("localhost:8086")]],
  ["splunkhec", [at("localhost:8088")]],
  ["signalfx", [at("localhost:9943")]],
  ["datadog", [at("localhost:8126")]],
  ["awsxray", [at("localhost:2000"), at("localhost:2000", "proxy_server")]],
  ["netflow", [{ below: [], address: "0.0.0.0:2055", keys: ["hostname"] }]],
  ["healthcheck", [at("localhost:13133")]],
  ["pprof", [at("localhost:1777")]],
  ["zpages", [at("localhost:55679")]],
  ["remotetap", [at("localhost:12001")]],
  ["healthcheckv2", [at("localhost:13133")]],
  [
    "httpforwarder",
    [at("0.0.0.0:6060", "ingress"), { below: [], address: "0.0.0.0:6060", keys: ["ingress"] }],
  ],
  [
    "jaegerremotesampling",
    [at("0.0.0.0:5778"), at("0.0.0.0:5778", "http"), at("0.0.0.0:14250", "grpc")],
  ],
  ["awsproxy", [at("localhost:2000")]],
  ["awsfirehose", [at("localhost:4433")]],
  ["loki", [at("localhost:3600", "protocols", "grpc"), at("localhost:3500", "protocols", "http")]],
  ["envoyals", [at("localhost:19001")]],
  ["faro", [at("localhost:8080")]],
  ["libhoney", [at("localhost:8080", "http"), at("localhost:4317", "grpc")]],
  ["otelarrow", [at("localhost:4317", "protocols", "grpc")]],
  ["stef", [at("localhost:4320")]],
  ["prometheusremotewrite", [at("localhost:9090")]],
  ["github", [at("localhost:8080", "webhook")]],
  ["gitlab", [at("localhost:8080", "webhook")]],
]);

function at(address: string, ...below: readonly string[]): UsualAddress {
  return { below, address, keys: ["endpoint"] };
}

/** Types whose address is one that they ask: nobody can connect to them. Every other type counts as listening. */
export const connectingTypes: ReadonlySet<string> = new Set([
  ...["activedirectoryds", "aerospike", "apache", "apachespark", "awscontainerinsight"],
  ...["awsecscontainermetrics", "azureeventhub", "azuremonitor", "bigip", "chrony", "couchdb"],
  ...["dockerstats", "elasticsearch", "expvar", "filelog", "filestats", "flinkmetrics"],
  ...["googlecloudmonitoring", "googlecloudpubsub", "googlecloudspanner", "haproxy", "hostmetrics"],
  ...["httpcheck", "icmpcheck", "iis", "jmx", "journald", "k8scluster", "k8sevents", "k8sobjects"],
  ...["kafka", "kafkametrics", "kubeletstats", "memcached", "mongodb", "mysql", "nginx", "nsxt"],
  ...["ntp", "oracledb", "podmanstats", "postgresql", "prometheussimple", "pulsar", "purefa"],
  ...["purefb", "rabbitmq", "redis", "redisstorage", "riak", "saphana", "snmp", "snowflake"],
  ...["solace", "splunkenterprise", "sqlquery", "sqlserver", "sshcheck", "tcpcheck", "tlscheck"],
  ...["vcenter", "windowseventlog", "windowsperfcounters", "zookeeper"],
]);

/** Types that listen nowhere unless an address is written. */
export const silentTypes: ReadonlySet<string> = new Set([
  ...["nop", "prometheus", "receivercreator", "udplog", "tcplog", "syslog", "fluentforward"],
  ...[
    "webhookevent",
    "cloudflare",
    "otlpjsonfile",
    "namedpipe",
    "osquery",
    "systemd",
    "mongodbatlas",
  ],
  ...[
    "windowsservice",
    "googlecloudpubsubpush",
    "awscloudwatch",
    "awslambda",
    "awss3",
    "azureblob",
  ],
  ...[
    "github",
    "gitlab",
    "httpforwarder",
    "ciscoos",
    "yanggrpc",
    "macosunifiedlogging",
    "tcpcheck",
  ],
  ...["ack", "asapclient", "azureauth", "azureencoding", "awslogsencoding", "avrologencoding"],
  ...[
    "basicauth",
    "bearertokenauth",
    "cgroupruntime",
    "dbstorage",
    "dockerobserver",
    "ecsobserver",
  ],
  ...["ecstaskobserver", "cfgardenobserver", "filestorage", "googleclientauth", "headerssetter"],
  ...["hostobserver", "jaegerencoding", "jsonlogencoding", "k8sleaderelector", "k8sobserver"],
  ...[
    "kafkatopicsobserver",
    "memorylimiter",
    "oauth2client",
    "oidc",
    "opamp",
    "opampcustommessages",
  ],
  ...["otlpencoding", "redisstorage", "sigv4auth", "skywalkingencoding", "solarwindsapmsettings"],
  ...[
    "sumologic",
    "textencoding",
    "zipkinencoding",
    "googlecloudlogentryencoding",
    "memoryballast",
  ],
]);
