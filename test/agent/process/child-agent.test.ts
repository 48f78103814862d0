import { writeFileSync, readFileSync, chmodSync, statSync } from "node:fs";
import { join } from "node:path";
import { onTestFinished, test, expect } from "vitest";
import type {
  ProcessFact,
  ChildAgent,
  AgentProgram,
} from "../../../src/agent/process/agent-process.ts";
import type { Wall } from "../../../src/agent/process/wall.ts";
import { SupervisorError } from "../../../src/errors.ts";
import { createAgentProcess } from "../../../src/agent/process/child-agent.ts";
import { createFileOutput } from "../../../src/agent/output/output.ts";
import { probeHealth } from "../../../src/agent/ask/health-probe.ts";
import { running } from "../../fixtures/collector/programs.ts";
import { type AgentName, agentPath, agentUrl, agentRecord } from "../../helpers/agent/agents.ts";
import { programIn } from "../../helpers/agent/agent-program.ts";
import { type EventLog, createEventLog } from "../../helpers/event-log.ts";
import { temporaryFolder, script } from "../../helpers/temporary-folder.ts";
import { until } from "../../helpers/until.ts";

type Exited = Extract<ProcessFact, { on: "agent-exited" }>;
type Started = Extract<ProcessFact, { on: "agent-started" }>;

interface Rig {
  readonly agent: ChildAgent;
  readonly facts: EventLog<ProcessFact>;
  readonly logPath: string;
  readonly args: readonly string[];
  readonly log: () => string;
  readonly pid: (run: number) => Promise<number>;
  readonly exit: (run: number) => Promise<Exited["exit"]>;
}

function rig(executable: string, changes: Partial<AgentProgram> = {}): Rig {
  const folder = temporaryFolder();
  const { program, logPath, configPath } = programIn(folder, executable, changes);
  const facts = createEventLog<ProcessFact>();
  const agent = createAgentProcess(
    () => program,
    (fact) => facts.add(fact),
  );
  onTestFinished(() => {
    for (const fact of facts.all)
      if (fact.on === "agent-started") agent.signal(fact.run, "SIGKILL");
  });
  const started = (run: number) => (fact: ProcessFact) =>
    fact.on === "agent-started" && fact.run === run;
  const exited = (run: number) => (fact: ProcessFact) =>
    fact.on === "agent-exited" && fact.run === run;
  return {
    agent,
    facts,
    logPath,
    args: ["--config", configPath],
    log: () => readFileSync(logPath, "utf8"),
    pid: async (run) => ((await facts.until(started(run))) as Started).pid,
    exit: async (run) => ((await facts.until(exited(run))) as Exited).exit,
  };
}

function rigOf(name: AgentName, changes: Partial<AgentProgram> = {}): Rig {
  return rig(agentPath(name), changes);
}

const nothingSaid = {
  code: undefined,
  signal: undefined,
  outOfMemory: false,
  spawnError: undefined,
  lastLines: [],
};

test("an agent that cannot be noted, as on a full disk, runs all the same and is told of once", async () => {
  const { agent, facts, args, pid, exit, logPath } = rigOf("healthy", {
    notePath: join(temporaryFolder(), "missing", "agent.json"),
  });
  agent.start(1, args);
  const url = await agentUrl(logPath);
  expect(running(await pid(1))).toBe(true);
  expect((await probeHealth(url, 5_000)).is).toBe("healthy");
  expect(facts.all).toMatchObject([{ on: "agent-started", run: 1 }]);
  expect((facts.all[0] as Started).notNoted).toContain("ENOENT");
  agent.signal(1, "SIGTERM");
  expect(await exit(1)).toMatchObject({ code: 0 });
  expect(facts.all).toHaveLength(2);
});

test("a run is told once when it begins and once when it ends, with the agent's last words", async () => {
  const { agent, facts, args, pid, exit } = rigOf("exits-at-once");
  agent.start(1, args);
  await exit(1);
  agent.start(2, args);
  await exit(2);
  const words =
    'Error: cannot start pipelines: failed to start "otlp" receiver: listen tcp 127.0.0.1:13999: bind: address already in use';
  const expected = { ...nothingSaid, code: 1, lastLines: [words] };
  expect(facts.all).toEqual([
    { on: "agent-started", run: 1, pid: await pid(1) },
    { on: "agent-exited", run: 1, exit: expected },
    { on: "agent-started", run: 2, pid: await pid(2) },
    { on: "agent-exited", run: 2, exit: expected },
  ]);
});

