import { test, expect } from "vitest";
import type { Part } from "../../src/policy/parts.ts";
import { isFilePath } from "../../src/policy/file-keys.ts";
import { faultOfPath } from "../../src/policy/paths.ts";
import { rulesOf, pipeline, found } from "../helpers/core/rules.ts";

const logs = rulesOf({ file_paths: { allow: ["/var/log/**"] } });
const noEtc = rulesOf({ file_paths: { deny: ["/etc/**", "/root"] } });

const reading = (include: string): string =>
  pipeline(`filelog: {include: [${JSON.stringify(include)}]}`);
const allow = ["file_paths.allow receivers.filelog.include[0]"];
const deny = ["file_paths.deny receivers.filelog.include[0]"];

test("paths that are allowed pass, others do not", () => {
  for (const path of [
    "/var/log/a.log",
    "/var/log/*/b*.log",
    "/var/log/**/*.log",
    "//var/./log/a",
  ]) {
    expect(found(logs, reading(path)), path).toEqual([]);
  }
  for (const path of ["/etc/shadow", "/var/logs/a", "/var/*", "/**", "/var/{log,lib}/x"]) {
    expect(found(logs, reading(path)), path).toEqual(allow);
  }
});

test("paths that are denied do not pass, others do", () => {
  for (const path of ["/etc/shadow", "/etc", "/root/.ssh/id", "/*/shadow", "/**", "/e?c/x"]) {
    expect(found(noEtc, reading(path)), path).toEqual(deny);
  }
  for (const path of ["/var/log/**", "/etcetera", "/opt/etc/x"]) {
    expect(found(noEtc, reading(path)), path).toEqual([]);
  }
});

test.each([
  "/var/log/../../etc/shadow",
  "/var/log/./..//../etc/shadow",
  "/var/log/x/../../../etc/*",
  "//etc/shadow",
  "/etc//shadow",
  "../etc/shadow",
  "file:///etc/shadow",
  "file:/etc/shadow",
  "FILE:///%65tc/shadow",
  "/\\etc/shadow",
  "/var/log/*/../../../etc/shadow",
  "/var/log/{x,../../etc}/shadow",
  "/var/log/{x,\\.\\./\\.\\./etc}/shadow",
  "/[e]tc/shadow",
  "/{etc,x}/shadow",
  "/proc/self/root/etc/shadow",
  "/proc/1/root/etc/shadow",
  "/proc/self/task/1/root/etc/shadow",
  "/proc/thread-self/cwd/../etc/shadow",
  "/proc/*/root/etc/shadow",
  "/dev/fd/3",
  "${env:NONE:-/etc/shadow}",
  "/e${env:NONE}tc/shadow",
  "${env:A}/shadow",
  " /etc/shadow",
])("%s does not get round either kind of list", (path) => {
  expect(found(logs, reading(path))).toEqual(allow);
  expect(found(noEtc, reading(path))).toEqual(deny);
});

test("links are followed before a path is judged", () => {
  const links = { "/var/log/link": "/etc", "/var/run": "/run" };
  for (const path of ["/var/log/link/shadow", "/var/log/link/*", "/var/log/link/./shadow"]) {
    expect(found(logs, reading(path), links), path).toEqual(allow);
    expect(found(noEtc, reading(path), links), path).toEqual(deny);
  }
});

test("the parent of a link is both the parent of its name and of its end", () => {
  const links = { "/var/log/link": "/etc/deep" };
  expect(found(logs, reading("/var/log/link/../shadow"), links)).toEqual(allow);
  expect(found(noEtc, reading("/var/log/link/../shadow"), links)).toEqual(deny);
});

test("links in the entries themselves are followed too", () => {
  const links = { "/var/run": "/run" };
  const rules = rulesOf({ file_paths: { allow: ["/var/run/**"] } });
  expect(found(rules, reading("/var/run/x"), links)).toEqual([]);
  expect(found(rules, reading("/run/x"), links)).toEqual([]);
  const denied = rulesOf({ file_paths: { deny: ["/var/run/**"] } });
  expect(found(denied, reading("/run/x"), links)).toEqual(deny);
});

test("a relative path is one below the agent's working directory", () => {
  const rules = rulesOf({ file_paths: { allow: ["/work/logs/**"] } });
  expect(found(rules, reading("logs/a.log"))).toEqual([]);
  expect(found(rules, reading("./logs/*.log"))).toEqual([]);
  expect(found(rules, reading("logs/../secret"))).toEqual(allow);
});

