import { type TextTable, textsBelow } from "./key-text.ts";
import { kubernetesTexts } from "./kubernetes-texts.ts";
import { packageTexts } from "./package-texts.ts";

const attach: TextTable = {
  config_path: {
    says: "The file that the agent reads, on a volume that both see.",
    usual: "effective.yaml in the storage directory",
    example: "/conf/collector.yaml",
  },
  config_mode:
    "Mode of that file, in quotes: whoever may read it sees what is in the configuration.",
  find: "How the agent is found. process: its process is seen from here; health: only its health check is, and reload_command is needed.",
  executable: {
    says: "Name or absolute path of the program that the agent's process runs.",
    usual: "the name of agent.executable",
    example: "otelcol",
  },
  reload_command: {
    says: "Program and arguments that reload the agent, where it cannot be sent SIGHUP.",
    usual: "SIGHUP",
  },
  restart:
    "signal: SIGTERM may end the agent, because what started it starts it again; refuse: it is never ended.",
  restart_command: "Program and arguments that restart the agent.",
};

function limits(subject: string, allow: readonly string[], deny: readonly string[]): TextTable {
  return {
    allow: { says: `${subject} that are allowed, and no others.`, usual: "all", example: allow },
    deny: { says: `${subject} that are refused, also where allow names them.`, example: deny },
  };
}

const policy: TextTable = {
  components:
    "Which types of components a configuration may contain: a type, or a kind and a type.",
  ...textsBelow(
    "components",
    limits(
      "Types of components",
      ["receivers/otlp", "processors/*", "debug"],
      ["receivers/filelog"],
    ),
  ),
  exporter_hosts: "Where exporters, extensions and the agent's own telemetry may send to.",
  ...textsBelow(
    "exporter_hosts",
    limits("Hosts", ["*.example.com", "10.0.0.0/8"], ["old.example.com"]),
  ),
  file_paths:
    "Which files and directories may be named, with all that is below them; links are followed.",
  ...textsBelow(
    "file_paths",
    limits("Files and directories", ["/var/log/**"], ["/var/log/private"]),
  ),
  providers: "Where ${…} in a configuration may take values from.",
  ...textsBelow("providers", limits("Sources of values", ["env"], ["file", "http", "https"])),
  listen: "Which addresses may be listened on.",
  ...textsBelow("listen", limits("Addresses", ["localhost", "10.0.0.5:4317"], ["0.0.0.0"])),
  not_places: {
    says: "Settings that an allow list takes for places and that are none.",
    example: ["exporters.signalfx.realm"],
  },
};

const description: TextTable = {
  identifying_attributes: {
    says: "Attributes that identify the agent, name and text; its own telemetry says so too.",
    example: { "service.namespace": "edge" },
  },
  non_identifying_attributes: {
    says: "Attributes that help to find the agent, name and text.",
    example: { "deployment.environment": "production" },
  },
  detectors: {
    says: "Who is asked where this host is, as attributes of the agent: ec2, ecs, kubernetes, env (docs/sources.md).",
    example: ["ec2"],
  },
  include_resource_attributes:
    "Report the resource attributes of the agent too, where it has the opamp extension.",
};

