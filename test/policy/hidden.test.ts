import { test, expect } from "vitest";
import { checkRules } from "../../src/policy/check-policy.ts";
import { rulesOf, pipeline, found } from "../helpers/core/rules.ts";

const rules = rulesOf({ listen: { deny: ["0.0.0.0"] } });
const withValue = (value: string, key = "x"): string =>
  pipeline(`thing: {${key}: ${JSON.stringify(value)}}`);

test.each([
  "${yaml:endpoint: ':1'}",
  "${yaml:endpoint: ':1'\n---\nb: 1}",
  "${env:NONE:-endpoint: ':1'}",
  "${env:NONE:-[a]}",
  "${env:NONE}${yaml:endpoint: ':1'}",
  "${env:NONE:-${yaml:endpoint: ':1'}}",
  "${env:NONE:-endpoint:${env:NONE:- ':1'}}",
  "${${env:NONE:-yaml}:endpoint: x}",
  "${file:/x.yaml}",
  "${http://h/x.yaml}",
])("%s may hold any settings and is refused", (value) => {
  expect(found(rules, withValue(value))).toEqual(["listen.deny receivers.thing.x"]);
});

test.each([
  "${env:X}",
  "${X}",
  "${env:X:-5s}",
  "${yaml:5s}",
  "$${yaml:a: b}",
  "x${yaml:a: b}",
  "x",
])("%s can only be a single value, or is said on this machine", (value) => {
  expect(found(rules, withValue(value))).toEqual([]);
});

test("a password from a file is no settings", () => {
  for (const key of ["password", "api_key", "token", "client_secret", "X-Auth"]) {
    expect(found(rules, withValue("${file:/x}", key)), key).toEqual([]);
  }
  for (const key of ["auth", "tls", "protocols"]) {
    expect(found(rules, withValue("${file:/x}", key)), key).toHaveLength(1);
  }
});

test("whole components and sections are refused, also from a variable", () => {
  for (const text of ["receivers: ${env:X}\n", "receivers: {otlp: '${env:X}'}\n"]) {
    expect(found(rules, text)).toHaveLength(1);
  }
});

test("where only providers are restricted this is not a question", () => {
  const text = withValue("${yaml:a: b}");
  expect(found(rulesOf({ providers: { allow: ["yaml"] } }), text)).toEqual([]);
  expect(found(rulesOf({}), text)).toEqual([]);
});

test("the settings themselves are not shown", () => {
  const [first] = checkRules(rules, withValue("${yaml:password: pa55}"), (path) => path);
  expect(first?.found).toBe("${yaml:…}");
});
