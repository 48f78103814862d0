import { expect, test } from "vitest";
import { believe } from "../../../../src/supervisor/core/agent/believe.ts";
import { attachedAgent, childAgent } from "../../../../src/supervisor/core/state/core-settings.ts";
import type { ProbeOutcome } from "../../../../src/supervisor/core/state/event.ts";
import type { Listener } from "../../../../src/supervisor/core/state/who-answers.ts";

const startedAt = 1_000;
const child = { kind: childAgent, probeOverride: undefined };
const attached = { kind: attachedAgent(false), probeOverride: undefined };
const ours: Listener = { is: "ours" };
const stranger: Listener = { is: "stranger", pid: 4711, name: "python3" };

function healthy(upSince: number | undefined, listener?: Listener): ProbeOutcome {
  return { is: "healthy", upSince, listener };
}

test.each([
  ["our process gave it", healthy(undefined, ours), child],
  ["our process gave it, and the clock was set", healthy(1, ours), child],
  ["nobody can be seen", healthy(undefined), child],
  ["nobody can be seen and it began after our start", healthy(startedAt), child],
  ["it began after our start, in a container that a script runs", healthy(2_000, stranger), child],
  ["somebody else started the agent, and the time is not known", healthy(1), attached],
  ["somebody else's process gave it", healthy(1, ours), attached],
])("an answer counts when %s", (_when, outcome, core) => {
  expect(believe(outcome, startedAt, core)).toBe(outcome);
});

test.each([
  ["a stranger gave it without saying since when", healthy(undefined, stranger), child],
  ["a stranger gave it that was there before", healthy(1, stranger), child],
  ["a stranger gave it in place of an attached agent", healthy(2_000, stranger), attached],
])("an answer does not count when %s, who is named", (_when, outcome, core) => {
  const { is, why } = believe(outcome, startedAt, core) as { is: string; why: string };
  expect(is).toBe("unhealthy");
  expect(why).toContain(
    "another process answers at the health check's address, process 4711 (python3)",
  );
  expect(why).toContain("extensions.health_check.endpoint");
});

test("an answer from before our start does not count, and says since when", () => {
  const outcome = believe(healthy(1), startedAt, child);
  expect(outcome).toHaveProperty(
    "why",
    expect.stringContaining("up since 1970-01-01T00:00:00.001Z"),
  );
});

test("the key that the operator wrote is the one that is named", () => {
  const core = { ...child, probeOverride: "localhost:1" };
  const outcome = believe(healthy(undefined, stranger), startedAt, core);
  expect(outcome).toHaveProperty("why", expect.stringContaining("agent.health_check_endpoint"));
});

test("a stranger who answers something else is named too", () => {
  const answered: ProbeOutcome = { is: "unhealthy", why: "answered 404", listener: stranger };
  const why = "answered 404 (by process 4711 (python3))";
  expect(believe(answered, startedAt, child)).toEqual({ is: "unhealthy", why });
});