test("SIGTERM lets the agent finish, and the exit is told as its own", async () => {
  const { agent, args, logPath, log, exit } = rigOf("healthy");
  agent.start(1, args);
  expect(await probeHealth(await agentUrl(logPath), 60_000)).toMatchObject({ is: "healthy" });
  agent.signal(1, "SIGTERM");
  expect(await exit(1)).toMatchObject({ code: 0, signal: undefined, spawnError: undefined });
  expect(log()).toContain("Shutdown complete.");
});

test("an agent that ignores SIGTERM goes on, and ends by SIGKILL", async () => {
  const { agent, args, logPath, exit } = rigOf("ignores-sigterm");
  agent.start(1, args);
  const url = await agentUrl(logPath);
  agent.signal(1, "SIGTERM");
  await agentRecord(logPath, "SIGTERM ignored");
  expect(await probeHealth(url, 60_000)).toMatchObject({ is: "healthy" });
  agent.signal(1, "SIGKILL");
  expect(await exit(1)).toMatchObject({ code: undefined, signal: "SIGKILL" });
});

test("SIGHUP reaches the agent, which goes on", async () => {
  const { agent, args, logPath, facts } = rigOf("healthy");
  agent.start(1, args);
  const url = await agentUrl(logPath);
  const before = await probeHealth(url, 60_000);
  agent.signal(1, "SIGHUP");
  await agentRecord(logPath, "Config updated, restart service");
  const after = await probeHealth(url, 60_000);
  expect([before.is, after.is]).toEqual(["healthy", "healthy"]);
  expect(facts.all.map(({ on }) => on)).toEqual(["agent-started"]);
});

test.each<[string, (rig: Rig) => void]>([
  ["was killed", ({ agent }) => agent.signal(1, "SIGKILL")],
  ["ended when it was asked to", ({ agent }) => agent.signal(1, "SIGTERM")],
  ["was killed by somebody else", ({ facts }) => process.kill((facts.all[0] as Started).pid, 9)],
])("an agent that %s leaves no child of its own behind", async (_name, end) => {
  const one = rigOf("forks-a-child");
  one.agent.start(1, one.args);
  const { pid } = await agentRecord(one.logPath, "Child started");
  onTestFinished(() => {
    if (running(Number(pid))) process.kill(Number(pid), "SIGKILL");
  });
  await agentUrl(one.logPath);
  expect(running(Number(pid))).toBe(true);
  end(one);
  await one.exit(1);
  await until(() => !running(Number(pid)));
});

test("the signal that ended an agent from outside is told", async () => {
  const { agent, args, logPath, pid, exit } = rigOf("healthy");
  agent.start(1, args);
  await agentUrl(logPath);
  process.kill(await pid(1), "SIGABRT");
  expect(await exit(1)).toMatchObject({ code: undefined, signal: "SIGABRT" });
});

test("the agent leads a group of its own, so that Ctrl-C does not reach it", async () => {
  const { agent, args, logPath, pid } = rigOf("healthy");
  agent.start(1, args);
  await agentUrl(logPath);
  const leader = await pid(1);
  expect(() => process.kill(-leader, 0)).not.toThrow();
});

test("a missing file ends the run before it began, once, with the reason", async () => {
  const missing = join(temporaryFolder(), "otelcol");
  const { agent, facts, args, exit } = rig(missing);
  agent.start(1, args);
  agent.start(2, args);
  await exit(2);
  const spawnError = `${missing} does not exist`;
  expect(facts.all).toEqual([
    { on: "agent-exited", run: 1, exit: { ...nothingSaid, spawnError } },
    { on: "agent-exited", run: 2, exit: { ...nothingSaid, spawnError } },
  ]);
});

test("a file that may not be executed ends the run with the reason", async () => {
  const path = script("exit 0");
  chmodSync(path, 0o644);
  const { agent, facts, args, exit } = rig(path);
  agent.start(1, args);
  expect((await exit(1)).spawnError).toMatch(/may not be executed by this user/);
  expect(facts.all).toHaveLength(1);
});

test("an argument that no program can be given ends the run once, with the reason", async () => {
  const { agent, facts, exit } = rigOf("healthy");
  agent.start(1, ["--config", "with\0null"]);
  expect((await exit(1)).spawnError).toMatch(/null bytes/);
  expect(facts.all).toHaveLength(1);
});

test("a log that cannot be opened is told, and the run goes on without it", async () => {
  const logPath = temporaryFolder();
  const { agent, facts, args, exit } = rigOf("healthy", {
    output: createFileOutput(logPath, { maxBytes: 10 * 1024 * 1024, maxFiles: 1 }),
  });
  agent.start(1, args);
  expect(await facts.until(({ on }) => on === "agent-started")).toMatchObject({
    noLog: expect.stringContaining(`expected a file, found a directory, '${logPath}'`) as string,
  });
  agent.signal(1, "SIGKILL");
  expect((await exit(1)).signal).toBe("SIGKILL");
});

