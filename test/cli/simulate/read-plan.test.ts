import { expect, test } from "vitest";
import { readPlan, type SimulateOptions } from "../../../src/cli/simulate/read-plan.ts";

const typed: SimulateOptions = {
  agents: "100",
  over: "10s",
  heartbeat: "30s",
  applyAfter: "2s",
  fail: "0%",
  unhealthy: "0%",
  name: "simulated",
  insecure: false,
  json: false,
};

test("times and shares are read", () => {
  const wanted = { ...typed, agents: "5000", fail: "2.5%", for: "1m30s", until: "applied" };
  expect(readPlan(wanted)).toEqual({
    plan: {
      agents: 5000,
      prefix: "simulated",
      overMs: 10_000,
      applyMs: 2000,
      failing: 0.025,
      unhealthy: 0,
    },
    heartbeatMs: 30_000,
    forMs: 90_000,
    until: "applied",
  });
});

test.each<Partial<SimulateOptions>>([
  { agents: "0" },
  { agents: "1e3" },
  { agents: "-1" },
  { agents: "" },
  { agents: "100001" },
  { over: "10" },
  { over: "-1s" },
  { heartbeat: "soon" },
  { applyAfter: "25h" },
  { for: "" },
  { fail: "2" },
  { fail: "101%" },
  { unhealthy: "all" },
  { name: "two words" },
  { name: "" },
  { until: "later" },
])("%j is refused with the option and what was found", (wrong) => {
  const [[key, found] = ["", ""]] = Object.entries(wrong);
  const option = key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  const answer = readPlan({ ...typed, ...wrong });
  expect(answer).toContain(`expected --${option} `);
  expect(answer).toContain(`found ${String(found)}`);
});
