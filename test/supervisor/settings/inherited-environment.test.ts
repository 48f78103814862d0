import { expect, test } from "vitest";
import {
  type EnvInherit,
  inherit,
  credentialVariables,
} from "../../../src/supervisor/settings/inherited-environment.ts";

const own = new Map(
  [
    "PATH",
    "HOME",
    "LC_ALL",
    "https_proxy",
    "OPAMP_TOKEN",
    "OPAMP_TOKEN_2",
    "NODE_NAME",
    "OTEL_A",
    "OTEL_B",
  ].map((name) => [name, `value of ${name}`]),
);

const withheld = (
  rule: EnvInherit,
  variables: readonly string[] = [],
  localTexts: readonly string[] = [],
): readonly string[] => {
  const { environment, withheld: names } = inherit(own, rule, {
    credentialVariables: variables,
    localTexts,
  });
  expect([...environment.keys(), ...names].toSorted()).toEqual([...own.keys()].toSorted());
  return names;
};

test.each<[string, EnvInherit, readonly string[]]>([
  ["all is all", "all", []],
  ["credentials are withheld", "without-credentials", ["OPAMP_TOKEN"]],
  [
    "only what is named, and what everything needs",
    ["OTEL_*", "NODE_NAME"],
    ["OPAMP_TOKEN", "OPAMP_TOKEN_2"],
  ],
  ["a star alone is all", ["*"], []],
  ["a star in the middle", ["O*N"], ["NODE_NAME", "OPAMP_TOKEN_2", "OTEL_A", "OTEL_B"]],
  [
    "an empty list is what everything needs",
    [],
    ["NODE_NAME", "OPAMP_TOKEN", "OPAMP_TOKEN_2", "OTEL_A", "OTEL_B"],
  ],
])("%s", (_, rule, expected) => {
  expect(withheld(rule, ["OPAMP_TOKEN", "NOT_SET", "HOME", "https_proxy"])).toEqual(expected);
});

test.each([
  ["headers: {a: ${OPAMP_TOKEN}}", []],
  ["headers: {a: '${env:OPAMP_TOKEN:-none}'}", []],
  ["headers: {a: $OPAMP_TOKEN}", []],
  ["headers: {a: ${OPAMP_TOKEN_2}}", ["OPAMP_TOKEN"]],
  ["# OPAMP_TOKEN", ["OPAMP_TOKEN"]],
  ["headers: {a: ${file:OPAMP_TOKEN}}", ["OPAMP_TOKEN"]],
])("with the local configuration %j is withheld: %j", (text, expected) => {
  expect(withheld("without-credentials", ["OPAMP_TOKEN"], ["", text])).toEqual(expected);
});

test("credentials are what only server, extensions and telemetry refer to", () => {
  const references = [
    ["A", "server.headers.Authorization"],
    ["B", "extensions.oauth2client/x.client_secret"],
    ["C", "telemetry.resource"],
    ["D", "server"],
    ["E", "server.headers.X"],
    ["E", "agent.args[0]"],
    ["F", "agent.env.F"],
    ["A", "server.endpoint"],
    ["G", "serverless"],
  ].map(([name = "", path = ""]) => ({ name, path }));
  expect(credentialVariables(references)).toEqual(["A", "B", "C", "D"]);
});
