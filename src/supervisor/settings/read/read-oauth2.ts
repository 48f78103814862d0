import type { AssertionTerms, OAuth2Auth, TokenTls } from "../auth-settings.ts";
import { isLoopback, hostOf } from "../../../policy/addresses.ts";
import { readCipherSuites, readCurves } from "../../../net/tls-names.ts";
import { plainValue } from "../file/setting-node.ts";
import { readNames, readVersions } from "./read-tls-parts.ts";
import { requireSource, readSource } from "./read-source.ts";
import type { Reading } from "./reading.ts";

/** An entry of `extensions` of the type oauth2client. */
export function readOAuth2(path: string, reading: Reading): OAuth2Auth {
  const source = (key: string, what: string) =>
    requireSource(`${path}.${key}`, `${path}.${key}_file`, what, reading);
  const timeoutMs = reading.number(`${path}.timeout`) ?? 0;
  const signs = reading.text(`${path}.grant_type`)?.endsWith(":jwt-bearer") === true;
  return {
    type: "oauth2client",
    clientId: source("client_id", "the id of a client"),
    clientSecret: signs
      ? { is: "text", text: "" }
      : source("client_secret", "the secret of that client"),
    assertion: signs ? readAssertion(path, reading) : undefined,
    tokenUrl: readTokenUrl(`${path}.token_url`, reading),
    scopes: reading.texts(`${path}.scopes`),
    endpointParams: reading.textsMap(`${path}.endpoint_params`),
    // Without a limit a server that never answers would be waited for without end.
    timeoutMs: timeoutMs === 0 ? 10_000 : timeoutMs,
    expiryBufferMs: reading.number(`${path}.expiry_buffer`) ?? 300_000,
    tls: readTokenTls(`${path}.tls`, reading),
  };
}

function readAssertion(path: string, reading: Reading): AssertionTerms {
  const key = `${path}.client_certificate_key`;
  const claims = reading.node(`${path}.claims`);
  return {
    key: requireSource(key, `${key}_file`, "the key of that client", reading),
    keyId: reading.text(`${key}_id`),
    algorithm: readAlgorithm(`${path}.signature_algorithm`, reading),
    issuer: reading.text(`${path}.iss`),
    audience: reading.text(`${path}.audience`),
    claims: claims?.kind === "map" ? (plainValue(claims) as AssertionTerms["claims"]) : {},
  };
}

const algorithms = ["RS256", "RS384", "RS512"] as const;

function readAlgorithm(path: string, reading: Reading): AssertionTerms["algorithm"] {
  const written = reading.text(path) ?? "RS256";
  const known = algorithms.find((each) => each === written);
  if (known !== undefined) return known;
  const message = `expected one of ${algorithms.join(", ")}, found ${reading.quoted(path)}`;
  reading.error("value-invalid", path, message);
  return "RS256";
}

// The secret of the client goes there with each request.
function readTokenUrl(path: string, reading: Reading): string {
  const url = reading.text(path);
  if (url === undefined) {
    reading.error(
      "key-missing",
      path,
      "expected the https URL that hands out tokens, found nothing",
    );
    return "";
  }
  const fault = faultOfUrl(url);
  if (fault !== undefined) reading.error("value-invalid", path, fault);
  return url;
}

function faultOfUrl(url: string): string | undefined {
  if (!/^https?:\/\//i.test(url) || !URL.canParse(url)) return "expected an https URL";
  const { protocol, username, password } = new URL(url);
  if (username !== "" || password !== "") {
    return "expected a URL without user and password: client_id and client_secret are for that";
  }
  if (protocol === "https:" || isLoopback(hostOf(url))) return undefined;
  return "expected https: with http, which is for this machine only, everybody on the way could read the secret";
}

function readTokenTls(path: string, reading: Reading): TokenTls {
  const material = (name: string) =>
    readSource(`${path}.${name}_pem`, `${path}.${name}_file`, reading);
  const [cert, key] = [material("cert"), material("key")];
  if ((cert === undefined) !== (key === undefined)) {
    const missing = `${path}.${cert === undefined ? "cert_file" : "key_file"}`;
    const message = "expected a client certificate together with its key, found one of them";
    reading.error("key-missing", missing, message);
  }
  const tpm = `${path}.tpm.enabled`;
  if (reading.flag(tpm)) {
    const message =
      "understood, not acted on yet: keys are read from files or text, not from a TPM";
    reading.warn("not-acted-on", tpm, message);
  }
  return {
    ...readVersions(path, reading),
    ciphers: readNames(path, "cipher_suites", readCipherSuites, reading),
    curves: readNames(path, "curve_preferences", readCurves, reading),
    ca: material("ca"),
    cert,
    key,
    includeSystemCa: reading.flag(`${path}.include_system_ca_certs_pool`),
    skipVerify: reading.flag(`${path}.insecure_skip_verify`),
    serverName: reading.text(`${path}.server_name_override`),
  };
}
