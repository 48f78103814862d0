import { type TextTable, textsBelow } from "./key-text.ts";

const tls: TextTable = {
  ca_file: {
    says: "File with the authorities (PEM) that the server's certificate is checked against.",
    usual: "the system's",
    example: "/etc/otelcol/ca.pem",
  },
  ca_pem: "The authorities that the server's certificate is checked against, as PEM text.",
  include_system_ca_certs_pool:
    "Accept the system's authorities beside those of ca_file or ca_pem.",
  cert_file: {
    says: "File with our client certificate (PEM), together with key_file.",
    example: "/etc/otelcol/client.pem",
  },
  cert_pem: "Our client certificate as PEM text.",
  key_file: {
    says: "File with the key (PEM, no passphrase) of our client certificate.",
    example: "/etc/otelcol/client-key.pem",
  },
  key_pem: {
    says: "The key of our client certificate as PEM text; better ${file:path} than the key itself.",
    example: "${file:/run/secrets/client-key}",
  },
  min_version: "Oldest TLS version that is accepted, in quotes.",
  max_version: {
    says: "Newest TLS version that is accepted, in quotes.",
    usual: "the newest there is",
  },
  cipher_suites: {
    says: "Cipher suites to offer, by their IANA names. TLS 1.3 keeps all of its own where none of them is named.",
    usual: "those of Node",
    example: ["TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"],
  },
  include_insecure_cipher_suites:
    "Permit insecure suites among those named. Not needed here: what is named is offered, where Node has it.",
  curve_preferences: {
    says: "Elliptic curves in order of preference: X25519, P256, P384, P521.",
    usual: "those of Node",
    example: ["X25519", "P256"],
  },
  reload_interval:
    "How often certificates are read again. Not needed here: the files are read for each connection.",
  tpm: "A key in a trusted platform module.",
  "tpm.enabled": "Take the key of our client certificate from a trusted platform module.",
  "tpm.path": "Device or socket of the trusted platform module.",
  "tpm.owner_auth": "Secret of the owner of the trusted platform module.",
  "tpm.auth": "Secret of the key in the trusted platform module.",
  insecure:
    "With wss it only means that, without a CA, the rest of tls is ignored, as in the Collector.",
  insecure_skip_verify: "Accept any certificate of the server. For a server on this machine only.",
  server_name_override: {
    says: "Name to expect in the server's certificate.",
    usual: "the host of the endpoint",
    example: "opamp.internal",
  },
};

const proxy: TextTable = {
  url: {
    says: "URL of the proxy, http or https, or host:port; name and password may stand in it.",
    usual: "as the environment says",
    example: "http://proxy.example.com:3128",
  },
  headers: "Headers for the proxy alone, name and value.",
  no_proxy: {
    says: 'What is reached without the proxy: names (with all below them), .names, addresses, networks, or "*".',
    example: [".internal", "10.0.0.0/8"],
  },
  from_environment:
    "Without a url take HTTPS_PROXY (for wss and https), HTTP_PROXY, ALL_PROXY and NO_PROXY.",
};

const offers: TextTable = {
  allowed_hosts: {
    says: "Hosts that the server may send us to: names, or *. and a domain.",
    usual: "any",
    example: ["*.example.com"],
  },
  allow_weaker_tls:
    "The server may give up encryption, turn off the check of its certificate, or take an older TLS version.",
};

const certificate: TextTable = {
  request: "Ask the server for a client certificate.",
  common_name: { says: "The name in the client certificate.", usual: "the instance id" },
  renew_before:
    "How long before the certificate runs out a new one is asked for, but never before half of its life.",
};

const server: TextTable = {
  endpoint: {
    says: "URL of the server: ws, wss, http or https; without a port 443 or 80, without a path /v1/opamp. Further ones of a list are used while those before cannot be had.",
    usual: "required",
    example: "wss://opamp.example.com/v1/opamp",
  },
  headers: {
    says: "Headers of every connection, name and value, or a list of values. One text is split at commas.",
    example: { Authorization: "Bearer ${env:OPAMP_TOKEN}" },
  },
  header_files: {
    says: "Headers whose values stand in files, name and path; read again before each connection. More in docs/credentials.md.",
    example: { Authorization: "/run/secrets/opamp-authorization" },
  },
  header_commands: {
    says: "Headers whose values a command prints as its first line, name and list of program and arguments. More in docs/credentials.md.",
    example: { "X-Api-Key": ["vault", "kv", "get", "-field=key", "secret/opamp"] },
  },
  header_command_interval:
    "How long the answer of a header command is used again; a 401 has it run at once.",
  tls: "How the server's certificate is checked, and our own; an https proxy too. Without effect for ws and http without one.",
  ...textsBelow("tls", tls),
  auth: {
    says: "Name of the entry of extensions that adds credentials to each connection. More in docs/credentials.md.",
    example: "bearertokenauth",
  },
  offers:
    "What the server may change of the connection to it, with capabilities.accepts_opamp_connection_settings. More in docs/connections.md.",
  ...textsBelow("offers", offers),
  certificate:
    "A client certificate that the server is asked for, where it takes such requests. The key is made here and stays here.",
  ...textsBelow("certificate", certificate),
  proxy: "An HTTP proxy on the way to the server, for ws, wss, http and https.",
  ...textsBelow("proxy", proxy),
  compression:
    "Compress messages of 1 KiB and more (over WebSocket permessage-deflate, where the server has it).",
};

const capabilities: TextTable = {
  accepts_remote_config: "The server may send configurations.",
  accepts_restart_command: "The server may restart the agent.",
  accepts_opamp_connection_settings:
    "The server may send us to another server and give us other credentials. More in docs/connections.md.",
  accepts_packages:
    "The server may offer other versions of the agent's binary, and files beside it: agent.packages.",
  reports_effective_config: "The server sees the configuration that the agent really runs.",
  reports_own_metrics: "The server may say where the agent sends its own metrics.",
  reports_own_logs: "The server may say where the agent's log and ours are sent.",
  reports_own_traces: "The server may say where the agent sends its own traces.",
  reports_health: "The server sees whether the agent is healthy.",
  reports_remote_config: {
    says: "The server hears what became of a configuration that it sent. No longer needed, except to keep silent about it, by false.",
    usual: "as accepts_remote_config",
  },
  reports_available_components: "The server sees which components the agent's binary has.",
  reports_package_statuses: {
    says: "The server sees how an upgrade goes. No longer needed.",
    usual: "as accepts_packages",
  },
  reports_heartbeat: "The server hears from us regularly, also when nothing changed.",
  accepts_other_connection_settings:
    "The server may give exporters and extensions other destinations and credentials.",
  reports_connection_settings_status:
    "The server hears what became of settings that it offered, where it may offer any.",
};

/** `server` and `capabilities`. */
export const serverTexts: TextTable = {
  server: "The OpAMP server that manages this agent.",
  ...textsBelow("server", server),
  capabilities: "What the server may do and see.",
  ...textsBelow("capabilities", capabilities),
};
