import { resolve } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { carriedArguments } from "../../../src/cli/unit/carried-arguments.ts";

const running = { directory: "/etc/otelcol", variables: new Map([["CONFIG", "receivers: {}"]]) };

test.each<[string, string[], unknown[], string[]]>([
  ["one file", ["--config=/etc/a.yaml"], ["/etc/a.yaml"], []],
  ["one dash", ["-config", "/etc/a.yaml"], ["/etc/a.yaml"], []],
  [
    "several, relative and as URI",
    ["--config", "a.yaml", "--config=file:/etc/b.yaml", "--config=file:c.yaml"],
    ["/etc/otelcol/a.yaml", "/etc/b.yaml", "/etc/otelcol/c.yaml"],
    [],
  ],
  [
    "text on the command line",
    ["--config=a.yaml", "--config=yaml:exporters::debug::verbosity: detailed"],
    ["/etc/otelcol/a.yaml", { name: "yaml-2.yaml", text: "exporters::debug::verbosity: detailed" }],
    [],
  ],
  ["a variable", ["--config=env:CONFIG"], [{ name: "env-1.yaml", text: "receivers: {}" }], []],
  [
    "settings, which win over what stands behind them",
    ["--set=processors.batch.timeout=2s", "--config=a.yaml", "--set", "a.b=x=y"],
    [
      "/etc/otelcol/a.yaml",
      { name: "set-1.yaml", text: "processors::batch::timeout: 2s\n" },
      { name: "set-2.yaml", text: "a::b: x=y\n" },
    ],
    [],
  ],
  [
    "all else is the collector's",
    ["--feature-gates=a,-b", "--config=a.yaml", "--feature-gates", "c"],
    ["/etc/otelcol/a.yaml"],
    ["--feature-gates=a,-b", "--feature-gates", "c"],
  ],
])("%s", (_what, args, configs, rest) => {
  expect(carriedArguments(args, running)).toEqual({ is: "carried", configs, args: rest });
});

test.each<[string[], string]>([
  [[], "it has no --config"],
  [["--config"], "--config names nothing"],
  [["--config=env:GONE"], "that variable is not set"],
  [["--config=https://user:secret@example.com/a"], "--config=https:…: only files"],
  [["--config=s3://bucket"], "put what is there into a file"],
  [["--set=a"], "expected KEY=VALUE"],
  [["--set=headers.authorization=Bearer secret\nb"], "--set=headers.authorization: expected"],
])("%j cannot be carried", (args, why) => {
  const found = carriedArguments(args, running);
  expect(found).toMatchObject({ is: "refused", why: expect.stringContaining(why) as string });
  expect(JSON.stringify(found)).not.toContain("secret");
});

/** A part of a command line, and what it stands for. */
interface Part {
  readonly args: readonly string[];
  readonly config?: string | { readonly text: string };
  readonly set?: string;
}

const anything = fc.string({ unit: "binary", maxLength: 12 });
const oneLine = anything.filter((text) => !text.includes("\n"));
const path = fc.stringMatching(/^[a-z./ ]{1,12}$/).filter((text) => !text.startsWith("-"));
const flagged = (name: string, value: string): fc.Arbitrary<readonly string[]> =>
  fc.constantFrom([`--${name}=${value}`], [`--${name}`, value]);
const part = fc.oneof(
  path.chain((file) =>
    fc
      .oneof(flagged("config", file), flagged("config", `file:${file}`))
      .map((args): Part => ({ args, config: resolve("/etc/otelcol", file) })),
  ),
  anything.chain((text) =>
    flagged("config", `yaml:${text}`).map((args): Part => ({ args, config: { text } })),
  ),
  fc.tuple(fc.stringMatching(/^[a-z/]{1,8}(\.[a-z]{1,4})?$/), oneLine).chain(([key, value]) =>
    flagged("set", `${key}=${value}`).map((args): Part => ({
      args,
      set: `${key.replace(".", "::")}: ${value}\n`,
    })),
  ),
  fc
    .constantFrom("--feature-gates=a", "--feature-gates", "-a", "x")
    .map((arg): Part => ({ args: [arg] })),
);

test("whatever the command line: each configuration is carried as it reads, in its order, and all else as it stands", () => {
  fc.assert(
    fc.property(fc.array(part, { maxLength: 8 }), (parts) => {
      const found = carriedArguments(
        parts.flatMap(({ args }) => args),
        running,
      );
      const configs = parts.flatMap(({ config }) => config ?? []);
      const sets = parts.flatMap(({ set }) => set ?? []);
      if (found.is === "refused") {
        expect(configs.length + sets.length).toBe(0);
        return;
      }
      const texts = found.configs.map((each) => (typeof each === "string" ? each : each.text));
      expect(texts).toEqual([
        ...configs.map((each) => (typeof each === "string" ? each : each.text)),
        ...sets,
      ]);
      const names = found.configs.flatMap((each) => (typeof each === "string" ? [] : each.name));
      expect(new Set(names).size).toBe(names.length);
      const rest = parts.filter(({ config, set }) => config === undefined && set === undefined);
      expect(found.args).toEqual(rest.flatMap(({ args }) => args));
    }),
    { numRuns: 300, interruptAfterTimeLimit: 3_000 },
  );
});

test("no command line is too odd for an answer", () => {
  const odd = fc.oneof(
    anything,
    anything.map((text) => `--config=${text}`),
    anything.map((text) => `--set=${text}`),
    fc.constantFrom("--config", "--set", "--config=", "--set=", "--config=env:", "--"),
  );
  fc.assert(
    fc.property(fc.array(odd, { maxLength: 6 }), (args) => {
      expect(["carried", "refused"]).toContain(carriedArguments(args, running).is);
    }),
    { numRuns: 300, interruptAfterTimeLimit: 3_000 },
  );
});
