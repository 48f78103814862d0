import { copyFileSync, readdirSync, statSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type BinaryAnswers, identifyBinary, factsOf } from "../../../src/agent/binary/identify.ts";
import { extensionProbe } from "../../../src/supervisor/inputs/extension-source.ts";
import { plainVersion } from "../../helpers/agent/collector-facts.ts";
import { collectorPath } from "../../helpers/e2e/daemon.ts";
import { agentEnv, agentPath } from "../../helpers/agent/agents.ts";
import { temporaryFolder, script } from "../../helpers/temporary-folder.ts";

const module = "go.opentelemetry.io/collector";

/** Asks a program; the folder of the scratch file has to be empty afterwards. */
async function identify(executable: string): Promise<BinaryAnswers> {
  const folder = temporaryFolder();
  try {
    return await identifyBinary(executable, agentEnv, join(folder, "scratch.yaml"), extensionProbe);
  } finally {
    expect(readdirSync(folder)).toEqual([]);
  }
}

/** A binary that answers `components` with these lines and nothing else. */
function componentsOnly(...lines: readonly string[]): string {
  return script('[ "$1" = components ] || exit 1', "cat <<'END'", ...lines, "END");
}

test("a collector says who it is, what it is made of and what it can do", async () => {
  const answers = await identify(agentPath("healthy"));
  expect(answers).toMatchObject({
    name: "otelcol",
    version: "0.149.0",
    validates: true,
    allowsNoPipelines: true,
    reloadsInPart: false,
    resourceForm: "inline",
  });
  expect(answers.components).toEqual([
    [
      "receivers",
      [
        ["hostmetrics", `${module}/receiver/hostmetrics v0.149.0`],
        ["nop", `${module}/receiver/nop v0.149.0`],
        ["otlp", `${module}/receiver/otlp v0.149.0`],
      ],
    ],
    ["processors", [["batch", `${module}/processor/batch v0.149.0`]]],
    [
      "exporters",
      [
        ["debug", `${module}/exporter/debug v0.149.0`],
        ["nop", `${module}/exporter/nop v0.149.0`],
      ],
    ],
    ["connectors", []],
    [
      "extensions",
      [
        ["health_check", `${module}/extension/health_check v0.149.0`],
        ["opamp", `${module}/extension/opamp v0.149.0`],
      ],
    ],
  ]);
});

test("the answers survive being kept as JSON", async () => {
  const answers = await identify(agentPath("healthy"));
  expect(JSON.parse(JSON.stringify(answers))).toEqual(answers);
});

test("bare names of components, as older collectors list them, are read too", async () => {
  const path = componentsOnly(
    "buildinfo:",
    "  command: otelcol-old",
    "  version: 0.75.0",
    "receivers: [otlp, nop]",
    "exporters:",
    "- nop",
  );
  const answers = await identify(path);
  expect(answers).toMatchObject({ name: "otelcol-old", version: "0.75.0", validates: false });
  expect(factsOf(answers)).toMatchObject({ hasNop: true, hasHealthCheck: false });
});

test("a collector without `components` is known by its version", async () => {
  const path = script('[ "$1" = --version ] && echo "own-collector version v1.2.3-rc.1" || exit 1');
  const answers = await identify(path);
  expect(answers).toMatchObject({ name: "own-collector", version: "v1.2.3-rc.1", components: [] });
  // Nothing is known of what it is made of: it is taken to have what nearly all have.
  expect(factsOf(answers)).toMatchObject({ hasHealthCheck: true, hasNop: false });
});

test("a version in words of its own is kept beside the file's name", async () => {
  const path = script(
    '[ "$1" = --version ] && echo "build 7 of Monday" && exit 0',
    '[ "$1" = --help ] && echo "  --config  where it is; --set  one property" && exit 0',
    "exit 1",
  );
  expect(await identify(path)).toMatchObject({ name: "program", version: "build 7 of Monday" });
});

test.each([
  ["prints nothing of use", "components: yes"],
  ["prints no YAML", "<html>{[*x"],
])("a `components` command that %s leads to --version", async (_name, text) => {
  const path = script(
    `if [ "$1" = components ]; then echo '${text}'; else echo "odd version 2.0"; fi`,
  );
  expect(await identify(path)).toMatchObject({ name: "odd", version: "2.0", components: [] });
});

