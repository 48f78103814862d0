import { test, expect } from "vitest";
import {
  AgentCapability,
  ConfigStatus,
  type ServerToAgent,
} from "../../src/opamp-client/wire/messages.ts";
import { interpret } from "../../src/supervisor/core/interpret/server-message.ts";
import { report } from "../../src/supervisor/core/report/full-report.ts";
import { checkRules, violationText } from "../../src/policy/check-policy.ts";
import { rulesOf, pipeline, realPathOf, found } from "../helpers/core/rules.ts";
import { offerOf } from "./fake-server.ts";
import { settledWorld, profile, changesOfAgent } from "./supervised.ts";

const rules = rulesOf({
  components: { allow: ["receivers/filelog", "receivers/nop", "exporters/debug", "exporters/nop"] },
  file_paths: { allow: ["/var/log/**"] },
});
const shadow = pipeline("filelog: {include: [/etc/shadow]}");

test("C-130 C-274 C-278 what the rules do not permit is FAILED with the reason, and the agent is left alone", () => {
  const refuses = (text: string): string | undefined => {
    const violations = checkRules(rules, text, realPathOf({}));
    return violations.length === 0 ? undefined : violationText(violations);
  };
  const world = settledWorld();
  world.behave.refuses = refuses;
  for (const fact of interpret(offerOf("1", shadow), profile.capabilities)) world.post(fact);
  world.pass(1_000);
  const { remoteConfigStatus } = report(world.state(), profile);
  expect(remoteConfigStatus?.status).toBe(ConfigStatus.Failed);
  expect(remoteConfigStatus?.errorMessage).toContain("file_paths");
  expect(changesOfAgent(world)).toBe(0);
});

test("C-276 C-279 files outside of the list are not read, also by a link or a detour", () => {
  expect(found(rules, shadow)).toHaveLength(1);
  expect(found(rules, pipeline("filelog: {include: [/var/log/../../etc/shadow]}"))).toHaveLength(1);
  const linked = pipeline("filelog: {include: [/var/log/link]}");
  expect(found(rules, linked, { "/var/log/link": "/etc/shadow" })).toHaveLength(1);
  expect(found(rules, pipeline("filelog: {include: [/var/log/app.log]}"))).toEqual([]);
});

test("C-278 C-279 a component that is not in the list is refused", () => {
  expect(found(rules, pipeline("hostmetrics: {}"))).toEqual([
    expect.stringContaining("components") as string,
  ]);
});

test("C-279 a configuration that writes rules of its own changes none", () => {
  const generous = `${shadow}agent: {policy: {file_paths: {allow: ["/**"]}}}\n`;
  expect(found(rules, generous).length).toBeGreaterThanOrEqual(1);
});

test("C-277 whatever a message holds, it names nothing to be run but a package, and that only where one is accepted", () => {
  const settings = 'agent: {executable: /bin/sh, args: [-c, "id"], env: {A: b}}\n';
  const message: ServerToAgent = {
    ...offerOf("1", settings),
    agentIdentification: { newInstanceUid: new Uint8Array(16).fill(1) },
    packagesAvailable: { packages: new Map([["", { version: "1" }]]) },
    connectionSettings: { opamp: { destinationEndpoint: "ws://other" } },
    customMessage: { capability: "x", type: "run" },
  };
  const facts = interpret(message, 0xffffn).map(({ on }) => on);
  expect(facts).toEqual([
    "identity-assigned",
    // A program is run only where the host accepts packages, and one that it has proved.
    "packages-offered",
    "config-offered",
    "settings-offered",
    "server-messaged",
  ]);
  const without = 0xffffn & ~AgentCapability.AcceptsPackages;
  expect(interpret(message, without).map(({ on }) => on)).not.toContain("packages-offered");
});
