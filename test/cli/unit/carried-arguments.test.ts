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
    [
      "/etc/otelcol/a.yaml",
      { name: "yaml-2.yaml", text: "exporters::debug::verbosity: detailed\n" },
    ],
    [],
  ],
  ["a variable", ["--config=env:CONFIG"], [{ name: "env-1.yaml", text: "receivers: {}\n" }], []],
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
])("%j cannot be carried", (args, why) => {
  const found = carriedArguments(args, running);
  expect(found).toMatchObject({ is: "refused", why: expect.stringContaining(why) as string });
  expect(JSON.stringify(found)).not.toContain("secret");
});
