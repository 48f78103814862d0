import { type TextTable, textsBelow } from "./key-text.ts";

const tls: TextTable = {
  ca_file: "File with authorities (PEM). No effect: clients have client_ca_file.",
  ca_pem: "Authorities as PEM text. No effect: clients have client_ca_file.",
  include_system_ca_certs_pool: "Accept the system's authorities too. No effect.",
  cert_file: {
    says: "File with the page's certificate (PEM).",
    example: "/etc/otelcol/page.pem",
  },
  cert_pem: "The page's certificate as PEM text.",
  key_file: {
    says: "File with the key (PEM, no passphrase) of the page's certificate.",
    example: "/etc/otelcol/page-key.pem",
  },
  key_pem: "The key of the page's certificate as PEM text.",
  min_version: "Oldest TLS version that is accepted, in quotes.",
  max_version: {
    says: "Newest TLS version that is accepted, in quotes.",
    usual: "the newest there is",
  },
  cipher_suites: {
    says: "Cipher suites to accept, by their IANA names.",
    usual: "those of Node",
  },
  include_insecure_cipher_suites:
    "Permit insecure suites among those named. Not needed here: what is named is accepted, where Node has it.",
  curve_preferences: {
    says: "Elliptic curves in order of preference: X25519, P256, P384, P521.",
    usual: "those of Node",
  },
  reload_interval: "How often the page's certificate is read again.",
  tpm: "A key in a trusted platform module.",
  "tpm.enabled": "Take the key of the page's certificate from a trusted platform module.",
  "tpm.path": "Device or socket of the trusted platform module.",
  "tpm.owner_auth": "Secret of the owner of the trusted platform module.",
  "tpm.auth": "Secret of the key in the trusted platform module.",
  client_ca_file: {
    says: "File with the authorities (PEM) of clients, which then have to show a certificate.",
    usual: "clients need no certificate",
  },
  client_ca_file_reload: "Read the authorities of clients again when their file changes.",
};

const page: TextTable = {
  endpoint: {
    says: "host:port to listen on, :port for all addresses.",
    usual: "no page",
    example: "localhost:13134",
  },
  transport: "Kind of network: tcp, the only one.",
  dialer: "Connections that the page opens: there are none.",
  "dialer.timeout": "Longest time to connect. No effect: the page opens no connections.",
  tls: "TLS of the page; without the key there is none.",
  ...textsBelow("tls", tls),
  cors: "Pages of other origins that may read this one.",
  "cors.allowed_origins": "Origins that may read the page.",
  "cors.allowed_headers": "Headers that pages of other origins may send.",
  "cors.exposed_headers": "Headers that pages of other origins may read.",
  "cors.max_age": "How long a browser remembers what other origins may do, in seconds.",
  auth: "Who may read the page.",
  "auth.authenticator": {
    says: "Name of the entry of extensions that checks who asks. Not acted on: with one no page is served.",
    usual: "everybody may ask",
  },
  "auth.request_params": "Request parameters that the authenticator is given. No effect.",
  max_request_body_size: "Largest request, in bytes. No effect: no request has a body.",
  include_metadata: "Pass request headers on. No effect.",
  response_headers: "Headers of every answer.",
  compression_algorithms: "Compressions of requests that are understood. No effect.",
  read_timeout: "Longest time to read a request. No effect: the limits are fixed.",
  read_header_timeout: "Longest time to read the headers of a request. No effect.",
  write_timeout: "Longest time to answer. No effect: the limits are fixed.",
  idle_timeout: "How long an idle connection is kept. No effect: the limits are fixed.",
  keep_alives_enabled: "Keep connections open. No effect.",
  middlewares: "Extensions that every request passes through.",
  "middlewares[].id": "Name of an entry of extensions that every request passes through.",
};

/** `healthcheck`. */
export const pageTexts: TextTable = {
  healthcheck:
    "A page for probes: /health is 200 once there is a configuration, /livez as long as the supervisor works, /readyz while the agent is healthy or parked; /metrics has the supervisor's own metrics.",
  ...textsBelow("healthcheck", page),
};