test.each([
  ["an exporter's file", pipeline("nop: {}", "file: {path: /etc/x}")],
  ["a key file", pipeline("otlp: {protocols: {grpc: {tls: {key_file: /etc/x}}}}")],
  ["an authority", pipeline("nop: {}", "otlp: {tls: {ca_file: /etc/x}}")],
  [
    "a directory",
    "extensions: {file_storage: {directory: /etc}}\nservice: {extensions: [file_storage]}\n",
  ],
  [
    "a directory with something denied in it",
    "extensions: {file_storage: {directory: /}}\nservice: {extensions: [file_storage]}\n",
  ],
  ["a token", pipeline("nop: {}", "otlp: {x: {bearer_token_file: /etc/x}}")],
  ["a file of the agent's log", "service: {telemetry: {logs: {output_paths: [stdout, /etc/x]}}}\n"],
  ["a URL of the agent's log", "service: {telemetry: {logs: {output_paths: ['file:///etc/x']}}}\n"],
  [
    "a certificate of its telemetry",
    "service: {telemetry: {traces: {processors: [{batch: {exporter: {otlp: {client_key: /etc/x}}}}]}}}\n",
  ],
  ["a socket", pipeline("otlp: {protocols: {grpc: {transport: unix, endpoint: /etc/x.sock}}}")],
  ["a socket by URL", pipeline("docker_stats: {endpoint: 'unix:///etc/x.sock'}")],
  ["a key that is not known here", pipeline("thing: {what: /etc/x}")],
  ["a file in place of a value", "a: x${file:/etc/x}\n"],
  ["a file in a default", "a: x${env:NONE:-${file:/etc/x}}\n"],
  ["a file whose name is put together", "a: x${file:${env:NONE:-/etc/x}}\n"],
  ["a text for a list", pipeline("filelog: {include: /etc/x}")],
  ["a key with ::", pipeline("thing: {'tls::key_file': /etc/x}")],
  ["a binary text", pipeline("filelog: {include: [!!binary L2V0Yy94]}")],
  ["a merge key", pipeline("filelog: {<<: {include: [/etc/x]}}")],
])("%s is seen", (_, text) => {
  expect(found(noEtc, text)).toHaveLength(1);
});

test("paths of URLs, mount points and headers are no files", () => {
  const rules = rulesOf({ file_paths: { allow: [] } });
  for (const text of [
    "extensions: {health_check: {path: /health}}\nservice: {extensions: [health_check]}\n",
    pipeline("otlp: {protocols: {http: {traces_url_path: /v1/x}}}"),
    pipeline(
      "hostmetrics: {scrapers: {filesystem: {exclude_mount_points: {mount_points: [/dev]}}}}",
    ),
    pipeline("nop: {}", "otlphttp: {headers: {X-Path: /x}}"),
    pipeline("filelog: {include_file_path: true, exclude: [/x]}"),
    "service: {telemetry: {logs: {output_paths: [stdout]}}}\n",
  ]) {
    expect(found(rules, text), text).toEqual([]);
  }
});

test("a variable of this machine may name the file where only some are denied", () => {
  expect(found(noEtc, reading("${env:LOG_FILE}"))).toEqual([]);
  expect(found(logs, reading("${env:LOG_FILE}"))).toEqual(allow);
  const rules = rulesOf({ file_paths: { allow: ["${env:LOG_FILE}"] } });
  expect(found(rules, reading("${env:LOG_FILE}"))).toEqual([]);
});

test("the supervisor's own files are never named, whatever the lists say", () => {
  const rules = rulesOf({ file_paths: { allow: ["/**"] } }, ["/sup/policy.yaml"]);
  const own = (path: string): readonly string[] =>
    found(rules, pipeline("nop: {}", `file: {path: ${path}}`));
  expect(own("/sup/policy.yaml")).toEqual(["file_paths.own exporters.file.path"]);
  expect(own("/sup/x/../policy.yaml")).toEqual(["file_paths.own exporters.file.path"]);
  expect(own("/sup/other.yaml")).toEqual([]);
  expect(found(rulesOf({}, ["/sup/p"]), pipeline("nop: {}", "file: {path: /sup/p}"))).toHaveLength(
    1,
  );
});

test("an entry is an absolute path with the usual wildcards", () => {
  for (const entry of ["/", "/var/log/**", "/var/log/*.lo?", "C:\\logs\\**", "${env:X}"]) {
    expect(faultOfPath(entry), entry).toBeUndefined();
  }
  for (const entry of ["", "var/log", "/var/../etc", "/var/{a,b}", "file:///x"]) {
    expect(faultOfPath(entry), entry).toBeDefined();
  }
});

function judged(section: Part["section"], type: string, key: string, text: string): boolean {
  const place = [section, type];
  const part = { section, type, place, leaves: [], own: false };
  return isFilePath({ path: [...place, key], key, text }, part);
}

test("a key that names a file is one, whatever it says", () => {
  for (const key of [
    "path",
    "file",
    "ca_file",
    "directory",
    "storage_dir",
    "filename",
    "include",
  ]) {
    expect(judged("receivers", "thing", key, "x"), key).toBe(true);
  }
});

test("a value that looks like a path is one, outside processors", () => {
  for (const text of ["/x", "./x", "../x", "file:///x", "unix:/x", "C:\\x"]) {
    expect(judged("receivers", "thing", "any", text), text).toBe(true);
    expect(judged("processors", "thing", "any", text), text).toBe(false);
  }
  for (const text of ["x", "http://x/y", "//x", "a/b", "5s"]) {
    expect(judged("receivers", "thing", "any", text), text).toBe(false);
  }
});

test("the path of a page is no file", () => {
  expect(judged("extensions", "healthcheck", "path", "/x")).toBe(false);
  expect(judged("receivers", "otlp", "traces_url_path", "/x")).toBe(false);
  expect(judged("exporters", "file", "path", "/x")).toBe(true);
});
