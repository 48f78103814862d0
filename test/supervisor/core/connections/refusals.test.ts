import { test, expect } from "vitest";
import { refusalOf, refusalOfOther } from "../../../../src/supervisor/core/connections/refusals.ts";
import type { Connection } from "../../../../src/agent-config/connections.ts";

const plain: Connection = {
  endpoint: "https://telemetry.example/v1/metrics",
  headers: [],
  certificate: undefined,
  tls: undefined,
  proxy: undefined,
};
const tls = {
  ...{ ca: "", includeSystemCa: false, skipVerify: false, minVersion: "", maxVersion: "" },
  cipherSuites: [],
};

test.each<[Partial<Connection>]>([
  [{}],
  [{ endpoint: "" }],
  [{ endpoint: "http://127.0.0.1:4318/v1/metrics" }],
  [{ headers: [["x-api-key", 'any "text" $x #'] as const] }],
  [{ tls: { ...tls, ca: "CA", minVersion: "1.2", maxVersion: "1.3" } }],
  [{ tls: { ...tls, includeSystemCa: true } }],
  [{ certificate: { cert: "C", key: "K" } }],
  [{ proxy: { url: "", headers: [] } }],
])("%j can be taken over", (change) => {
  expect(refusalOf("metrics", { ...plain, ...change })).toBeUndefined();
});

test.each<[Partial<Connection>, RegExp]>([
  [{ endpoint: "telemetry.example:4318" }, /^own_metrics: destination_endpoint: expected a URL/],
  [{ endpoint: "ftp://x/y" }, /destination_endpoint: expected a URL/],
  [{ endpoint: "https://me:s3cret@x/y" }, /destination_endpoint: it has a login/],
  [{ endpoint: "https://x/y?key=s3cret" }, /destination_endpoint: it has a query/],
  [{ headers: [["a b", "s3cret"]] }, /headers: .*"a b"/],
  [{ headers: [["a", "s3cret\r\nb: c"]] }, /headers: the value of "a"/],
  [{ headers: [["a", "s3cret\nb: c"]] }, /headers: the value of "a"/],
  [{ tls: { ...tls, skipVerify: true } }, /tls\.insecure_skip_verify/],
  [
    { tls: { ...tls, ca: "CA", includeSystemCa: true } },
    /tls\.include_system_ca_certs_pool.*beside ca_pem_contents/,
  ],
  [{ tls: { ...tls, minVersion: "1.3" } }, /tls\.min_version.*1\.2 and above/],
  [{ tls: { ...tls, maxVersion: "1.2" } }, /tls\.max_version/],
  [{ tls: { ...tls, cipherSuites: ["X"] } }, /tls\.cipher_suites/],
  [{ certificate: { cert: "C", key: "" } }, /certificate: expected a certificate and its private/],
  [{ proxy: { url: "http://me:s3cret@p:1", headers: [] } }, /proxy: .*HTTPS_PROXY in agent\.env/],
])("%j cannot, and the words name the field and nothing secret", (change, words) => {
  const refusal = refusalOf("metrics", { ...plain, ...change });
  expect(refusal).toMatch(words);
  expect(refusal).not.toContain("s3cret");
});

test("other connections: what no setting can express is refused by the name of the field", () => {
  const other = { ...plain, settings: [] };
  const proxy = { url: "http://p:1", headers: [] };
  expect(refusalOfOther("otlp_http/x", { ...other, proxy })).toBeUndefined();
  expect(refusalOfOther("otlp/x", { ...other, proxy })).toMatch(
    /^other_connections "otlp\/x": proxy: .*gRPC.*HTTPS_PROXY/,
  );
  const connect = { ...proxy, headers: [["a", "s3cret"] as const] };
  expect(refusalOfOther("otlp_http", { ...other, proxy: connect })).toMatch(/connect_headers/);
  expect(refusalOfOther("x", { ...other, settings: [["a..b", "c"]] })).toMatch(/"a\.\.b"/);
});
