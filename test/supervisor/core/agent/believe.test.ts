import {
  clockSet,
  clockAhead,
  wallTime,
} from "../../../../src/supervisor/core/state/wall-clock.ts";
import { expect, test } from "vitest";
import { believe } from "../../../../src/supervisor/core/agent/believe.ts";
import { attachedAgent, childAgent } from "../../../../src/supervisor/core/state/core-settings.ts";
import type { ProbeOutcome } from "../../../../src/supervisor/core/state/event.ts";
import type { Listener } from "../../../../src/supervisor/core/state/who-answers.ts";

const startedAt = 1_000;
const asked = { startedAt };
const moment = { at: 5_000, clock: clockAhead(0) };
const child = { kind: childAgent, probeOverride: undefined };
const attached = { kind: attachedAgent(false), probeOverride: undefined };
const ours: Listener = { is: "ours" };
const stranger: Listener = { is: "stranger", pid: 4711, name: "python3" };

function healthy(upSince: number | undefined, listener?: Listener): ProbeOutcome {
  return {
    is: "healthy",
    upSince: upSince === undefined ? undefined : wallTime(upSince),
    listener,
  };
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
  expect(believe(outcome, asked, moment, core)).toBe(outcome);
});

test.each([
  ["a stranger gave it without saying since when", healthy(undefined, stranger), child],
  ["a stranger gave it that was there before", healthy(1, stranger), child],
  ["a stranger gave it in place of an attached agent", healthy(2_000, stranger), attached],
])("an answer does not count when %s, who is named", (_when, outcome, core) => {
  const { is, why } = believe(outcome, asked, moment, core) as { is: string; why: string };
  expect(is).toBe("unhealthy");
  expect(why).toContain(
    "another process answers at the health check's address, process 4711 (python3)",
  );
  expect(why).toContain("extensions.health_check.endpoint");
});

test("an answer from before our start does not count, and says since when", () => {
  const outcome = believe(healthy(1), asked, moment, child);
  expect(outcome).toHaveProperty(
    "why",
    expect.stringContaining("up since 1970-01-01T00:00:00.001Z"),
  );
});

test("the key that the operator wrote is the one that is named", () => {
  const core = { ...child, probeOverride: "localhost:1" };
  const outcome = believe(healthy(undefined, stranger), asked, moment, core);
  expect(outcome).toHaveProperty("why", expect.stringContaining("agent.health_check_endpoint"));
});

test("a stranger who answers something else is named too", () => {
  const answered: ProbeOutcome = { is: "unhealthy", why: "answered 404", listener: stranger };
  const why = "answered 404 (by process 4711 (python3))";
  expect(believe(answered, asked, moment, child)).toEqual({ is: "unhealthy", why });
});

const hourMs = 3_600_000;

test.each([-hourMs, -2_000, 2_000, hourMs])(
  "a clock that is set by %i ms while the agent starts makes it no other process",
  (byMs) => {
    const clock = clockSet(clockAhead(0), 1_500, byMs);
    for (const upSince of [1_200, 1_700 + byMs]) {
      const outcome = healthy(upSince);
      expect(believe(outcome, asked, { at: 5_000, clock }, child)).toBe(outcome);
    }
  },
);

test("what was believed once is believed again, whatever the clock was set to", () => {
  const clock = clockSet(clockAhead(0), 500, hourMs);
  const outcome = healthy(1_200, stranger);
  expect(believe(outcome, asked, { at: 5_000, clock }, child).is).toBe("unhealthy");
  const known = { startedAt, upSince: wallTime(1_200) };
  expect(believe(outcome, known, { at: 5_000, clock }, child)).toBe(outcome);
});

test("after a step back an older stranger, whose date looks new, is known by its process", () => {
  const clock = clockSet(clockAhead(0), 1_500, -hourMs);
  const seen = (ageMs: number) =>
    believe(healthy(900, { ...stranger, ageMs }), asked, { at: 5_000, clock }, child).is;
  expect(seen(4_500)).toBe("unhealthy");
  expect(seen(3_900)).toBe("healthy");
  // As long as nobody sets the clock the date is enough: it may be a lasting way to a container that was just started.
  const lasting = healthy(2_000, { ...stranger, ageMs: 900_000 });
  expect(believe(lasting, asked, moment, child)).toBe(lasting);
});
