import { test, expect } from "vitest";
import { brief, complete, createAgentFolder, settingsOf } from "../fixture-folder.ts";
import { selfSigned } from "../../../helpers/net/certificates.ts";

const pageOf = (lines: string, folder = createAgentFolder()) =>
  folder.read(complete("", `healthcheck:\n${lines}`));

test.each([
  ["localhost:13134", { host: "localhost", port: 13134 }],
  [":8080", { host: "", port: 8080 }],
  ["0.0.0.0:1", { host: "0.0.0.0", port: 1 }],
  ['"[::1]:1"', { host: "::1", port: 1 }],
])("%s is where the page is served", (endpoint, expected) => {
  const read = pageOf(`  endpoint: ${endpoint}\n`);
  expect(brief(read.problems)).toEqual([]);
  expect(settingsOf(read).healthPage).toEqual({ ...expected, tls: undefined });
});

test.each(["localhost", "localhost:0", "http://localhost:1/"])(
  "with %s there is no page, as with the reference, but a warning",
  (endpoint) => {
    const read = pageOf(`  endpoint: ${endpoint}\n`);
    expect(settingsOf(read).healthPage).toBe(undefined);
    expect(read.problems).toMatchObject([
      { severity: "warning", code: "value-invalid", path: "healthcheck.endpoint" },
    ]);
  },
);

test("a page that only some may see is not served to all", () => {
  const read = pageOf("  endpoint: localhost:1\n  auth: {authenticator: basicauth}\n");
  expect(settingsOf(read).healthPage).toBe(undefined);
});

test("certificate, key and authorities of clients are read", () => {
  const folder = createAgentFolder();
  const { cert, key } = selfSigned();
  folder.write("page.pem", cert);
  folder.write("page.key", key);
  const read = pageOf(
    "  endpoint: localhost:1\n  tls: {cert_file: page.pem, key_file: page.key, client_ca_file: page.pem, min_version: '1.3'}\n",
    folder,
  );
  expect(settingsOf(read).healthPage?.tls).toMatchObject({
    ...{ cert, key, clientCa: cert },
    minVersion: "TLSv1.3",
  });
});

test.each([
  ["{cert_file: page.pem}", "healthcheck.tls.key_file"],
  ["{min_version: '1.3'}", "healthcheck.tls"],
  ["{cert_file: none.pem, key_file: none.key}", "healthcheck.tls.cert_file"],
])("tls: %s is refused: the page would be served without TLS", (tls, path) => {
  const folder = createAgentFolder();
  folder.write("page.pem", selfSigned().cert);
  const { settings, problems } = pageOf(`  endpoint: localhost:1\n  tls: ${tls}\n`, folder);
  expect(settings).toBe(undefined);
  expect(problems.map((each) => each.path)).toContain(path);
});
