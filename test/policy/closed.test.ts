import fc from "fast-check";
import { expect, test } from "vitest";
import { checkRules } from "../../src/policy/check-policy.ts";
import { closedViolations } from "../../src/policy/closed.ts";
import { rulesOf, found, pipeline } from "../helpers/core/rules.ts";

const closed = rulesOf({
  exporter_hosts: { allow: ["*.example.com", "10.0.0.0/8", "built-in"] },
  file_paths: { allow: ["/var/log/**"] },
  listen: { allow: ["10.0.0.5", "built-in"] },
});

function extension(settings: string): string {
  const type = settings.slice(0, settings.indexOf(":"));
  return `extensions: {${settings}}\nservice: {extensions: [${type}]}\n`;
}

test.each([
  ["a cloudid", pipeline("nop: {}", "elasticsearch: {cloudid: 'my:ZXZpbC5uZXQkYWJjJGRlZg=='}")],
  ["a cloudid elsewhere", pipeline("nop: {}", "thing: {where: 'my:ZXZpbC5uZXQkYWJjJGRlZg=='}")],
  ["a domain", pipeline("nop: {}", "coralogix: {domain: evil.net}")],
  ["a realm", pipeline("nop: {}", "signalfx: {realm: 'evil.net/'}")],
  ["a database", extension("db_storage: {driver: pgx, datasource: 'host=evil.net user=x'}")],
  [
    "a database file",
    extension("db_storage: {driver: sqlite3, datasource: 'file:/etc/x?mode=rw'}"),
  ],
  ["a database in the folder", extension("db_storage: {driver: sqlite3, datasource: x.db}")],
  [
    "a sampling server",
    extension("jaegerremotesampling: {source: {remote: {endpoint: 'evil:1'}}}"),
  ],
  [
    "a port that nobody wrote",
    extension("http_forwarder: {egress: {endpoint: 'http://10.0.0.1'}}"),
  ],
  ["a host without a port", pipeline("netflow: {hostname: 0.0.0.0}")],
  [
    "a socket without a file",
    pipeline("otlp: {protocols: {grpc: {transport: unix, endpoint: '@x'}}}"),
  ],
  ["a socket in the folder", pipeline("otlp: {protocols: {grpc: {transport: unix, endpoint: x}}}")],
  ["a list with commas", "service: {telemetry: {logs: {output_paths: 'stderr,/etc/x'}}}\n"],
  ["a list with commas", pipeline("filelog: {include: '/var/log/a,/etc/x'}")],
  [
    "a URL with a host",
    "service: {telemetry: {logs: {output_paths: ['file://localhost/etc/x']}}}\n",
  ],
  [
    "escapes",
    "service: {telemetry: {logs: {output_paths: ['file:///var/log/%2e%2e/%2e%2e/etc/x']}}}\n",
  ],
  ["escapes of escapes", pipeline("nop: {}", "thing: {where: '%252fetc%252fx'}")],
  ["a variable", pipeline("nop: {}", "thing: {where: '${env:WHERE}'}")],
  ["a variable in a database", extension("db_storage: {driver: pgx, datasource: '${env:DSN}'}")],
  ["a key", pipeline("nop: {}", "thing: {'/etc/x': {mode: fast}}")],
  ["an operator's file", pipeline("filelog: {operators: [{type: file_output, path: /etc/x}]}")],
  [
    "an inner receiver",
    pipeline("receiver_creator: {receivers: {thing: {config: {to: 'evil.net:1'}}}}"),
  ],
])("%s that is not allowed is refused", (_, text) => {
  expect(found(closed, text), text).not.toEqual([]);
});

test("the violation names the setting and how to permit it", () => {
  const text = pipeline("nop: {}", "signalfx/a: {realm: 'evil.net/', list: [{x: 'b.c:1'}]}");
  expect(checkRules(closed, text, (path) => path)).toEqual([
    {
      rule: "exporter_hosts.allow",
      path: "exporters.signalfx/a.realm",
      found: "evil.net/",
      why: "it could name a host or an address; where it does not, write exporters.signalfx.realm into agent.policy.not_places",
    },
    expect.objectContaining({
      why: expect.stringContaining("exporters.signalfx.list.x into") as string,
    }),
  ]);
  const permitted = {
    ...closed,
    notPlaces: ["exporters.signalfx.realm", "exporters.signalfx.list"],
  };
  expect(found(permitted, text)).toEqual([]);
});

