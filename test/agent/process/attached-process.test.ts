import { writeFileSync, statSync, utimesSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { onTestFinished, test, expect } from "vitest";
import {
  type AttachedProcess,
  type AttachedFact,
  type AttachedProgram,
  createAttachedProcess,
} from "../../../src/agent/process/attached-process.ts";
import { findProcess } from "../../../src/agent/process/find-process.ts";
import { type ForeignProgram, foreignProgram } from "../../fixtures/agents/foreign.ts";
import { type EventLog, createEventLog } from "../../helpers/event-log.ts";
import { temporaryFolder, script } from "../../helpers/temporary-folder.ts";
import { until } from "../../helpers/until.ts";

interface Rig {
  readonly program: ForeignProgram;
  readonly agent: AttachedProcess;
  readonly facts: EventLog<AttachedFact>;
  readonly configPath: string;
  /** What the process says of the signals it got. */
  readonly heard: string;
  readonly fact: <Name extends AttachedFact["on"]>(
    on: Name,
    run?: number,
  ) => Promise<Extract<AttachedFact, { on: Name }>>;
}

function rig(changes: Partial<AttachedProgram> = {}): Rig {
  const folder = temporaryFolder();
  const configPath = join(folder, "effective.yaml");
  const heard = join(folder, "heard");
  writeFileSync(configPath, "a: b\n");
  writeFileSync(heard, "");
  const program = foreignProgram();
  const facts = createEventLog<AttachedFact>();
  const agent = createAttachedProcess(
    {
      find: "process",
      executable: program.name,
      configPath,
      reloadCommand: [],
      restartCommand: [],
      env: { PATH: process.env["PATH"] ?? "" },
      commandTimeoutMs: 60_000,
      quickMs: 5,
      seekMs: 5,
      slowMs: 5,
      ...changes,
    },
    (fact) => facts.add(fact),
  );
  onTestFinished(() => agent.leave());
  return {
    program,
    agent,
    facts,
    configPath,
    heard,
    fact: async (on, run = 1) =>
      (await facts.until((each) => each.on === on && each.run === run)) as never,
  };
}

test("a run begins when the process is found and ends when it is gone", async () => {
  const { agent, fact, facts, program, configPath } = rig();
  agent.start(1);
  expect((await fact("agent-missing")).why).toContain(program.name);
  const pid = await program.start("x");
  expect(await fact("agent-started")).toMatchObject({ pid });
  process.kill(pid, "SIGKILL");
  expect((await fact("agent-exited")).exit).toMatchObject({ code: undefined, signal: undefined });
  // A child of it that was about to become another program still has its name for a moment.
  await until(() => findProcess({ executable: program.name, configPath }).is === "missing");
  agent.start(2);
  const next = await program.start("x");
  expect(await fact("agent-started", 2)).toMatchObject({ pid: next });
  // What does not change is told once.
  expect(facts.all.filter((each) => each.on === "agent-missing" && each.run === 1)).toHaveLength(1);
});

test("whether the process or its file is older can be told", async () => {
  const { agent, fact, program, configPath, heard } = rig();
  await program.start(heard);
  agent.start(1);
  const { found } = await fact("agent-started");
  expect(found.ageMs).toBeGreaterThan(0);
  expect(found.ageMs).toBeLessThan(60_000);
  expect(found.writtenAt).toEqual({ unixMs: statSync(configPath).mtimeMs });
  const later = new Date(Date.now() + 100_000);
  utimesSync(configPath, new Date(), later);
  agent.start(2);
  const next = await fact("agent-started", 2);
  // The system keeps a date in parts of its own.
  expect(next.found.writtenAt?.unixMs).toBeCloseTo(later.getTime(), 0);
});

test("SIGHUP reaches the process, and only the one that was found", async () => {
  const { agent, fact, program, heard } = rig();
  await program.start(heard);
  agent.start(1);
  await fact("agent-started");
  await agent.signal(1, "SIGHUP");
  await until(() => readFileSync(heard, "utf8") === "hup\n");
  // A run that is over is told nothing.
  agent.start(2);
  await agent.signal(1, "SIGHUP");
  expect(readFileSync(heard, "utf8")).toBe("hup\n");
});

test("a command stands for the signal, and its failure is told with its words", async () => {
  const mark = join(temporaryFolder(), "mark");
  const good = rig({ reloadCommand: [script('echo "$1" > "$2"'), "now", mark] });
  await good.program.start(good.heard);
  good.agent.start(1);
  await good.fact("agent-started");
  await good.agent.signal(1, "SIGHUP");
  expect(readFileSync(mark, "utf8")).toBe("now\n");
  expect(readFileSync(good.heard, "utf8")).toBe("");
  const bad = rig({ reloadCommand: [script("echo 'Error: no such unit' >&2", "exit 5")] });
  await expect(bad.agent.signal(1, "SIGHUP")).rejects.toThrow(/exit code 5: Error: no such unit/);
  const slow = rig({ reloadCommand: [script("sleep 600")], commandTimeoutMs: 50 });
  await expect(slow.agent.signal(1, "SIGHUP")).rejects.toThrow("did not end within 0.05 s");
  const none = rig({ reloadCommand: ["/no/such/program"] });
  await expect(none.agent.signal(1, "SIGHUP")).rejects.toThrow("/no/such/program");
});

test("by its health alone an agent counts as there, and a restart by command is a new run", async () => {
  const { agent, fact } = rig({ find: "health", restartCommand: [script("exit 0")] });
  agent.start(1);
  expect(await fact("agent-started")).toMatchObject({
    pid: undefined,
    found: { ageMs: undefined },
  });
  await agent.signal(1, "SIGTERM");
  await fact("agent-exited");
});

test("a restart command that changes nothing is told when the time for it is over", async () => {
  const { agent } = rig({ restartCommand: [script("exit 0")] });
  await agent.signal(1, "SIGTERM");
  await expect(agent.signal(1, "SIGKILL")).rejects.toThrow("the same process still runs");
});