test("the list form of the resource is taken where the binary does not refuse it", async () => {
  const validates = '[ "$1" = --help ] && echo "  validate     Validates the config" && exit 0';
  const accepts = script(validates, '[ "$1" = --version ] && echo "newer version 0.200.0"; exit 0');
  expect(await identify(accepts)).toMatchObject({ resourceForm: "attributes" });
  const otherwise = script(
    validates,
    `[ "$1" = --version ] && echo "newer version 0.200.0" && exit 0`,
    'echo "Error: invalid configuration: no receiver configuration specified in config" >&2; exit 1',
  );
  expect(await identify(otherwise)).toMatchObject({ resourceForm: "attributes" });
});

test("a binary whose extension refuses what we would tell it counts as one without", async () => {
  const head = ["buildinfo: {command: a, version: b}", "extensions: [{name: opamp}]"];
  const program = (complaint: string): string =>
    script(
      '[ "$1" = --help ] && echo "  validate     Validates the config" && exit 0',
      `[ "$1" = validate ] && echo '${complaint}' >&2 && exit 1`,
      ...["cat <<'END'", ...head, "END"],
    );
  const refuses = program('error reading configuration for "opamp": has invalid keys: x');
  expect(factsOf(await identify(refuses))).toMatchObject({ hasOpampExtension: false });
  const takes = program("no pipelines in /etc/opampsupervisor/opamp.yaml");
  expect(factsOf(await identify(takes))).toMatchObject({ hasOpampExtension: true });
});

test("a binary that is too old for our reader of its metrics is known by what it refuses", async () => {
  const program = (complaint: string): string =>
    script(
      '[ "$1" = --help ] && echo "  validate     Validates the config" && exit 0',
      `[ "$1" = validate ] && grep -q readers "$3" && echo "${complaint}" >&2 && exit 1`,
      "echo 'buildinfo: {command: a, version: b}'",
    );
  const types = "* 'receivers' unknown type: asks (valid values: [otlp])";
  const keys = "'metrics.readers[0].pull.exporter.prometheus' has invalid keys: with_x";
  const old = await identify(program(`${types}\n* ${keys}`));
  expect(factsOf(old)).toMatchObject({ refusesReader: true });
  const newer = await identify(program(types));
  expect(factsOf(newer).refusesReader).toBeUndefined();
  expect((await identify(collectorPath())).refusesReader).toBe(false);
});

test("a program that is no collector is refused in its own words", async () => {
  const path = script('echo "unrecognized option" >&2; exit 2');
  await expect(identify(path)).rejects.toThrow(
    /expected a collector, found .*--version.*unrecognized option/,
  );
});

const flagHelp =
  "[ \"$1\" = --help ] && printf 'Usage:\\n  -config string\\n  -feature-gates value\\n  -set value\\n' >&2";

test("a collector with a plain command line is known by its help, and by the name of its file", async () => {
  const path = script('echo "attn: read this" >&2', flagHelp, "exit 1");
  const answers = await identify(path);
  expect(answers).toMatchObject({ name: "program", version: "", knownBy: "file", complete: true });
  expect(answers).toMatchObject({ validates: false, resourceForm: "inline", components: [] });
  expect(factsOf(answers)).toMatchObject({
    hasHealthCheck: true,
    hasNop: false,
    hasFilelog: false,
  });
});

test("the gate for a reload in part is known by its whole name in the help", async () => {
  const helping = (...gates: readonly string[]): string =>
    script(
      'if [ "$1" != --help ]; then exit 1; fi',
      "cat <<'END'",
      "      --config flag          Locations to the config file(s)",
      `      --feature-gates flag   Comma-delimited list of feature gate identifiers. (default ${gates.join(",")})`,
      "END",
    );
  const both = helping("-service.partialReload", "service.partialReloadReceivers");
  expect(factsOf(await identify(both))).toMatchObject({ reloadsInPart: true });
  expect(factsOf(await identify(both)).otherPartGates).toBeUndefined();
  const more = helping("-service.partialReload", "service.partialReloadExporters");
  expect(factsOf(await identify(more))).toMatchObject({ otherPartGates: true });
  const other = helping("service.partialReloadReceivers");
  expect(factsOf(await identify(other))).toMatchObject({ reloadsInPart: false });
});

