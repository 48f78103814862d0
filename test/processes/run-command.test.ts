import { existsSync, readFileSync, chmodSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { test, expect, onTestFinished } from "vitest";
import { type Command, type Outcome, runCommand } from "../../src/processes/run-command.ts";
import { running } from "../fixtures/collector/programs.ts";
import { agentPath, agentEnv } from "../helpers/agent/agents.ts";
import { script, temporaryFolder } from "../helpers/temporary-folder.ts";
import { until } from "../helpers/until.ts";

/** Where nothing depends on the limit it is so long that it never matters. */
const patientMs = 60_000;

function run(program: string, changes: Partial<Command> = {}): Promise<Outcome> {
  return runCommand({ program, args: [], env: {}, timeoutMs: patientMs, ...changes });
}

/** The pids that a script has written beside itself. */
function pidsIn(path: string): readonly number[] {
  const file = `${path}.pids`;
  return existsSync(file) ? readFileSync(file, "utf8").trim().split(" ").map(Number) : [];
}

test("what a command prints is given back, the two outputs apart", async () => {
  const outcome = await run(agentPath("healthy"), { args: ["--version"], env: agentEnv });
  expect(outcome).toMatchObject({ ok: true, stdout: "otelcol version 0.149.0", stderr: "" });
  expect(outcome).toMatchObject({ timedOut: false, problem: undefined });
  expect(outcome.tookMs).toBeGreaterThan(0);
});

test("a command that fails is no problem of running it", async () => {
  const outcome = await run(script("echo out; echo err >&2; exit 3"));
  expect(outcome).toMatchObject({ ok: false, stdout: "out", stderr: "err", problem: undefined });
});

test("a command sees the given environment and arguments, and nothing else", async () => {
  const show = script('echo "$1|$2|$GREETING|$HOME"');
  const outcome = await run(show, { args: ["a b", "$HOME"], env: { GREETING: "hello" } });
  expect(outcome.stdout).toBe("a b|$HOME|hello|");
});

test("a command has no input to wait for", async () => {
  const outcome = await run(script("cat"), { env: agentEnv });
  expect(outcome).toMatchObject({ ok: true, stdout: "" });
});

test.runIf(process.platform === "linux")(
  "a command with a limit of memory is the first that the kernel ends for want of memory",
  async () => {
    const wait = 'until grep -q "^1000$" /proc/self/oom_score_adj; do sleep 0.01; done; echo first';
    const outcome = await run(script(wait), { env: agentEnv, maxMemoryBytes: 1e9 });
    expect(outcome).toMatchObject({ ok: true, stdout: "first" });
    const usual = await run(script("cat /proc/self/oom_score_adj"), { env: agentEnv });
    expect(usual.stdout).toBe(readFileSync("/proc/self/oom_score_adj", "utf8").trim());
  },
);

test.runIf(process.platform === "linux")(
  "a command that takes more memory than it may is ended with a reason",
  async () => {
    const taking =
      "const held = []; setInterval(() => held.push(Buffer.alloc(64 * 1024 * 1024, 1)), 20)";
    const outcome = await run(process.execPath, { args: ["-e", taking], maxMemoryBytes: 256e6 });
    expect(outcome).toMatchObject({ ok: false, timedOut: false });
    expect(outcome.problem).toMatch(/^the command took more than 244 MiB of memory$/);
  },
);

test("a file that is missing, or may not be executed, is a problem with its path", async () => {
  const missing = join(temporaryFolder(), "none");
  const outcome = await run(missing);
  expect(outcome).toMatchObject({ ok: false, timedOut: false });
  expect(outcome.problem).toContain(missing);
  const forbidden = script("exit 0");
  chmodSync(forbidden, 0o644);
  const other = await run(forbidden);
  expect(other.ok).toBe(false);
  expect(other.problem).toContain(forbidden);
});

test("a command that somebody else ended has given no answer: that is a problem", async () => {
  const outcome = await run(script("echo half; kill -KILL $$"));
  expect(outcome).toMatchObject({ ok: false, timedOut: false });
  expect(outcome.problem).toContain("SIGKILL");
});

test("after the limit a command is ended with all that it started", async () => {
  const path = script("trap '' TERM", 'sleep 600 & echo "$! $$" > "$0.pids"', "echo told; wait");
  onTestFinished(() =>
    pidsIn(path)
      .filter(running)
      .forEach((pid) => process.kill(pid, "SIGKILL")),
  );
  // On a slow machine the limit may come before the first line of the script: nothing is left then either.
  expect(await run(path, { env: agentEnv, timeoutMs: 1_000 })).toMatchObject({
    ok: false,
    timedOut: true,
    problem: undefined,
  });
  await until(() => !pidsIn(path).some(running));
});

test("a command that ends in time leaves what it started alone", async () => {
  const outcome = await run(script("sleep 0 & echo done; wait"), { env: agentEnv });
  expect(outcome).toMatchObject({ ok: true, stdout: "done", timedOut: false });
});

test("a very long output is kept whole", async () => {
  const lines = script("i=0; while [ $i -lt 20000 ]; do echo 0123456789; i=$((i+1)); done");
  const outcome = await run(lines, { env: agentEnv });
  expect(outcome.stdout).toHaveLength(20_000 * 11 - 1);
});

test("a command runs in the directory that is given", async () => {
  const directory = temporaryFolder();
  const outcome = await run(script("pwd -P"), { directory });
  expect(outcome.stdout).toBe(realpathSync(directory));
});

test("an abort ends a command with all that it started; that it was no time limit is told", async () => {
  const path = script('sleep 600 & echo "$! $$" > "$0.pids"', "echo told; wait");
  const controller = new AbortController();
  const outcome = run(path, { env: agentEnv, signal: controller.signal });
  await until(() => pidsIn(path).length === 2);
  controller.abort();
  expect(await outcome).toMatchObject({ ok: false, timedOut: false });
  expect((await outcome).problem).toContain("SIGKILL");
  await until(() => !pidsIn(path).some(running));
});

test("a command that says more than it may is ended, and that is a problem", async () => {
  const path = script('echo "$$ $$" > "$0.pids"', "while :; do echo 0123456789; done");
  const outcome = await run(path, { maxOutputBytes: 1_000 });
  expect(outcome).toMatchObject({ ok: false, timedOut: false });
  expect(outcome.problem).toBe("the command said more than 1000 bytes");
  expect(outcome.output.length).toBeLessThanOrEqual(1_000);
  await until(() => !pidsIn(path).some(running));
});

test("one that has left the group and keeps the output open is not waited for after the limit", async () => {
  const path = script('setsid sleep 600 & echo "$! $$" > "$0.pids"', "echo told");
  onTestFinished(() =>
    pidsIn(path)
      .filter(running)
      .forEach((pid) => process.kill(pid, "SIGKILL")),
  );
  const outcome = await run(path, { env: agentEnv, timeoutMs: 1_000 });
  expect(outcome).toMatchObject({ ok: false, timedOut: true });
});

test.each([
  ["in its group", "sleep 600 &"],
  ["outside", "setsid sleep 600 &"],
])(
  "the answer of a command is not waited for because of what it left running %s",
  async (_, left) => {
    const path = script(`${left} echo "$! $$" > "$0.pids"`, "echo told; exit 3");
    onTestFinished(() =>
      pidsIn(path)
        .filter(running)
        .forEach((pid) => process.kill(pid, "SIGKILL")),
    );
    const outcome = await run(path, { env: agentEnv });
    expect(outcome).toMatchObject({ ok: false, code: 3, stdout: "told", timedOut: false });
    // What it started may be wanted, as by the command that starts an agent anew.
    expect(pidsIn(path).some(running)).toBe(true);
  },
);

test("an argument that no system takes is a problem, not an exception", async () => {
  const outcome = await run(script("exit 0"), { args: ["a\0b"] });
  expect(outcome.ok).toBe(false);
  expect(outcome.problem).toContain("null bytes");
});

test("letters that come in two pieces are whole", async () => {
  const outcome = await run(script("printf '\\303'; sleep 0.05; printf '\\266'"), {
    env: agentEnv,
  });
  expect(outcome).toMatchObject({ ok: true, stdout: "\u00f6", output: "\u00f6" });
});
