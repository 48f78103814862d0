import { readFileSync } from "node:fs";
import fc from "fast-check";
import { onTestFinished, test, expect } from "vitest";
import { systemCodeOf } from "../../../src/errors.ts";
import { createListeners } from "../../../src/agent/ask/listener.ts";
import { probeHealth } from "../../../src/agent/ask/health-probe.ts";
import type { AgentProgram, ProcessFact } from "../../../src/agent/process/agent-process.ts";
import { createAgentProcess } from "../../../src/agent/process/child-agent.ts";
import { running } from "../../fixtures/collector/programs.ts";
import { agentPath, agentUrl } from "../../helpers/agent/agents.ts";
import { programIn } from "../../helpers/agent/agent-program.ts";
import { createEventLog } from "../../helpers/event-log.ts";
import { script, temporaryFolder } from "../../helpers/temporary-folder.ts";
import { until } from "../../helpers/until.ts";

const collector = `${agentPath("healthy")} "$@"`;

/** How people start a collector from a script. */
const shapes = {
  "with exec": `exec ${collector}`,
  "without exec": collector,
  "and goes on after it": `${collector}; echo over`,
  "in the background": `${collector} & wait`,
  "with a trap": `trap 'kill $pid' TERM; ${collector} & pid=$!; wait; wait`,
  "with a pipe": `${collector} 2>&1 | cat >&2`,
  "with a pipe in a session of its own": `${collector} 2>&1 | setsid cat >&2`,
  "in a pipe in a session of its own": `setsid ${collector} 2>&1 | cat >&2`,
  "from a shell in a shell": `sh -c 'sh -c "$*; true" sh "$@"; true' sh ${collector}`,
  "in a subshell": `( ${collector} ); true`,
  "in a session of its own": `setsid ${collector}; true`,
  "in a session of its own in the background": `setsid ${collector} & wait`,
  "without its parent": `(setsid ${collector} &); exec sleep 1000`,
  "without an environment": `env -i PATH="$PATH" ${collector}; true`,
  "without environment and parent": `(env -i PATH="$PATH" setsid ${collector} &); exec sleep 1000`,
} as const;
type Shape = keyof typeof shapes;
const allShapes = Object.keys(shapes) as readonly Shape[];

/** Where nobody but the script itself hears of the collector's end. */
const deaf: readonly Shape[] = ["without its parent", "without environment and parent"];

interface Run {
  readonly leader: number;
  readonly collector: number;
  readonly log: () => string;
  readonly signal: (name: "SIGTERM" | "SIGKILL" | "SIGHUP") => void;
  readonly exited: () => Promise<Extract<ProcessFact, { on: "agent-exited" }>["exit"]>;
}

async function start(shape: Shape, changes: Partial<AgentProgram> = {}): Promise<Run> {
  const folder = temporaryFolder();
  const { program, logPath, configPath } = programIn(folder, script(shapes[shape]), {
    drainMs: 60_000,
    ...changes,
  });
  const facts = createEventLog<ProcessFact>();
  const agent = createAgentProcess(
    () => program,
    (fact) => facts.add(fact),
  );
  onTestFinished(() => agent.signal(1, "SIGKILL"));
  agent.start(1, ["--config", configPath]);
  const started = await facts.until(({ on }) => on === "agent-started");
  const leader = started.on === "agent-started" ? started.pid : 0;
  const find = createListeners()(leader, configPath);
  const { listener } = await probeHealth(await agentUrl(logPath), 60_000, find);
  if (listener?.is !== "ours") throw new Error(`expected our own, found ${listener?.is ?? ""}`);
  agent.answered?.(1, listener.pid);
  return {
    leader,
    collector: listener.pid,
    log: () => readFileSync(logPath, "utf8"),
    signal: (name) => agent.signal(1, name),
    exited: async () => {
      const fact = await facts.until(({ on }) => on === "agent-exited");
      if (fact.on !== "agent-exited") throw new Error(fact.on);
      return fact.exit;
    },
  };
}

function gone({ leader, collector }: Run): boolean {
  return !running(leader) && !running(collector);
}

/** Kills a process, which may be ending by itself just now. */
function killed(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if (systemCodeOf(error) !== "ESRCH") throw error;
  }
}

test.each(allShapes)("a collector that a script starts %s drains on a stop", async (shape) => {
  const run = await start(shape);
  run.signal("SIGHUP");
  await until(() => run.log().includes("Config updated"));
  expect(running(run.leader), "a reload ends nobody").toBe(true);
  run.signal("SIGTERM");
  await run.exited();
  expect(gone(run)).toBe(true);
  expect(run.log().match(/Shutdown complete/g)).toHaveLength(1);
});

test("whatever a script looks like and whoever is killed, nothing is left when the end is told", async () => {
  const who = fc.constantFrom("all", "script", "collector", "both" as const);
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...allShapes), who, fc.nat(20), async (shape, end, waitMs) => {
      const run = await start(shape);
      await new Promise((resolve) => setTimeout(resolve, waitMs));
      if (end === "all") run.signal("SIGKILL");
      if (end === "script" || end === "both") killed(run.leader);
      if (end !== "script") killed(run.collector);
      if (end === "collector" && deaf.includes(shape)) run.signal("SIGTERM");
      await run.exited();
      expect(gone(run), `${shape}, ${end}`).toBe(true);
    }),
    { numRuns: 25 },
  );
});

test("a script that ends before its collector is told so, and the collector may drain", async () => {
  const run = await start("without its parent");
  process.kill(run.leader, "SIGKILL");
  const { lastLines } = await run.exited();
  expect(lastLines.at(-1)).toContain(`(pid ${run.collector}), which was ended too`);
  expect(run.log()).toContain("Shutdown complete");
});
