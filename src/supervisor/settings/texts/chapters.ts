/** A part of the page about all keys. */
export interface Chapter {
  readonly title: string;
  /** What somebody who looks for this wants to know, with links to the pages that say more. */
  readonly intro: string;
  /** The keys and sections that it has, with all below them; the longest one that fits decides. */
  readonly has: readonly string[];
}

/** In the order in which somebody who writes a file meets them. */
export const chapters: readonly Chapter[] = [
  {
    title: "Where the server is",
    intro:
      "Credentials are explained in [credentials.md](credentials.md), what each server wants in [servers.md](servers.md).",
    has: ["server"],
  },
  {
    title: "TLS of the connection",
    intro: "The certificates are read again before each connection.",
    has: ["server.tls"],
  },
  { title: "A proxy on the way to the server", intro: "", has: ["server.proxy"] },
  {
    title: "Credentials from an extension",
    intro:
      "`extensions` has entries by name, `type` or `type/name`; the one that `server.auth` names is used. More in [credentials.md](credentials.md).",
    has: ["extensions"],
  },
  {
    title: "What the server may do and see",
    intro:
      "Nothing may be changed by a server unless it is permitted here. What it may change of the connection is explained in [connections.md](connections.md).",
    has: ["capabilities", "server.offers", "server.certificate"],
  },
  {
    title: "The collector and its environment",
    intro:
      "Scripts are explained in [scripts.md](scripts.md), the AWS distribution in [aws.md](aws.md).",
    has: ["agent"],
  },
  {
    title: "Local configurations",
    intro: "`opampsupervisor explain` shows which of them sets each value.",
    has: [
      "agent.config_files",
      "agent.protected_config_files",
      "agent.startup_fallback_configs",
      "agent.on_collision",
    ],
  },
  {
    title: "What a configuration may contain",
    intro: "[policy.md](policy.md) has the rules in full.",
    has: ["agent.policy", "agent.confine"],
  },
  {
    title: "How a new configuration is taken up",
    intro:
      "[reload.md](reload.md) says when the collector is not restarted, [data-flow.md](data-flow.md) what is watched.",
    has: [
      ...["reload", "use_hup_config_reload", "config_apply_timeout", "apply_settle"],
      ...["start_timeout", "health_check_endpoint", "data_flow", "data_flow_interval"],
    ].map((key) => `agent.${key}`),
  },
  {
    title: "What the collector says",
    intro: "[agent-output.md](agent-output.md) explains both ways.",
    has: ["agent.log_rotation", "agent.passthrough_logs", "agent.collector_crash_log_snippet_kib"],
  },
  {
    title: "Other versions of the collector",
    intro:
      "They are taken with `capabilities.accepts_packages`; [upgrades.md](upgrades.md) has the whole way.",
    has: ["agent.packages", "agent.package"],
  },
  {
    title: "A collector that somebody else starts",
    intro: "These hold with `agent.mode: attach`; [attach.md](attach.md) explains them.",
    has: ["agent.attach"],
  },
  {
    title: "A collector in the pods of a Kubernetes workload",
    intro:
      "These hold with `agent.mode: kubernetes`; [kubernetes-mode.md](kubernetes-mode.md) explains them.",
    has: ["agent.kubernetes"],
  },
  { title: "Storage", intro: "", has: ["storage"] },
  {
    title: "The supervisor's own log",
    intro: "[log-files.md](log-files.md) is about files that are set aside, by us or by logrotate.",
    has: ["telemetry.logs"],
  },
  {
    title: "Telemetry of the supervisor",
    intro:
      "`….otlp` stands for each of `telemetry.agent_logs.otlp`, and `exporter.otlp` of a processor or of a periodic reader. [telemetry.md](telemetry.md) has examples.",
    has: [
      "telemetry",
      "telemetry.logs.processors[]",
      "telemetry.metrics.readers[]",
      "telemetry.traces.processors[]",
    ],
  },
  {
    title: "A page for probes",
    intro: "It has `/health`, `/livez`, `/readyz` and `/metrics`.",
    has: ["healthcheck"],
  },
];
