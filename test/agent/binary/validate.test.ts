import { readdirSync, readFileSync, writeFileSync, existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type Validation, validateConfig } from "../../../src/agent/binary/validate.ts";
import { noWall, type Wall } from "../../../src/agent/process/wall.ts";
import { agentEnv, agentConfig, agentPath } from "../../helpers/agent/agents.ts";
import { temporaryFolder, script } from "../../helpers/temporary-folder.ts";

interface Asked {
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly text?: string;
  readonly wall?: Wall;
  readonly mayTakeAll?: boolean;
}

/** Validates; the folder of the scratch file has to be empty afterwards. */
async function validate(executable: string, asked: Asked = {}): Promise<Validation> {
  const {
    args = [],
    env = agentEnv,
    text = agentConfig,
    wall = noWall,
    mayTakeAll = false,
  } = asked;
  const folder = temporaryFolder();
  const scratch = join(folder, "candidate.yaml");
  try {
    return await validateConfig(executable, args, env, text, scratch, { wall, mayTakeAll });
  } finally {
    expect(readdirSync(folder)).toEqual([]);
  }
}

test("a configuration that the collector takes is valid, with the time that took", async () => {
  const validation = await validate(agentPath("healthy"));
  expect(validation).toEqual({ is: "valid", tookMs: expect.any(Number) as number });
  expect(Number.isInteger(validation.is === "valid" && validation.tookMs)).toBe(true);
});

test("a configuration that the collector refuses is invalid in the collector's own words", async () => {
  const text = agentConfig.replace("  nop:", "  foo:");
  expect(await validate(agentPath("healthy"), { text })).toEqual({
    is: "invalid",
    why: [
      "Error: failed to get config: cannot unmarshal the configuration: decoding failed due to the following error(s):",
      `'receivers' unknown type: "foo" for id: "foo" (valid values: [otlp nop hostmetrics])`,
    ].join("\n"),
  });
});

test("the binary sees the text in a file for the owner only, and the run's arguments and environment", async () => {
  const seen = join(temporaryFolder(), "seen");
  const note = script(
    `{ echo "$1|$2|$4|$5|$GREETING|$HOME"; stat -c %a "$3"; cat "$3"; } > ${seen}`,
  );
  const args = ["--feature-gates", "service.AllowNoPipelines"];
  const env = { ...agentEnv, GREETING: "hello" };
  expect((await validate(note, { args, env, text: "receivers:\n" })).is).toBe("valid");
  expect(readFileSync(seen, "utf8")).toBe(
    "validate|--config|--feature-gates|service.AllowNoPipelines|hello|\n600\nreceivers:\n",
  );
});

test.runIf(process.platform === "linux")(
  "for want of memory the kernel ends what validates, not the agent beside it",
  async () => {
    const wait = 'until grep -q "^1000$" /proc/self/oom_score_adj; do sleep 0.01; done';
    expect((await validate(script(wait))).is).toBe("valid");
    expect((await validate(script(wait), { mayTakeAll: true })).is).toBe("valid");
  },
);

test("a binary that says more than anybody would read is ended", async () => {
  const endless = script("while :; do echo Error; done");
  expect(await validate(endless)).toMatchObject({
    is: "unfinished",
    why: expect.stringContaining("more than 4194304 bytes") as string,
  });
});

test("both outputs are searched for the reason", async () => {
  const path = script('echo "Error: on stdout"; exit 1');
  expect(await validate(path)).toEqual({ is: "invalid", why: "Error: on stdout" });
});

test("a refusal without a word says how the command ended", async () => {
  const validation = await validate(script("exit 3"));
  expect(validation).toMatchObject({
    is: "invalid",
    why: expect.stringContaining("code 3") as string,
  });
});

test("a binary that cannot be run has not looked, one that was killed has not finished", async () => {
  const missing = join(temporaryFolder(), "otelcol");
  await expect(validate(missing)).rejects.toThrow(missing);
  expect(await validate(script("kill -KILL $$"))).toMatchObject({
    is: "unfinished",
    why: expect.stringContaining("SIGKILL") as string,
  });
});

test("a look that is not wanted any more says nothing", async () => {
  const [scratch, wanted] = [join(temporaryFolder(), "candidate.yaml"), new AbortController()];
  const bounds = { signal: wanted.signal };
  const asked = validateConfig(script("sleep 600"), [], {}, "", scratch, bounds);
  wanted.abort();
  await expect(asked).rejects.toThrow("SIGKILL");
});

test("a scratch file that is left from earlier is written anew", async () => {
  const scratch = join(temporaryFolder(), "candidate.yaml");
  writeFileSync(scratch, "foo:".repeat(100_000));
  const path = agentPath("healthy");
  const validation = await validateConfig(path, [], agentEnv, agentConfig, scratch);
  expect(validation.is).toBe("valid");
  expect(existsSync(scratch)).toBe(false);
});

test("where the scratch file cannot be written that is said, and nothing is run", async () => {
  const folder = temporaryFolder();
  const ran = join(folder, "ran");
  const scratch = join(folder, "none", "candidate.yaml");
  const asked = validateConfig(script(`echo > ${ran}`), [], agentEnv, agentConfig, scratch);
  await expect(asked).rejects.toThrow(scratch);
  expect(existsSync(ran)).toBe(false);
});

test("the binary is asked behind the wall of the run, whose number for a signal is no answer", async () => {
  const wall = (lines: string): Wall => ({ command: [script(lines), "--in", "--"], stays: true });
  const seen = join(temporaryFolder(), "seen");
  const through = wall(`echo "$1 $2 $3 $4" > ${seen}; shift 2; exec "$@"`);
  expect((await validate(agentPath("healthy"), { wall: through })).is).toBe("valid");
  expect(readFileSync(seen, "utf8")).toBe(`--in -- ${agentPath("healthy")} validate\n`);
  const killed = await validate(agentPath("healthy"), { wall: wall("exit 137") });
  expect(killed).toMatchObject({ is: "unfinished", why: "the command was ended by SIGKILL" });
});

test("a binary that does not finish has refused nothing, and nothing of it is left", async () => {
  const scratch = join(temporaryFolder(), "candidate.yaml");
  const bounds = { timeoutMs: 30 };
  const validation = await validateConfig(script("sleep 600"), [], {}, "", scratch, bounds);
  const why = "the collector did not finish validating it in 0.03 s";
  expect(validation).toEqual({ is: "unfinished", why, tookMs: expect.any(Number) as number });
  expect(existsSync(scratch)).toBe(false);
});
