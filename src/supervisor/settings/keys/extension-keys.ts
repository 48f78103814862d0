import { type RuleTable, below, type RuleNode, ruleTree } from "../file/key-rule.ts";

const tlsKeys: RuleTable = {
  ca_file: { type: "text" },
  ca_pem: { type: "text" },
  include_system_ca_certs_pool: { type: "boolean" },
  cert_file: { type: "text" },
  cert_pem: { type: "text" },
  key_file: { type: "text" },
  key_pem: { type: "text", secret: true },
  insecure: { type: "boolean" },
  insecure_skip_verify: { type: "boolean" },
  server_name_override: { type: "text" },
  min_version: { type: "choice", of: ["1.0", "1.1", "1.2", "1.3"] },
  max_version: { type: "choice", of: ["1.0", "1.1", "1.2", "1.3"] },
  cipher_suites: { type: "texts" },
  include_insecure_cipher_suites: { type: "boolean" },
  curve_preferences: { type: "texts" },
  reload_interval: { type: "duration" },
  "tpm.enabled": { type: "boolean" },
  "tpm.path": { type: "text" },
  "tpm.owner_auth": { type: "text", secret: true },
  "tpm.auth": { type: "text", secret: true },
};

/** What an entry of `extensions` may hold, by its type; the keys are the Collector's. */
export const extensionKeys: Readonly<Record<string, RuleTable>> = {
  bearertokenauth: {
    header: { type: "text" },
    scheme: { type: "text" },
    token: { type: "text", secret: true },
    tokens: { type: "texts", secret: true },
    filename: { type: "text" },
  },
  basicauth: {
    "client_auth.username": { type: "text" },
    "client_auth.username_file": { type: "text" },
    "client_auth.password": { type: "text", secret: true },
    "client_auth.password_file": { type: "text" },
    "htpasswd.file": { type: "text" },
    "htpasswd.inline": { type: "text", secret: true },
  },
  oauth2client: {
    client_id: { type: "text" },
    client_id_file: { type: "text" },
    client_secret: { type: "text", secret: true },
    client_secret_file: { type: "text" },
    client_certificate_key: { type: "text", secret: true },
    client_certificate_key_file: { type: "text" },
    client_certificate_key_id: { type: "text" },
    grant_type: {
      type: "choice",
      of: ["client_credentials", "urn:ietf:params:oauth:grant-type:jwt-bearer"],
    },
    signature_algorithm: { type: "text" },
    iss: { type: "text" },
    audience: { type: "text" },
    claims: { type: "any", secret: true },
    token_url: { type: "text" },
    scopes: { type: "texts" },
    endpoint_params: { type: "texts-map", secret: true },
    timeout: { type: "duration" },
    expiry_buffer: { type: "duration" },
    ...below("tls", tlsKeys),
  },
};

const trees: ReadonlyMap<string, RuleNode> = new Map([
  ...Object.entries(extensionKeys).map(([type, keys]) => [type, ruleTree(keys)] as const),
  ["nop", { rule: { type: "any", secret: true }, children: new Map() }],
]);

/** The type in the name of an extension, `type` or `type/name`. */
export function typeOf(name: string): string {
  return /^([^/]+)(?:\/\S+)?$/.exec(name)?.[1] ?? "";
}

/** Whether there are extensions of this type. */
export function isKnownType(type: string): boolean {
  return trees.has(type);
}

/** The rules for extensions of these names; one of an unknown type is an unknown key, beside the types that exist. */
export function extensionTree(names: readonly string[]): RuleNode {
  const named = names.flatMap((name) => {
    const tree = trees.get(typeOf(name));
    return tree === undefined ? [] : [[name, tree] as const];
  });
  return { rule: undefined, children: new Map([...trees, ...named]) };
}
