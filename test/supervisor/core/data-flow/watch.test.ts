import { expect, test } from "vitest";
import type { ComponentHealth } from "../../../../src/opamp-client/wire/messages.ts";
import type { MetricsOutcome } from "../../../../src/supervisor/core/state/data-flow.ts";
import type { FlowKind } from "../../../../src/agent-config/flow-key.ts";
import { report } from "../../../../src/supervisor/core/report/full-report.ts";
import { initialState } from "../../../../src/supervisor/core/state/state.ts";
import { remoteOf, uid } from "../../../helpers/core/core-samples.ts";
import { type Counts, sampleOf } from "../../../helpers/core/flow-samples.ts";
import { type World, createWorld } from "../../../helpers/core/world.ts";

const profile = {
  capabilities: 1n,
  startsAgent: true,
  fallbackName: "otelcol",
  host: new Map<string, string>(),
  identifying: new Map<string, string>(),
  nonIdentifying: new Map<string, string>(),
};

const flowing = (word: string): string =>
  `receivers:\n  otlp/${word}:\n  otlp:\nexporters:\n  otlp:\nservice:\n  pipelines:\n    traces:\n      receivers: [otlp]\n      exporters: [otlp]\n`;

const idle = `receivers:\n  nop:\nexporters:\n  nop:\nservice:\n  pipelines:\n    traces:\n      receivers: [nop]\n      exporters: [nop]\n`;

/** Ten items a second come in; whether they get out depends on the configuration. */
function metricsOf(text: string, upMs: number): MetricsOutcome {
  const items = Math.floor(upMs / 100);
  const counts = (kind: FlowKind, one: Partial<Counts>): Counts => ({ kind, id: "otlp", ...one });
  const out = text.includes("otlp/broken") ? { failed: items } : { passed: items };
  const flows = text.includes("otlp:")
    ? [counts("receiver", { passed: items }), counts("exporter", out)]
    : [];
  return { is: "read", sample: sampleOf(flows, upMs / 1_000) };
}

function healthOf(world: World): ComponentHealth | undefined {
  return report(world.state(), profile).health;
}

function offer(world: World, word: string, text: string): void {
  world.post({ on: "config-offered", remote: remoteOf(word, text) });
}

/** An agent that has moved data for a minute. */
function flowingWorld(...more: Parameters<typeof createWorld>): World {
  const [start, manners, policy] = more;
  const world = createWorld(start, { metrics: metricsOf, ...manners }, policy);
  world.post({ on: "supervisor-started" });
  offer(world, "good", flowing("good"));
  world.pass(60_000);
  expect(healthOf(world)?.healthy).toBe(true);
  return world;
}

test("sends that fail after a change are reported as degraded with the numbers, and it is not rolled back", () => {
  const world = flowingWorld();
  offer(world, "broken", flowing("broken"));
  world.pass(60_000);
  expect(world.state().config.verdict).toMatchObject({ is: "applied" });
  const health = healthOf(world);
  expect(health).toMatchObject({ healthy: false, status: "degraded" });
  expect(health?.lastError).toMatch(
    /exporter otlp sent \d+ spans in the [\d.]+ s before and none in the [\d.]+ s since/,
  );
  offer(world, "good", flowing("good"));
  world.pass(60_000);
  expect(healthOf(world)).toMatchObject({ healthy: true, status: "running" });
});

test("a reload is judged as a restart is", () => {
  const world = flowingWorld(undefined, {}, { reload: "auto" });
  world.forget();
  offer(world, "broken", flowing("broken"));
  world.pass(60_000);
  expect(world.trace).toContain("reload 2");
  expect(healthOf(world)).toMatchObject({ status: "degraded" });
});

test("a sentence about the flow stays as it is while it lasts, so that the server hears it once", () => {
  const world = flowingWorld();
  offer(world, "broken", flowing("broken"));
  world.pass(60_000);
  const first = healthOf(world);
  world.pass(60_000);
  expect(healthOf(world)).toEqual(first);
});

