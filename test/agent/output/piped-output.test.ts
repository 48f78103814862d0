import { writeFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { onTestFinished, test, expect } from "vitest";
import { createPipedOutput } from "../../../src/agent/output/piped-output.ts";
import type { ProcessFact, AgentProcess } from "../../../src/agent/process/agent-process.ts";
import { createAgentProcess } from "../../../src/agent/process/child-agent.ts";
import { noWall } from "../../../src/agent/process/wall.ts";
import { running } from "../../fixtures/collector/programs.ts";
import { agentConfig, agentEnv, type AgentName, agentPath } from "../../helpers/agent/agents.ts";
import { createEventLog } from "../../helpers/event-log.ts";
import { temporaryFolder, script } from "../../helpers/temporary-folder.ts";
import { until } from "../../helpers/until.ts";

type Exited = Extract<ProcessFact, { on: "agent-exited" }>;

interface Rig {
  readonly agent: AgentProcess;
  readonly args: readonly string[];
  readonly exit: (run: number) => Promise<Exited["exit"]>;
  /** All that was passed on. */
  readonly text: () => string;
  /** What had been passed on when the end was told. */
  readonly textAtExit: () => string;
  readonly bytes: () => number;
  readonly cut: readonly (readonly [string, number])[];
}

function rig(executable: string, snippetBytes = 0): Rig {
  const folder = temporaryFolder();
  const configPath = join(folder, "effective.yaml");
  writeFileSync(configPath, agentConfig);
  const texts: string[] = [];
  let length = 0;
  let atExit = "";
  const cut: (readonly [string, number])[] = [];
  const facts = createEventLog<ProcessFact>();
  const sink = {
    lines: (text: string): void => {
      texts.push(text);
      length += text.length;
    },
    cutLine: (beginning: string, cutBytes: number): unknown => cut.push([beginning, cutBytes]),
  };
  const output = createPipedOutput(() => sink, 16 * 1024);
  const notePath = join(folder, "agent.json");
  const program = {
    executable,
    env: agentEnv,
    output,
    notePath,
    setpriv: undefined,
    wall: () => noWall,
    drainMs: 1_000,
    outlives: false,
    endpoint: () => ({ port: 1, secret: "s" }),
    snippetBytes,
  };
  const agent = createAgentProcess(
    () => program,
    (fact) => {
      if (fact.on === "agent-exited") atExit = texts.join("");
      facts.add(fact);
    },
  );
  onTestFinished(() => {
    for (const fact of facts.all)
      if (fact.on === "agent-started") agent.signal(fact.run, "SIGKILL");
  });
  return {
    agent,
    args: ["--config", configPath],
    exit: async (run) => {
      const ended = (fact: ProcessFact): boolean => fact.on === "agent-exited" && fact.run === run;
      return ((await facts.until(ended)) as Exited).exit;
    },
    text: () => texts.join(""),
    textAtExit: () => atExit,
    bytes: () => length,
    cut,
  };
}

function rigOf(name: AgentName): Rig {
  return rig(agentPath(name));
}

test("all that an agent wrote has been read when its end is told", async () => {
  const { agent, args, text, exit } = rigOf("noisy");
  agent.start(1, args);
  await until(() => text().includes("Everything is ready"));
  void agent.signal(1, "SIGTERM");
  const { code, lastLines } = await exit(1);
  expect(code).toBe(0);
  expect(lastLines.at(-1)).toMatch(/^\d+ noise/);
  const numbers = [...text().matchAll(/^(\d+) noise/gm)].map(([, number]) => Number(number));
  expect(numbers.toSorted((a, b) => a - b)).toEqual([...Array(10_000).keys()]);
  // Each of the two outputs keeps its order.
  const even = numbers.filter((number) => number % 2 === 0);
  expect(even).toEqual(even.toSorted((a, b) => a - b));
});

test("the last words of a crash are those of the run", async () => {
  const { agent, args, exit } = rigOf("exits-at-once");
  agent.start(1, args);
  expect((await exit(1)).lastLines).toEqual([
    'Error: cannot start pipelines: failed to start "otlp" receiver: listen tcp 127.0.0.1:13999: bind: address already in use',
  ]);
});

test("the last words of an agent that leaves a child behind are passed on before its end is told", async () => {
  const { agent, exit, textAtExit } = rig(script("sleep 300 & echo one; printf two >&2; exit 1"));
  agent.start(1, []);
  await exit(1);
  expect(textAtExit().split("\n").toSorted()).toEqual(["", "one", "two"]);
});

test("a record of 10 MB is cut and counted, bytes that are no text do no harm", async () => {
  const { agent, args, text, cut, exit } = rigOf("long-lines");
  agent.start(1, args);
  expect(await exit(1)).toMatchObject({ code: 3 });
  const [[beginning, cutBytes] = ["", 0]] = cut;
  expect(beginning).toMatch(/\twarn\t.*\tx+$/);
  expect(beginning.length + cutBytes).toBeGreaterThan(10_000_000);
  expect(beginning.length).toBeLessThan(300_000);
  expect(text()).toMatch(
    /Before[^]*Between[^]*\na\ufffd\ufffd\ufffd\(\u0000b\nno line break.*ä€😀\n$/,
  );
});

test("a stranger who keeps the output open does not delay the end", async () => {
  const folder = temporaryFolder();
  const stubborn = `env -u OPAMPSUPERVISOR_RUN setsid sh -c 'echo $$ > ${folder}/pid; exec sleep 300' & while [ ! -s ${folder}/pid ]; do :; done`;
  const { agent, text, exit } = rig(script(stubborn, "echo last", "exit 4"));
  agent.start(1, []);
  expect(await exit(1)).toMatchObject({ code: 4, lastLines: ["last"] });
  expect(text()).toBe("last\n");
  const pid = Number(readFileSync(join(folder, "pid"), "utf8"));
  expect(running(pid)).toBe(true);
  process.kill(pid, "SIGKILL");
});

test("an agent that floods is read until it is told to end", async () => {
  const { agent, args, bytes, exit } = rigOf("floods");
  agent.start(1, args);
  await until(() => bytes() > 20_000_000);
  void agent.signal(1, "SIGKILL");
  expect(await exit(1)).toMatchObject({ signal: "SIGKILL" });
});

test("a file that does not exist ends the run with the reason", async () => {
  const { agent, exit } = rig(join(temporaryFolder(), "otelcol"));
  agent.start(1, []);
  expect((await exit(1)).spawnError).toMatch(/does not exist/);
});