test("without a list of what is allowed nothing is closed", () => {
  const rules = rulesOf({ exporter_hosts: { deny: ["x.net"] }, file_paths: { deny: ["/x"] } });
  const inspected = { rules, leaves: [], parts: [], realPath: (path: string) => path };
  expect(closedViolations(inspected)).toEqual([]);
  expect(found(rules, pipeline("nop: {}", "thing: {where: 'evil.net:1'}"))).toEqual([]);
});

const evilHost = fc.constantFrom(
  ...["evil.net", "EVIL.NET", "evil.net.", "ｅvil。net", "xn--vil-bma.net", "sub.evil.co.uk"],
  ...[
    "2130706433",
    "0x7f000001",
    "017700000001",
    "127.0.0.1",
    "127.1",
    "0x7f.0.0.1",
    "169.254.169.254",
  ],
  ...["[::1]", "[fe80::1%25eth0]", "::1", "fe80::1%eth0", "::ffff:1.2.3.4"],
);

const hostForm = fc.constantFrom<(host: string) => string>(
  (host) => `${host}:443`,
  (host) => `https://${host}/v1`,
  (host) => `HTTPS://in.example.com@${host}`,
  (host) => `//${host}/x`,
  (host) => `\\\\${host}\\share`,
  (host) => `in.example.com:1,${host}:1`,
  (host) => `u:p@tcp(${host}:3306)/db`,
  (host) => `host=${host} port=1`,
  (host) => `kind://${host}`,
  (host) => btoa(encodeURI(`${host}:443$a$b`)),
  (host) => `\${env:NONE:-${host}:443}`,
);

const evilPath = fc.constantFrom(
  ...[
    "/etc/x",
    "/etc/../etc/x",
    "/var/log/../../etc/x",
    "/var/logs/x",
    "./x",
    "../x",
    "~/x",
    "a/../b",
  ],
  ...["file:///etc/x", "file:/etc/x", "file://localhost/etc/x", "FILE:///%65tc/x", "%2fetc%2fx"],
  ...[
    "unix:///run/x",
    "unix:/run/x",
    "sqlite:///etc/x",
    "stderr,/etc/x",
    "/var/log/a,/etc/x",
    "@abstract",
  ],
  ...[
    "C:\\x",
    "\\etc\\x",
    "x.db",
    "/var/log/link/x",
    "/proc/self/root/etc/x",
    "${env:HOME}/x",
    "/etc/*",
  ],
);

const place = fc.oneof(
  evilPath,
  fc.tuple(evilHost, hostForm).map(([host, form]) => form(host)),
);
const word = fc.stringMatching(/^[a-z]{1,8}(_[a-z]{1,5})?$/);

test("whatever could reach a place that is not allowed is refused, in components that nobody knows", () => {
  const links = { "/var/log/link": "/etc" };
  fc.assert(
    fc.property(
      fc.constantFrom("receivers", "exporters", "extensions", "processors"),
      fc.array(word, { minLength: 1, maxLength: 3 }),
      place,
      fc.boolean(),
      (section, keys, value, isList) => {
        // Names of secrets, of headers and of what is asked by pages are known everywhere.
        const known =
          /^(headers|cors|authority|user|username|pass|token|secret|value|schema_url|api_key)/;
        fc.pre(!keys.some((key) => known.test(key)));
        const inner = isList ? [value] : value;
        const settings = keys.reduceRight<unknown>((below, key) => ({ [key]: below }), inner);
        const list =
          section === "extensions" ? {} : { pipelines: { logs: { [section]: ["zzthing"] } } };
        const text = JSON.stringify({
          [section]: { zzthing: settings },
          service: { ...list, ...(section === "extensions" ? { extensions: ["zzthing"] } : {}) },
        });
        expect(found(closed, text, links), text).not.toEqual([]);
      },
    ),
    { numRuns: 2_000 },
  );
});

test("whatever is allowed passes there too", () => {
  const good = fc.constantFrom(
    ...["in.example.com:443", "https://in.example.com/v1", "IN.EXAMPLE.COM.", "10.1.2.3:1"],
    ...["/var/log/a.log", "/var/log/*/x", "fast", "5s", "two words"],
    ...["Sent to you.", "true", "100", "debug"],
  );
  fc.assert(
    fc.property(fc.constantFrom("exporters", "processors"), good, (section, value) => {
      const text = `${section}: {zzthing: {a: {zz: ${JSON.stringify(value)}}}}\nservice: {pipelines: {logs: {${section}: [zzthing]}}}\n`;
      expect(found(closed, text), text).toEqual([]);
      expect(found(closed, text.replace(/zz: ".*"/, "zz: 1.5")), text).toEqual([]);
    }),
  );
});