const agent: TextTable = {
  executable: {
    says: "Path of the collector's binary, or a name that is looked up in the working directory and in PATH. A script will do, best with exec: docs/scripts.md.",
    usual: "required, but for modes attach and kubernetes",
    example: "/usr/bin/otelcol",
  },
  instance_id: {
    says: "Identity of the agent, a UUID or ULID, when it has none in storage yet.",
    usual: "one is made",
    example: "018fee23-4a51-7303-a441-73faed7d9deb",
  },
  instance_id_from: {
    says: "A name that the identity is worked out of instead, where storage does not last: the same name gives the same identity (docs/kubernetes.md).",
    example: "cluster-1/gateway/${env:K8S_POD_NAME}",
  },
  config_files: {
    says: "Local configurations, later ones win. $OWN_TELEMETRY_CONFIG, $OPAMP_EXTENSION_CONFIG and $REMOTE_CONFIG stand for what is added there; not named, the first comes before and the others after the files.",
    example: ["/etc/otelcol/base.yaml"],
  },
  args: {
    says: "More arguments for the binary.",
    example: ["--feature-gates=-service.partialReload"],
  },
  env: {
    says: "Environment variables for the binary beside our own, name and text.",
    example: { GOMEMLIMIT: "400MiB" },
  },
  env_inherit: {
    says: "Which of our variables the binary gets: all; without-credentials, all but those that only server, extensions and telemetry refer to; or names in which * stands for anything. More in docs/credentials.md.",
    example: ["PATH", "HOME", "OTEL_*"],
  },
  description: "Attributes that describe the agent to the server, beside those that are found out.",
  ...textsBelow("description", description),
  config_apply_timeout:
    "From here on an agent that is not healthy yet is reported as still starting.",
  bootstrap_timeout:
    "How long a first, empty run of the binary may take. Not needed here: there is no such run.",
  orphan_detection_interval:
    "How often the agent looks whether its supervisor still lives. Not needed here: none is left behind.",
  opamp_server_port: {
    says: "Port on the loopback where the agent's opamp extension finds us.",
    usual: "0, a free one",
  },
  log_rotation:
    "When agent.log is set aside as agent.log.1, the older ones moving up. More in docs/agent-output.md.",
  "log_rotation.max_size_mib": "From which size on agent.log is set aside, in MiB.",
  "log_rotation.max_files": "How many former agent.log are kept.",
  passthrough_logs:
    "Pass the agent's output through our own log instead of agent.log. More in docs/agent-output.md.",
  use_hup_config_reload: {
    says: "Apply a configuration by SIGHUP: false, written, is the same as reload: restart. Needless: see reload.",
    usual: "true",
  },
  validate_config:
    "Have the binary check a configuration before it is used. Always so here, whatever is written.",
  automatic_config_rollback:
    "Go back to the last good configuration when a new one fails. Always so here, whatever is written.",
  collector_crash_log_snippet_kib: {
    says: "How much of the end of agent.log goes into the report of a crash as it stands, in KiB.",
    usual: "0: what it says of an error, some 500 characters",
  },
  startup_fallback_configs: {
    says: "Configurations to run instead of config_files on a first start, until the server was reached.",
    example: ["/etc/otelcol/fallback.yaml"],
  },
  package: "The reference supervisor's keys for packages; agent.packages has more.",
  "package.verifier": "How a new binary is verified.",
  "package.verifier.type": "How a new binary is verified: empty or cosign.",
  "package.agent_binary": {
    says: "Name of the binary in an archive.",
    usual: "as agent.executable is called, else the only program",
  },
  mode: "Who starts the binary: child, we do; attach, somebody else does, as in a sidecar; kubernetes, it runs in the pods of a workload. More in docs/attach.md and docs/kubernetes-mode.md.",
  attach:
    "How an agent is reached that somebody else starts, with mode attach. More in docs/attach.md.",
  ...textsBelow("attach", attach),
  kubernetes:
    "The workload whose pods are the agent, with mode kubernetes. More in docs/kubernetes-mode.md.",
  ...textsBelow("kubernetes", kubernetesTexts),
  protected_config_files: {
    says: "Local configurations that win over what the server sends.",
    example: ["/etc/otelcol/protected.yaml"],
  },
  reload: {
    says: "How a new configuration is taken up: auto (SIGHUP where the health check can prove it, else a restart) or restart. More in docs/reload.md.",
    usual: "auto",
  },
  on_collision:
    "Two parts of what the server sends that contradict each other: warn, the last one wins; or fail.",
  leftover:
    "An agent that a supervisor which was killed has left behind: stop (it ends with its supervisor, or the next start ends it), or adopt (it goes on, and the next supervisor with it).",
  data_flow:
    "Compare the agent's own metrics before and after a change, and report data that stopped or sends that began to fail as ill health. More in docs/data-flow.md.",
  data_flow_interval:
    "How often the agent's own metrics are read; twice as often in the half minute after a change.",
  health_check_endpoint: {
    says: "host:port or URL of the agent's health_check extension.",
    usual: "as its configuration says, else localhost:13133 or the next free port",
    example: "localhost:13133",
  },
  apply_settle:
    "How long an agent must stay healthy before its new configuration counts as applied.",
  start_timeout: {
    says: "From here on an agent that is not healthy yet has failed.",
    usual: "60s, or four times what validation took if longer",
    example: "2m",
  },
  stop_timeout: "How long the agent may finish its work when it is stopped, before it is killed.",
  packages:
    "Packages that a server may offer: another version of the collector, and files beside it. More in docs/upgrades.md.",
  ...textsBelow("packages", packageTexts),
  confine:
    "Have the kernel keep the collector from writing anywhere but to what file_paths.allow of the policy names: auto (without, where that cannot be had), required (no start without), or off. More in docs/policy.md.",
  policy: {
    says: "What a configuration with a part from the server may contain: rules, or the path of a file with them. A subject that is left out is not restricted. More in docs/policy.md.",
    usual: "nothing is restricted",
    example: "/etc/otelcol/policy.yaml",
  },
  ...textsBelow("policy", policy),
};

/** `agent` and `storage`. */
export const agentTexts: TextTable = {
  agent: "The collector that is run.",
  ...textsBelow("agent", agent),
  storage: "What survives a restart: identity, configurations, agent.log.",
  "storage.directory": {
    says: "Folder for what survives a restart, made when it is missing.",
    usual: "/var/lib/otelcol/supervisor, else ./storage where that may not be written",
    example: "/var/lib/otelcol/supervisor",
  },
};
