import { momentAt } from "../../helpers/net/moment.ts";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test, expect } from "vitest";
import { createCredentialCommand } from "../../../src/supervisor/credentials/credential-command.ts";
import { script, temporaryFolder } from "../../helpers/temporary-folder.ts";
import { until } from "../../helpers/until.ts";

interface Rig {
  readonly clock?: { at: number; aheadMs?: number };
  readonly timeoutMs?: number;
}

function commandOf(
  lines: readonly string[],
  { clock = { at: 0 }, timeoutMs = 10_000 }: Rig = {},
): (anew: boolean) => Promise<string> {
  return createCredentialCommand({
    command: [script(...lines), "planted-argument"],
    environment: { PATH: process.env["PATH"] ?? "", FOR_COMMAND: "given" },
    intervalMs: 60_000,
    timeoutMs,
    now: () => momentAt(clock.at, clock.aheadMs),
  });
}

test("the first line of what it prints, with our environment and the arguments", async () => {
  const ask = commandOf(['echo "  $FOR_COMMAND $1 "', "echo more"]);
  expect(await ask(false)).toBe("given planted-argument");
});

test("its answer is used again for a while, and a new one is had at once after a refusal", async () => {
  const count = join(temporaryFolder(), "count");
  const clock = { at: 1_000 };
  const ask = commandOf([`echo x >> ${count}`, `wc -l < ${count}`], { clock });
  expect(await ask(false)).toBe("1");
  clock.at += 59_999;
  expect(await ask(false)).toBe("1");
  expect(await ask(true)).toBe("2");
  clock.at += 60_000;
  expect(await ask(false)).toBe("3");
});

test("whoever asks while it runs gets the same answer", async () => {
  const count = join(temporaryFolder(), "count");
  const ask = commandOf([`echo x >> ${count}`, `wc -l < ${count}`]);
  expect(await Promise.all([ask(true), ask(true)])).toEqual(["1", "1"]);
});

test.each([
  [
    "ends with an error",
    ["echo planted-value", "echo first >&2", "echo no login >&2", "exit 3"],
    /ended with code 3 and said no login$/,
  ],
  [
    "tells a secret with it",
    ["echo password=planted-value >&2", "exit 1"],
    /said password=\[redacted\]$/,
  ],
  ["says nothing", ["exit 1"], /ended with code 1 and said nothing$/],
  ["prints nothing", ["echo"], /printed nothing$/],
  ["is killed", ["kill -KILL $$"], /could not be run to its end \(SIGKILL\)$/],
] as const)("one that %s is named, without its arguments and values", async (_, lines, words) => {
  const failure = await commandOf(lines)(false).catch(String);
  expect(failure).toMatch(words);
  expect(failure).toMatch(/the command \/.*\/program /);
  expect(failure).not.toContain("planted");
});

test("one that is not there is named", async () => {
  const ask = createCredentialCommand({
    command: ["/nowhere/print-token", "planted-argument"],
    environment: {},
    intervalMs: 1,
    timeoutMs: 1_000,
    now: () => momentAt(0),
  });
  const failure = await ask(false).catch(String);
  expect(failure).toMatch(/the command \/nowhere\/print-token does not exist$/);
  expect(failure).not.toContain("planted");
});

test("one that takes too long is ended with all that it started", async () => {
  const pids = join(temporaryFolder(), "pids");
  const ask = commandOf(
    ["sleep 1000 &", `echo $! > ${pids}.new`, `mv ${pids}.new ${pids}`, "wait"],
    { timeoutMs: 500 },
  );
  await expect(ask(false)).rejects.toThrow("did not finish in 0.5 s");
  if (!existsSync(pids)) return;
  const pid = Number(readFileSync(pids, "utf8"));
  await until(() => !runs(pid));
});

function runs(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    // ENOENT: it has ended.
    return false;
  }
}

test.each([
  ["set back by an hour", -3_600_000, "1", "2"],
  ["set forward by an hour, or the machine has slept", 3_600_000, "2", "3"],
])("an answer is not used for longer because the clock was %s", async (_, aheadMs, soon, late) => {
  const runs = join(temporaryFolder(), "runs");
  const clock = { at: 0, aheadMs: 0 };
  const ask = commandOf([`echo x >> ${runs}`, `wc -l < ${runs}`], { clock });
  expect(await ask(false)).toBe("1");
  Object.assign(clock, { at: 1_000, aheadMs });
  expect(await ask(false)).toBe(soon);
  clock.at = 61_000;
  expect(await ask(false)).toBe(late);
});
