import { join } from "node:path";
import { expect, test } from "vitest";
import { commandLineRestored } from "../../src/supervisor/core/agent/command-line.ts";
import { initialState, type State, withAgent } from "../../src/supervisor/core/state/state.ts";
import { type InUse, inUse } from "../../src/supervisor/inputs/in-use.ts";
import type { News } from "../../src/supervisor/inputs/read-again.ts";
import { createTakeOver } from "../../src/supervisor/take-over.ts";
import { agentEnv, agentPath } from "../helpers/agent/agents.ts";
import { uid } from "../helpers/core/core-samples.ts";
import { createEventLog } from "../helpers/event-log.ts";
import { keptLog } from "../helpers/log-lines.ts";
import { temporaryFolder } from "../helpers/temporary-folder.ts";
import { complete, createAgentFolder, settingsOf } from "./settings/fixture-folder.ts";

/** Settings that differ by one argument of a collector that takes any. */
function settingsWith(word: string): InUse {
  const lines = `  args: ["--${word}"]\n`;
  const read = createAgentFolder().read(complete(lines).replace("./otelcol", agentPath("healthy")));
  return inUse(settingsOf(read), new Map(Object.entries(agentEnv)), []);
}

function newsOf({ settings }: InUse): News {
  const { endpoint } = settings.server;
  const nothing = { newBinary: false, lifts: false } as const;
  const fact = {
    on: "settings-read",
    local: [],
    endpoint,
    ...nothing,
    restartsAgent: true,
  } as const;
  return { settings, reconnects: false, layers: [], fact };
}

const unproved = { until: 1_000, crashes: 0, isProved: false, why: undefined };

test("of several command lines in a row the last one that has proved itself is gone back to", async () => {
  const [proved, second, third] = ["one", "two", "three"].map(settingsWith);
  if (proved === undefined || second === undefined || third === undefined) throw new Error("three");
  let now = proved;
  let state: State = initialState(uid);
  const taken = createEventLog<News>();
  const folder = temporaryFolder();
  const takeOver = createTakeOver({
    ...{ now: () => now, state: () => state, variables: () => ({}), searchPath: "" },
    scratchPath: (name) => join(folder, name),
    log: keptLog().log,
    takeOver: (next, news) => {
      now = next;
      const { isRestored = false } = news.fact;
      state = isRestored ? commandLineRestored(state) : withAgent(state, { commandLine: unproved });
      taken.add(news);
    },
  });
  for (const next of [second, third]) {
    void takeOver.read(next, newsOf(next));
    await taken.until(({ settings }) => settings === next.settings);
  }
  takeOver.restore("it ended");
  expect(now).toBe(proved);
  expect(taken.all.at(-1)?.fact).toMatchObject({ isRestored: true, newBinary: false });
  takeOver.restore("there is nothing more to go back to");
  expect(taken.all).toHaveLength(3);
});

test("what is still looked at when the agent is let go is not taken over", async () => {
  const [first, next] = [settingsWith("one"), settingsWith("two")];
  const taken: News[] = [];
  const folder = temporaryFolder();
  const takeOver = createTakeOver({
    ...{ now: () => first, state: () => initialState(uid), variables: () => ({}), searchPath: "" },
    scratchPath: (name) => join(folder, name),
    log: keptLog().log,
    takeOver: (_next, news) => taken.push(news),
  });
  const read = takeOver.read(next, newsOf(next));
  takeOver.drop();
  await read;
  expect(taken).toEqual([]);
  await takeOver.read(next, newsOf(next));
  expect(taken).toHaveLength(1);
});
