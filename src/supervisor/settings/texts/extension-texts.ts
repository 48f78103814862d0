import { type TextTable, textsBelow } from "./key-text.ts";

const bearer: TextTable = {
  header: { says: "The header that the token is sent in.", usual: "Authorization" },
  scheme: { says: "What stands before the token.", usual: "Bearer" },
  token: { says: "The token itself.", example: "${env:OPAMP_TOKEN}" },
  tokens: "Tokens, of which the first one is used.",
  filename: {
    says: "The file with the token, read again before each connection; it wins over token.",
    example: "/run/secrets/token",
  },
};

const basic: TextTable = {
  client_auth: "The user and the password of our connections.",
  "client_auth.username": { says: "The user.", example: "agent" },
  "client_auth.username_file": "A file with the user, read again before each connection.",
  "client_auth.password": { says: "The password itself.", example: "${env:OPAMP_PASSWORD}" },
  "client_auth.password_file": {
    says: "A file with the password, read again before each connection.",
    example: "/run/secrets/password",
  },
  htpasswd: "Users whom a server accepts. No effect: we are a client.",
  "htpasswd.file": "File with the users whom a server accepts. No effect.",
  "htpasswd.inline": "Users whom a server accepts. No effect.",
};

const oauth2: TextTable = {
  client_id: { says: "The id of the client.", example: "agent" },
  client_id_file: "A file with the id of the client, read again for each token.",
  client_secret: "The secret of the client itself.",
  client_secret_file: {
    says: "A file with the secret of the client, read again for each token.",
    example: "/run/secrets/client",
  },
  client_certificate_key:
    "The RSA key (PEM, no passphrase) that signs for the client, with grant_type …:jwt-bearer (RFC 7523).",
  client_certificate_key_file: {
    says: "A file with that key, read again for each token.",
    example: "/run/secrets/client.pem",
  },
  client_certificate_key_id: "The name of that key for the authorization server.",
  grant_type: {
    says: "How the token is asked for: with the secret of the client, or with what its key has signed.",
    usual: "client_credentials",
  },
  signature_algorithm: { says: "RS256, RS384 or RS512.", usual: "RS256" },
  iss: { says: "Who signs, by its name for the authorization server.", usual: "client_id" },
  audience: { says: "For whom it is signed.", usual: "token_url" },
  claims: { says: "More of what is signed.", example: { tenant: "a" } },
  token_url: {
    says: "Who hands out tokens: https, or http on this machine.",
    usual: "required",
    example: "https://login.example.com/oauth2/token",
  },
  scopes: "What the token is for.",
  endpoint_params: {
    says: "More parameters of the request, name and text.",
    example: { audience: "opamp" },
  },
  timeout: { says: "Longest time of a request for a token.", usual: "10s" },
  expiry_buffer: {
    says: "How long before its end a token is replaced.",
    usual: "5m, half of its life at most",
  },
  tls: "How the certificate of the authorization server is checked.",
  "tls.ca_file": { says: "File with the authorities (PEM).", usual: "the system's" },
  "tls.ca_pem": "The authorities as PEM text.",
  "tls.include_system_ca_certs_pool": "Accept the system's authorities too.",
  "tls.cert_file": "File with our client certificate (PEM).",
  "tls.cert_pem": "Our client certificate as PEM text.",
  "tls.key_file": "File with the key (PEM, no passphrase) of our client certificate.",
  "tls.key_pem": "The key of our client certificate as PEM text.",
  "tls.insecure": "Without effect: the URL says whether there is TLS.",
  "tls.insecure_skip_verify": "Accept any certificate.",
  "tls.min_version": { says: "Oldest TLS version.", usual: "1.2" },
  "tls.max_version": "Newest TLS version.",
  "tls.cipher_suites": "Cipher suites for TLS 1.2 and below, by IANA name.",
  "tls.include_insecure_cipher_suites": "No effect: a suite that is named is offered.",
  "tls.curve_preferences": "Curves, by their name in Go.",
  "tls.reload_interval": "No effect: files are read for each token.",
  "tls.tpm": "Keys in a TPM. No effect.",
  "tls.tpm.enabled": "No effect.",
  "tls.tpm.path": "No effect.",
  "tls.tpm.owner_auth": "No effect.",
  "tls.tpm.auth": "No effect.",
  "tls.server_name_override": {
    says: "Name to expect in the certificate.",
    usual: "the host of the URL",
  },
};

/** `extensions`; the types stand for entries of any name. */
export const extensionTexts: TextTable = {
  extensions:
    "Extensions by name, type or type/name, as in the Collector. The one that server.auth names adds credentials to each connection to the server. More in docs/credentials.md.",
  "extensions.bearertokenauth": "A token in a header.",
  ...textsBelow("extensions.bearertokenauth", bearer),
  "extensions.basicauth": "A user and a password.",
  ...textsBelow("extensions.basicauth", basic),
  "extensions.oauth2client": "A token that an authorization server hands out to a client.",
  ...textsBelow("extensions.oauth2client", oauth2),
  "extensions.nop": "Adds nothing.",
};