test("nothing is read where the flow is not watched", () => {
  let readings = 0;
  const world = createWorld(initialState(uid), {
    metrics: (text, upMs) => {
      readings += 1;
      return metricsOf(text, upMs);
    },
  });
  world.post({ on: "supervisor-started" });
  offer(world, "good", flowing("good"));
  world.pass(60_000);
  expect(readings).toBe(0);
  expect(healthOf(world)).toMatchObject({ healthy: true });
});

test("metrics are read every ten seconds, and every five in the half minute after a change", () => {
  const at: number[] = [];
  const world = flowingWorld();
  world.behave.metrics = (text, upMs) => {
    at.push(world.now());
    return metricsOf(text, upMs);
  };
  world.pass(60_000);
  expect(at).toHaveLength(6);
  const change = world.now();
  at.length = 0;
  offer(world, "next", flowing("next"));
  world.pass(60_000);
  expect(at.filter((moment) => moment < change + 31_000)).toHaveLength(6);
  expect(at.filter((moment) => moment >= change + 31_000).length).toBeLessThan(4);
});

test("metrics that cannot be read make nobody ill, and a crash of the agent does not stop the readings", () => {
  let readings = 0;
  const world = flowingWorld(undefined, {
    metrics: () => {
      readings += 1;
      return { is: "unreadable", why: "nothing listens" };
    },
  });
  expect(world.state().dataFlow?.problem).toBe("nothing listens");
  world.crash();
  const before = readings;
  world.pass(60_000);
  expect(readings).toBeGreaterThan(before);
  expect(healthOf(world)).toMatchObject({ healthy: true });
});

test("metrics that a stranger gives are not the agent's, and it is named", () => {
  const world = flowingWorld(undefined, {
    metrics: (text, upMs) => ({
      ...metricsOf(text, upMs),
      listener: { is: "stranger", pid: 4711, name: "prometheus" },
    }),
  });
  const problem = world.state().dataFlow?.problem;
  expect(problem).toContain("another process answers at http://");
  expect(problem).toContain("process 4711 (prometheus)");
  expect(problem).toContain("service.telemetry.metrics.readers");
  expect(world.state().dataFlow?.flow.flows.size).toBe(0);
});

test("an offer that makes every pipeline nop where others were is degraded and stays", () => {
  const world = flowingWorld();
  offer(world, "idle", idle);
  world.pass(60_000);
  expect(world.state().config.verdict).toMatchObject({ is: "applied" });
  expect(healthOf(world)).toMatchObject({ healthy: false, status: "degraded" });
  expect(healthOf(world)?.lastError).toContain("every pipeline of this configuration is nop");
  offer(world, "idle too", `${idle}    metrics:\n      receivers: [nop]\n      exporters: [nop]\n`);
  world.pass(60_000);
  expect(healthOf(world)).toMatchObject({ status: "degraded" });
  offer(world, "good", flowing("good"));
  world.pass(60_000);
  expect(healthOf(world)).toMatchObject({ healthy: true, status: "running" });
});

test("an offer of nop pipelines where nothing moved data before is as good as any", () => {
  const world = createWorld(undefined, { metrics: metricsOf });
  world.post({ on: "supervisor-started" });
  world.pass(5_000);
  offer(world, "idle", idle);
  world.pass(60_000);
  expect(healthOf(world)).toMatchObject({ healthy: true, status: "running" });
});

test("after a rollback the flow is compared with the time before the failed change", () => {
  const world = flowingWorld(undefined, {
    diesAfterMs: (text) => (text.includes("otlp/dies") ? 10_000 : Infinity),
  });
  offer(world, "dies", flowing("dies"));
  world.pass(60_000);
  expect(world.state().config.verdict).toMatchObject({ is: "failed" });
  world.pass(60_000);
  expect(healthOf(world)).toMatchObject({ healthy: true, status: "running" });
});