test("a script in front of a collector is the collector", async () => {
  const path = script(`exec ${agentPath("healthy")} "$@"`);
  expect(await identify(path)).toMatchObject({ name: "otelcol", knownBy: "answers" });
});

test("what a real collector was built from tells who it is, without its answers", async () => {
  const answers = await identify(collectorPath("plain"));
  expect(answers).toMatchObject({
    name: "aws-otel-collector",
    version: plainVersion(),
    knownBy: "build",
    validates: false,
    allowsNoPipelines: true,
    resourceForm: "inline",
    takesExtension: false,
    complete: true,
  });
  expect(factsOf(answers)).toMatchObject({
    hasHealthCheck: true,
    hasNop: false,
    hasFilelog: true,
    hasOpampExtension: false,
  });
});

test("a real collector's components are those that it takes, also where its list leaves some out", async () => {
  const { components } = await identify(collectorPath());
  const receivers = components.find(([kind]) => kind === "receivers")?.[1] ?? [];
  const [, module] = receivers.find(([type]) => type === "file_log") ?? [];
  expect(module).toMatch(/receiver\/filelogreceiver v\d/);
  expect(receivers.map(([type]) => type)).not.toContain("filelog");
});

test("a program that prints without end is left alone soon, and not refused for it", async () => {
  const answers = await identify(script("while :; do echo words words words words; done"));
  expect(answers).toMatchObject({ name: "program", knownBy: "file", complete: false });
});

test("a program that is ended by somebody else while it is asked is asked again another time", async () => {
  const answers = await identify(script("kill -9 $$"));
  expect(answers).toMatchObject({ name: "program", knownBy: "file", complete: false });
});

test("a program that cannot even begin is refused, also where it says what it was built from", async () => {
  await expect(identify(script("kill -SEGV $$"))).rejects.toThrow("ends by SIGSEGV whatever");
  const half = join(temporaryFolder(), "otelcol");
  copyFileSync(collectorPath(), half);
  truncateSync(half, Math.floor(statSync(half).size / 2));
  await expect(identify(half)).rejects.toThrow(/ends by SIG(?:SEGV|BUS) whatever it is asked/);
  // Help that dies may be its own fault.
  const answers = await identify(script('[ "$1" = --help ] && kill -SEGV $$', "exit 1"));
  expect(answers.complete).toBe(false);
});

test("a program that is not there is refused with its path", async () => {
  const missing = join(temporaryFolder(), "otelcol");
  await expect(identify(missing)).rejects.toThrow(missing);
});

test("the same components give the same hash in whatever order they are listed", async () => {
  const head = ["buildinfo: {command: otelcol, version: 0.149.0}", "exporters: [{name: nop}]"];
  const one = await identify(componentsOnly(...head, "receivers: [{name: a}, {name: b}]"));
  const two = await identify(componentsOnly(...head, "receivers: [{name: b}, {name: a}]"));
  const other = await identify(componentsOnly(...head, "receivers: [{name: a}, {name: c}]"));
  expect(factsOf(one).componentsHash).toMatch(/^[0-9a-f]{64}$/);
  expect(factsOf(two).componentsHash).toBe(factsOf(one).componentsHash);
  expect(factsOf(other).componentsHash).not.toBe(factsOf(one).componentsHash);
});

test("components are told with their modules as the protocol wants them", async () => {
  const { components } = factsOf(await identify(agentPath("healthy")));
  expect(components.get("extensions")?.subComponentMap?.get("health_check")).toEqual({
    metadata: [
      {
        key: "code.namespace",
        value: { stringValue: `${module}/extension/health_check v0.149.0` },
      },
    ],
  });
  const bare = componentsOnly("buildinfo: {command: a, version: b}", "receivers: [nop]");
  const { components: old } = factsOf(await identify(bare));
  expect(old.get("receivers")?.subComponentMap?.get("nop")).toEqual({ metadata: [] });
});