test("an agent whose end cannot be noted has ended all the same", async () => {
  const folder = temporaryFolder();
  const { agent, exit, pid } = rigOf("healthy", { notePath: join(folder, "none", "agent.json") });
  agent.start(1, []);
  await pid(1);
  writeFileSync(join(folder, "none"), "a file where a directory was");
  agent.signal(1, "SIGKILL");
  expect((await exit(1)).signal).toBe("SIGKILL");
});

test("the log holds both outputs of every run, for the owner only", async () => {
  const both = script('echo "out $1"; echo "err $1" >&2');
  const { agent, logPath, log, exit } = rig(both);
  agent.start(1, ["one"]);
  await exit(1);
  agent.start(2, ["two"]);
  await exit(2);
  expect(log()).toBe("out one\nerr one\nout two\nerr two\n");
  expect(statSync(logPath).mode & 0o777).toBe(0o600);
});

test("the last words are those of the run that ended, never of an earlier one", async () => {
  const quietLater = script('[ "$1" = loud ] && echo "Error: earlier"; exit 1');
  const { agent, exit } = rig(quietLater);
  agent.start(1, ["loud"]);
  expect((await exit(1)).lastLines).toEqual(["Error: earlier"]);
  agent.start(2, ["quiet"]);
  expect((await exit(2)).lastLines).toEqual([]);
});

test("where a snippet is asked for, the end of the log is told as it stands", async () => {
  const { agent, exit } = rig(script("echo Error: one; echo two; echo three"), { snippetBytes: 9 });
  agent.start(1, []);
  expect((await exit(1)).lastLines.join("\n")).toBe("wo\nthree\n");
});

test("an agent that writes megabytes is not held up, and its last words are found", async () => {
  const { agent, args, logPath, log, exit } = rigOf("noisy");
  agent.start(1, args);
  await agentUrl(logPath);
  agent.signal(1, "SIGTERM");
  const { code, lastLines } = await exit(1);
  expect(code).toBe(0);
  expect(lastLines.at(-1)).toMatch(/^\d+ noise/);
  expect(log().length).toBeGreaterThan(2_000_000);
});

test("the agent has the given environment and nothing of the supervisor's", async () => {
  const env = { GREETING: "hello" };
  const { agent, log, exit } = rig(script('echo "$GREETING|$HOME|$LANG"'), { env });
  agent.start(1, []);
  await exit(1);
  expect(log()).toBe("hello||\n");
});

test("a signal for a run that has ended, or never was, reaches nobody", async () => {
  const { agent, args, logPath, exit, pid } = rigOf("healthy");
  agent.start(1, args);
  await agentUrl(logPath);
  agent.signal(1, "SIGKILL");
  await exit(1);
  agent.start(2, args);
  await agentUrl(logPath, 2);
  agent.signal(1, "SIGKILL");
  agent.signal(7, "SIGKILL");
  agent.signal(1, "SIGTERM");
  agent.signal(2, "SIGTERM");
  expect(await exit(2)).toMatchObject({ code: 0, signal: undefined });
  expect(running(await pid(2))).toBe(false);
});

test("an agent that ends while it is being killed is told once", async () => {
  const { agent, facts, args, logPath, exit } = rigOf("healthy");
  agent.start(1, args);
  await agentUrl(logPath);
  agent.signal(1, "SIGTERM");
  agent.signal(1, "SIGKILL");
  agent.signal(1, "SIGKILL");
  await exit(1);
  agent.start(2, args);
  await agentUrl(logPath, 2);
  expect(facts.all.map(({ on, run }) => `${on} ${run}`)).toEqual([
    "agent-started 1",
    "agent-exited 1",
    "agent-started 2",
  ]);
});

test("an agent that may not run without a wall is not started, which is nobody's fault", async () => {
  const wall = (): never => {
    throw new SupervisorError("no-wall", "nothing can confine it");
  };
  const { agent, args, exit, facts } = rigOf("healthy", { wall });
  agent.start(1, args);
  expect(await exit(1)).toMatchObject({ spawnError: "nothing can confine it", scarce: true });
  expect(facts.all.map(({ on }) => on)).toEqual(["agent-exited"]);
});

test("the agent is started behind the wall, which may stay and tell its end by a number", async () => {
  const stays = script('shift; "$@"; exit 137');
  const wall = (): Wall => ({ command: [stays, "--"], stays: true });
  const { agent, args, exit, pid, log } = rig(script("echo inside"), { wall });
  agent.start(1, args);
  await pid(1);
  expect(await exit(1)).toMatchObject({ code: undefined, signal: "SIGKILL" });
  expect(log()).toContain("inside");
});
