import fc from "fast-check";
import { expect, test } from "vitest";
import { ownFileViolations } from "../../src/policy/own-files.ts";
import { rulesOf, found, pipeline } from "../helpers/core/rules.ts";

const bare = rulesOf({}, ["/sup/supervisor.yaml", "/sup/storage/**", "/work/own.yaml"]);
const links = { "/tmp/link": "/sup", "/var/x": "/sup/storage" };

const extension = (settings: string): string =>
  `extensions: {${settings}}\nservice: {extensions: [${settings.slice(0, settings.indexOf(":"))}]}\n`;

test.each([
  ["an exporter", pipeline("nop: {}", "file: {path: /sup/supervisor.yaml}")],
  [
    "an exporter through a link",
    pipeline("nop: {}", "file: {path: /tmp/link/storage/journal.json}"),
  ],
  [
    "a list of logs",
    "service: {telemetry: {logs: {output_paths: 'stderr,/sup/supervisor.yaml'}}}\n",
  ],
  [
    "a URL",
    "service: {telemetry: {logs: {error_output_paths: ['file://localhost/sup/storage/x']}}}\n",
  ],
  ["a directory", extension("file_storage: {directory: /sup/storage}")],
  ["a directory in it", extension("file_storage: {directory: /var/x/queue}")],
  [
    "a database",
    extension("db_storage: {driver: sqlite3, datasource: 'file:/sup/storage/x?mode=rw'}"),
  ],
  ["a file in the folder", pipeline("nop: {}", "thing: {where: own.yaml}")],
  ["a pattern", pipeline("filelog: {include: ['/sup/*/journal*']}")],
  ["a reference", pipeline("nop: {}", "debug: {x: '${file:/sup/storage/secrets/a}'}")],
  [
    "settings in a reference",
    "exporters: {file: '${yaml:{path: /sup/supervisor.yaml}}'}\nservice: {pipelines: {logs: {exporters: [file]}}}\n",
  ],
  [
    "settings in a default",
    "exporters: {file: '${env:NONE:-{path: \"/sup/supervisor.yaml\"}}'}\nservice: {pipelines: {logs: {exporters: [file]}}}\n",
  ],
])("%s never names the supervisor's own files, without any list", (_, text) => {
  expect(new Set(found(bare, text, links).map((each) => each.split(" ")[0]))).toEqual(
    new Set(["file_paths.own"]),
  );
});

test("everything else stays free without a list", () => {
  const text = pipeline("filelog: {include: [/var/log/*.log]}", "file: {path: /sup/other.json}");
  expect(found(bare, text, links)).toEqual([]);
  const inspected = { rules: bare, leaves: [], parts: [], realPath: (path: string) => path };
  expect(ownFileViolations(inspected)).toEqual([]);
});

const name = fc.stringMatching(/^[a-z]{1,6}$/);
const way = fc.constantFrom<(path: string) => string>(
  (path) => path,
  (path) => `/x/..${path}`,
  (path) => path.replaceAll("/", "//"),
  (path) => `file://${path}`,
  (path) => `file://localhost${path}`,
  (path) => `FILE:${path.replaceAll("s", "%73")}`,
  (path) => `unix:${path}`,
  (path) => `stderr,${path}`,
  (path) => `${path},/x`,
  (path) => path.replace("/sup", "/tmp/link"),
  (path) => `sqlite:${path}?mode=rwc`,
);

test("whatever the setting is called and however the path is written", () => {
  fc.assert(
    fc.property(
      fc.constantFrom("receivers", "exporters", "extensions"),
      fc.array(name, { minLength: 1, maxLength: 3 }),
      fc.constantFrom("/sup/supervisor.yaml", "/sup/storage/journal.json", "/sup/storage/new.x"),
      way,
      (section, keys, path, write) => {
        fc.pre(
          !keys.some((key) =>
            /^(cors|user|pass|token|secret|headers|exclude|value|regex|from|to|field|pattern)/.test(
              key,
            ),
          ),
        );
        const settings = keys.reduceRight<unknown>((below, key) => ({ [key]: below }), write(path));
        const used =
          section === "extensions"
            ? { extensions: ["zz"] }
            : { pipelines: { logs: { [section]: ["zz"] } } };
        const text = JSON.stringify({ [section]: { zz: settings }, service: used });
        expect(found(bare, text, links), text).not.toEqual([]);
      },
    ),
    { numRuns: 1_000 },
  );
});
