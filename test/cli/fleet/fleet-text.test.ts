import { expect, test } from "vitest";
import type { AgentRow, Rollout } from "../../../src/dev-server/shapes/api-shapes.ts";
import {
  affectedText,
  agentTable,
  changesOf,
  countsText,
  failuresText,
  problemsText,
  rolloutLine,
} from "../../../src/cli/fleet/fleet-text.ts";
import { paintFor } from "../../../src/cli/screen-text.ts";

const plain = paintFor(false, new Map());
const row: AgentRow = {
  uid: "84502074-21d4-5157-8393-6ddf3fac8a8f",
  name: "otelcol",
  version: "0.158.0",
  hostName: "web-1",
  connected: true,
  transport: "websocket",
  disconnectedWhy: undefined,
  up: "true",
  firstSeenAt: 0,
  lastSeenAt: 60_000,
  status: "",
  lastError: "",
  remoteConfigStatus: undefined,
  condition: "healthy",
  configState: "none",
  attributes: {},
  configuration: undefined,
  guest: undefined,
};
const away: AgentRow = { ...row, connected: false, condition: "away", hostName: "db\u001b[2J\n1" };

test("agents stand below their headings, and nothing in them reaches the terminal", () => {
  const lines = agentTable([row, away], 120_000, plain).split("\n");
  expect(lines[0]).toMatch(/^IS {7}CONFIG {2}NAME/);
  expect(lines[1]).toMatch(/^healthy {2}none .* web-1 .* now .* 84502074/);
  expect(lines[2]).toMatch(/^away {5}none .* 1 min ago/);
  expect(lines[1]?.indexOf(row.uid)).toBe(lines[2]?.indexOf(row.uid));
  expect(lines).toHaveLength(4);
  expect(lines.join("")).not.toContain("\u001b");
  expect(agentTable([], 0, plain)).toBe("no agents\n");
});

test("colours are only around the first word", () => {
  const table = agentTable([row], 0, paintFor(true, new Map()));
  expect(table).toContain("\u001b[32mhealthy\u001b[0m  none");
});

test("counts leave out what there is none of", () => {
  const none = { degraded: 0, failing: 0, away: 0, unknown: 0, applying: 0 };
  expect(countsText({ total: 1, healthy: 1, ...none })).toBe("1 agent: 1 healthy");
  expect(countsText({ total: 0, healthy: 0, ...none })).toBe("0 agents");
});

test("what has changed is told, and nothing else", () => {
  expect(changesOf(row, { ...row, lastSeenAt: 99 }, plain)).toEqual([]);
  expect(changesOf(undefined, row, plain)[0]).toContain("web-1 (84502074");
  const failing = { ...row, condition: "failing", lastError: "exporter failed" } as const;
  expect(changesOf(row, failing, plain)).toEqual([
    `web-1 (${row.uid}) was healthy, is failing: exporter failed`,
  ]);
  const status = { status: "failed", hash: "", errorMessage: "line 3:\nunknown type" } as const;
  const refused = { ...row, configState: "failed", remoteConfigStatus: status } as const;
  expect(changesOf(row, refused, plain)).toEqual([
    `web-1 (${row.uid}): configuration failed: line 3: unknown type`,
  ]);
  expect(changesOf(row, { ...row, version: "0.159.0" }, plain)[0]).toContain(
    "version 0.158.0 is now 0.159.0",
  );
});

const rollout: Rollout = {
  id: "7",
  what: { files: {} },
  to: "all agents",
  stages: [10, 100],
  stage: 0,
  failuresAllowed: 0,
  settleSeconds: 30,
  state: "running",
  why: "waiting for 1 agent",
  startedAt: 0,
  endedAt: undefined,
  agents: [
    { uid: "a", name: "one", stage: 0, state: "applied", errorMessage: "" },
    { uid: "b", name: "two", stage: 0, state: "failed", errorMessage: "no\nsuch exporter" },
  ],
} as unknown as Rollout;

test("a rollout in one line, and its failures", () => {
  expect(rolloutLine(rollout)).toBe(
    "stage 1 of 2 (10 %): 1 applied, 1 failed (waiting for 1 agent)",
  );
  expect(rolloutLine({ ...rollout, state: "done", why: "", agents: [] })).toBe("done: no agents");
  expect(failuresText(rollout)).toBe("  two (b): no such exporter\n");
});

test("problems stand as compilers show them", () => {
  const problem = { file: "", line: 3, column: 5, severity: "error", text: "unknown" } as const;
  expect(problemsText([problem], "c.yaml")).toBe("c.yaml:3:5: error: unknown\n");
});

test("who gets it, who does not and why", () => {
  const able = { uid: "a", name: "n", hostName: "web-1", why: undefined };
  const text = affectedText([able, { ...able, uid: "b", why: "it is away" }]);
  expect(text).toContain("1 of 2 agents would get it now\n  web-1 (a)\n");
  expect(text).toContain("1 would not get it now\n  web-1 (b): it is away\n");
  const many = affectedText(Array.from({ length: 60 }, () => able));
  expect(many).toContain("and 10 more");
});
