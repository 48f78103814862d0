import { expect, test } from "vitest";
import { CommandType, ConfigStatus } from "../../src/opamp-client/wire/messages.ts";
import { castRole } from "../../src/simulate/cast.ts";
import { decide, hear, newAgent, reportOf, restarted } from "../../src/simulate/simulated-agent.ts";

const fresh = newAgent(castRole("load", 0, 0), 1000);
const config = { configMap: new Map([["", { body: Buffer.from("receivers: {otlp: }") }]]) };
const remoteConfig = { config, configHash: Uint8Array.of(1, 2) };
const tries = hear(fresh, { remoteConfig });

test("an offer is APPLYING at once, and APPLIED with what runs then", () => {
  expect(tries.next).toBe("verdict");
  expect(reportOf(tries.agent).remoteConfigStatus).toEqual({
    lastRemoteConfigHash: remoteConfig.configHash,
    status: ConfigStatus.Applying,
  });
  const report = reportOf(decide(tries.agent, remoteConfig.configHash, 0));
  expect(report.remoteConfigStatus?.status).toBe(ConfigStatus.Applied);
  expect(report.effectiveConfig?.configMap).toEqual(config);
});

test("one that fails says why, and runs what ran before", () => {
  const report = reportOf(decide(tries.agent, remoteConfig.configHash, 1));
  expect(report.remoteConfigStatus?.status).toBe(ConfigStatus.Failed);
  expect(report.remoteConfigStatus?.errorMessage).toContain("--fail");
  expect(report.effectiveConfig).toEqual(reportOf(fresh).effectiveConfig);
});

test("what is sent again is no news, but for one that failed", () => {
  expect(hear(tries.agent, { remoteConfig })).toEqual({ agent: tries.agent, next: undefined });
  const done = decide(tries.agent, remoteConfig.configHash, 0);
  expect(hear(done, { remoteConfig }).next).toBeUndefined();
  const failed = decide(tries.agent, remoteConfig.configHash, 1);
  expect(hear(failed, { remoteConfig }).next).toBe("verdict");
});

test("a decision about an offer that was replaced means nothing", () => {
  const later = hear(tries.agent, { remoteConfig: { config, configHash: Uint8Array.of(3) } }).agent;
  expect(decide(later, remoteConfig.configHash, 0)).toBe(later);
  expect(decide(fresh, remoteConfig.configHash, 0)).toBe(fresh);
});

test("a restart makes it unhealthy for a while and younger after that", () => {
  const ordered = hear(fresh, { command: { type: CommandType.Restart } });
  expect(ordered.next).toBe("restarted");
  expect(reportOf(ordered.agent).health?.healthy).toBe(false);
  const { health } = reportOf(restarted(ordered.agent, 5000));
  expect(health).toMatchObject({ healthy: true, startTimeUnixNano: 5_000_000_000n });
});

test("it goes by the id that the server gives it, unless that is none", () => {
  const uid = new Uint8Array(16).fill(7);
  const renamed = hear(fresh, { agentIdentification: { newInstanceUid: uid } }).agent;
  expect(reportOf(renamed).instanceUid).toEqual(uid);
  const odd = { agentIdentification: { newInstanceUid: Uint8Array.of(1) } };
  expect(hear(fresh, odd).agent).toBe(fresh);
});

test("a degraded agent is healthy with a part that is not, a failing one is not healthy", () => {
  const health = (condition: "degraded" | "failing") => reportOf({ ...fresh, condition }).health;
  expect(health("degraded")?.healthy).toBe(true);
  expect(health("degraded")?.componentHealthMap?.get("pipeline:metrics")?.healthy).toBe(false);
  expect(health("failing")).toMatchObject({ healthy: false, status: "StatusRecoverableError" });
});
