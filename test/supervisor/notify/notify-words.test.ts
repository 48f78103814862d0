import fc from "fast-check";
import { expect, test } from "vitest";
import {
  type AgentState,
  healthyAgent,
  illAgent,
  reloadingAgent,
  startingAgent,
  stoppingAgent,
} from "../../../src/supervisor/core/state/agent.ts";
import { healthOf } from "../../../src/supervisor/core/report/full-report.ts";
import {
  initialState,
  type State,
  withAgent,
  withConfig,
} from "../../../src/supervisor/core/state/state.ts";
import { noLink } from "../../../src/supervisor/core/state/offers.ts";
import { wallTime } from "../../../src/supervisor/core/state/wall-clock.ts";
import {
  isUrgent,
  longestStartMs,
  news,
  nothingTold,
  waitingNews,
  type Told,
} from "../../../src/supervisor/notify/notify-words.ts";
import { configText, renderedOf, uid } from "../../helpers/core/core-samples.ts";

function generationOf(changes: Parameters<typeof renderedOf>[1] = {}) {
  const config = renderedOf(configText("a"), changes);
  const made = { number: 12, config, stopsData: false };
  return made as unknown as State["config"]["target"] & object;
}

const generation = generationOf();
const running = { run: 1, pid: 7, generation, restarts: 0, startedAt: 1 };
const answer = { dueAt: 9, upSince: wallTime(1), doubt: undefined };
const healthy = healthyAgent(running, 2, answer);
const ill = illAgent(running, 3, { ...answer, complaint: "503" });
const known = withConfig(initialState(uid), { target: generation });
const withProcess = (process: AgentState, state = known): State => withAgent(state, { process });
const starting = startingAgent(running, 9);
const slow: AgentState = starting.at === "starting" ? { ...starting, slow: true } : starting;
const exit = {
  ...{ code: 1, signal: undefined, outOfMemory: false, spawnError: undefined },
  lastLines: ["cannot start\nbind"],
};

function linked(state: State, link: State["connections"]["link"]): State {
  return { ...state, connections: { ...state.connections, link } };
}

const connected = { ...noLink, connected: true, since: 1 };
const lost = { ...noLink, since: 1, why: "connect ECONNREFUSED" };

const sources = {
  health: (state: State) => healthOf(state, { startsAgent: true }),
  server: () => "opamp.example.com",
  begunAt: 1_000,
  drainMs: () => 30_000,
};

function lines(state: State, told: Partial<Told> = {}, sinceMs = 0): readonly string[] {
  const extended = { ...nothingTold, extended: true, ...told };
  return news(extended, state, sources.begunAt + sinceMs, sources).lines;
}

function status(state: State): string | undefined {
  return lines(state)
    .find((line) => line.startsWith("STATUS="))
    ?.slice("STATUS=".length);
}

const crashed = withAgent(known, {
  crashes: { ...known.agent.crashes, count: 1, last: exit },
});

test.each<[string, State, boolean]>([
  ["before the first start", known, false],
  ["while it starts", withProcess(starting), false],
  ["when it is slow", withProcess(slow), true],
  ["when it is healthy", withProcess(healthy), true],
  ["when it is ill", withProcess(ill), true],
  ["when it has ended", crashed, true],
  ["when it is started again after an end", withProcess(starting, crashed), true],
  ["when nothing is to run", withConfig(known, { target: generationOf({ runs: false }) }), true],
  ["when nobody can say what to run", withConfig(known, { target: undefined }), false],
  [
    "when the binary cannot be asked",
    {
      ...withConfig(known, { target: undefined }),
      identity: { ...known.identity, problem: "no such file" },
    },
    true,
  ],
  [
    "when the local configuration is wrong",
    withConfig(known, { target: undefined, problem: "bad YAML" }),
    true,
  ],
])("ready as soon as it is known what became of the agent: %s", (_when, state, ready) => {
  expect(lines(state).includes("READY=1")).toBe(ready);
  expect(lines(state, { ready: true })).not.toContain("READY=1");
});

test("ready after half a minute, whatever the agent does", () => {
  expect(lines(withProcess(starting), {}, longestStartMs - 1)).not.toContain("READY=1");
  expect(lines(withProcess(starting), {}, longestStartMs)).toContain("READY=1");
});

test("a start may take as long as that, whatever the unit says", () => {
  const { lines: first, told } = news(nothingTold, known, sources.begunAt, sources);
  expect(first).toContain("EXTEND_TIMEOUT_USEC=60000000");
  expect(news(told, known, sources.begunAt, sources).lines).toEqual([]);
});

