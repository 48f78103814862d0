import { existsSync, readFileSync, chmodSync } from "node:fs";
import { join } from "node:path";
import { test, expect, onTestFinished } from "vitest";
import { runBinary } from "../../../src/agent/process/run-binary.ts";
import { running } from "../../fixtures/collector/programs.ts";
import { agentPath, agentEnv } from "../../helpers/agents.ts";
import { script, temporaryFolder } from "../../helpers/temporary-folder.ts";
import { until } from "../../helpers/until.ts";

/** Where nothing depends on the limit it is so long that it never matters. */
const patientMs = 60_000;

/** The pids that a script has written beside itself. */
function pidsIn(path: string): readonly number[] {
  const file = `${path}.pids`;
  return existsSync(file) ? readFileSync(file, "utf8").trim().split(" ").map(Number) : [];
}

test("what a command prints is given back, the two outputs apart", async () => {
  const outcome = await runBinary(agentPath("healthy"), ["--version"], agentEnv, patientMs);
  expect(outcome).toMatchObject({ ok: true, stdout: "otelcol version 0.149.0", stderr: "" });
  expect(outcome).toMatchObject({ timedOut: false, problem: undefined });
  expect(outcome.tookMs).toBeGreaterThan(0);
});

test("a command that fails is no problem of running it", async () => {
  const outcome = await runBinary(script("echo out; echo err >&2; exit 3"), [], {}, patientMs);
  expect(outcome).toMatchObject({ ok: false, stdout: "out", stderr: "err", problem: undefined });
});

test("a command sees the given environment and arguments, and nothing else", async () => {
  const show = script('echo "$1|$2|$GREETING|$HOME"');
  const outcome = await runBinary(show, ["a b", "$HOME"], { GREETING: "hello" }, patientMs);
  expect(outcome.stdout).toBe("a b|$HOME|hello|");
});

test("a command has no input to wait for", async () => {
  const outcome = await runBinary(script("cat"), [], agentEnv, patientMs);
  expect(outcome).toMatchObject({ ok: true, stdout: "" });
});

test("a file that is missing, or may not be executed, is a problem with its path", async () => {
  const missing = join(temporaryFolder(), "none");
  const outcome = await runBinary(missing, [], {}, patientMs);
  expect(outcome).toMatchObject({ ok: false, timedOut: false });
  expect(outcome.problem).toContain(missing);
  const forbidden = script("exit 0");
  chmodSync(forbidden, 0o644);
  const other = await runBinary(forbidden, [], {}, patientMs);
  expect(other.ok).toBe(false);
  expect(other.problem).toContain(forbidden);
});

test("a command that somebody else ended has given no answer: that is a problem", async () => {
  const outcome = await runBinary(script("echo half; kill -KILL $$"), [], {}, patientMs);
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
  expect(await runBinary(path, [], agentEnv, 1_000)).toMatchObject({
    ok: false,
    timedOut: true,
    problem: undefined,
  });
  await until(() => !pidsIn(path).some(running));
});

test("a command that ends in time leaves what it started alone", async () => {
  const outcome = await runBinary(script("sleep 0 & echo done; wait"), [], agentEnv, patientMs);
  expect(outcome).toMatchObject({ ok: true, stdout: "done", timedOut: false });
});

test("a very long output is kept whole", async () => {
  const lines = script("i=0; while [ $i -lt 20000 ]; do echo 0123456789; i=$((i+1)); done");
  const outcome = await runBinary(lines, [], agentEnv, patientMs);
  expect(outcome.stdout).toHaveLength(20_000 * 11 - 1);
});
