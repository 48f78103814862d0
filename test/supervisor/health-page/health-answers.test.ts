import { wallTime } from "../../../src/supervisor/core/state/wall-clock.ts";
import { test, expect } from "vitest";
import {
  type AgentState,
  healthyAgent,
  startingAgent,
  reloadingAgent,
  illAgent,
  stoppingAgent,
} from "../../../src/supervisor/core/state/agent.ts";
import {
  initialState,
  withAgent,
  withConfig,
  type State,
} from "../../../src/supervisor/core/state/state.ts";
import { healthAnswer } from "../../../src/supervisor/health-page/health-answers.ts";
import { configText, renderedOf, uid } from "../../helpers/core/core-samples.ts";

function generationOf(
  changes: Parameters<typeof renderedOf>[1] = {},
): State["config"]["target"] & object {
  const config = renderedOf(configText("a"), changes);
  const nothing = {
    remote: undefined,
    binary: undefined,
    connections: undefined,
    sources: undefined,
  };
  return {
    number: 1,
    config,
    stopsData: false,
    ...nothing,
  } as unknown as State["config"]["target"] & object;
}

const generation = generationOf();
const running = { run: 1, pid: 7, generation, restarts: 0, startedAt: 1 };
const healthy = healthyAgent(running, 2, { dueAt: 9, upSince: wallTime(1), doubt: undefined });
const fresh = initialState(uid);
const decided = withConfig(fresh, { target: generation });
const known = withConfig(decided, { onDisk: generation.number });
const withProcess = (process: AgentState, state = known): State => withAgent(state, { process });

const statusOf = (path: string, state: State) => healthAnswer(path, state)?.status;

test("/health is good once a configuration is written, whatever server and agent do", () => {
  expect(statusOf("/health", fresh)).toBe(503);
  expect(statusOf("/health", decided)).toBe(503);
  expect(statusOf("/health", known)).toBe(200);
  expect(statusOf("/health", withProcess(startingAgent(running, 9)))).toBe(200);
});

test("/livez is good as long as somebody answers", () => {
  expect(statusOf("/livez", fresh)).toBe(200);
});

const parked = generationOf({ parked: true });
const none = generationOf({ runs: false });

test.each<[string, State, number]>([
  ["before the first start", known, 503],
  ["while it starts", withProcess(startingAgent(running, 9)), 503],
  ["while it is healthy", withProcess(healthy), 200],
  [
    "while it is ill",
    withProcess(illAgent(running, 3, { complaint: "no", upSince: wallTime(1), doubt: undefined })),
    503,
  ],
  ["during a reload", withProcess(reloadingAgent(healthy, generation, 3, 9)), 200],
  ["while it stops", withProcess(stoppingAgent(running, 3, false)), 503],
  [
    "while it is parked",
    withProcess(
      healthyAgent({ ...running, generation: parked }, 2, {
        dueAt: 9,
        upSince: wallTime(1),
        doubt: undefined,
      }),
    ),
    200,
  ],
  ["when nothing is to run", withConfig(fresh, { target: none }), 200],
  [
    "when the supervisor stops",
    { ...withProcess(healthy), desired: { ...fresh.desired, run: "down" } },
    503,
  ],
])("/readyz speaks of the agent: %s", (_when, state, status) => {
  expect(statusOf("/readyz", state)).toBe(status);
});

test("there are no other paths", () => {
  expect(healthAnswer("/", known)).toBe(undefined);
  expect(healthAnswer("/healthz", known)).toBe(undefined);
});