test.each<[string, State, string]>([
  [
    "healthy",
    linked(withProcess(healthy), connected),
    "Healthy, generation 12, connected to opamp.example.com",
  ],
  [
    "not connected",
    linked(withProcess(healthy), lost),
    "Healthy, generation 12, not connected to opamp.example.com (connect ECONNREFUSED)",
  ],
  [
    "ill",
    linked(withProcess(ill), connected),
    "Unhealthy (503), generation 12, connected to opamp.example.com",
  ],
  ["not started", known, "Starting, connecting to opamp.example.com"],
  ["starting", withProcess(starting), "Starting, generation 12, connecting to opamp.example.com"],
  [
    "crashed",
    crashed,
    "Failing (the agent exited with code 1: cannot start bind), connecting to opamp.example.com",
  ],
  [
    "reloading",
    withProcess(reloadingAgent(healthy, { ...generation, number: 13 }, 3, 9)),
    "Taking up generation 13, connecting to opamp.example.com",
  ],
  [
    "parked",
    withProcess(
      healthyAgent({ ...running, generation: generationOf({ parked: true }) }, 2, answer),
    ),
    "Idle, there is nothing to run yet, generation 12, connecting to opamp.example.com",
  ],
  [
    "stopped on demand",
    withConfig(known, { target: generationOf({ runs: false }) }),
    "Stopped, as the configuration asks, connecting to opamp.example.com",
  ],
  [
    "stopping",
    {
      ...withProcess(stoppingAgent(running, 3, false)),
      desired: { ...known.desired, run: "down" },
    },
    "Stopping, connecting to opamp.example.com",
  ],
])("the status says what is so: %s", (_what, state, text) => {
  expect(status(state)).toBe(text);
});

test("a status is one short line, and is said once", () => {
  const long = linked(withProcess(healthy), { ...lost, why: `a\n${"b".repeat(500)}` });
  const text = status(long) ?? "";
  expect(text).not.toContain("\n");
  expect(text.length).toBeLessThan(300);
  expect(lines(long, { ready: true, status: text })).toEqual([]);
});

test("whatever an agent, a health check or a server says, the status is one line that can be sent", () => {
  const words = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.constantFrom("\0", "\x1b[2J", "\u0085\n"),
  );
  fc.assert(
    fc.property(words, words, words, (last, complaint, why) => {
      const ended = withAgent(known, {
        crashes: { ...known.agent.crashes, count: 1, last: { ...exit, lastLines: [last] } },
      });
      const unwell = withProcess(illAgent(running, 3, { ...answer, complaint }));
      for (const state of [ended, unwell].map((each) => linked(each, { ...lost, why }))) {
        const text = status(state) ?? "";
        expect(text).not.toBe("");
        expect(text).not.toMatch(/[\p{Cc}\u2028\u2029]/u);
        expect(text.length).toBeLessThan(500);
      }
    }),
    { numRuns: 300, interruptAfterTimeLimit: 3_000 },
  );
});

test("a status shows no secret that a reason has in it", () => {
  const why = "refused: Authorization: Bearer abcdef123456";
  expect(status(linked(withProcess(healthy), { ...lost, why }))).not.toContain("abcdef");
});

test("a stop is told once, with the time that it takes, and makes nothing ready", () => {
  const state: State = { ...withProcess(starting), desired: { ...known.desired, run: "down" } };
  const { lines: said, told } = news(
    { ...nothingTold, extended: true },
    state,
    sources.begunAt,
    sources,
  );
  expect(said).toEqual([
    "STOPPING=1",
    "EXTEND_TIMEOUT_USEC=30000000",
    "STATUS=Stopping, connecting to opamp.example.com",
  ]);
  expect(news(told, state, sources.begunAt, sources).lines).toEqual([]);
});

test("one that only waits is ready, and says on what", () => {
  const { lines: said, told } = waitingNews(nothingTold, "it stands by:\nother leads");
  expect(said).toEqual(["READY=1", "STATUS=it stands by: other leads"]);
  expect(waitingNews(told, "it stands by: other leads").lines).toEqual([]);
  expect(waitingNews(told, "away").lines).toEqual(["STATUS=away"]);
});

test("only a status can wait", () => {
  expect(isUrgent(["STATUS=Healthy"])).toBe(false);
  expect(isUrgent(["READY=1", "STATUS=Healthy"])).toBe(true);
});
