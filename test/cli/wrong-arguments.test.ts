import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const program = join(import.meta.dirname, "..", "..", "bin", "opampsupervisor.cjs");

interface Said {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function say(args: string): Promise<Said> {
  try {
    const words = args.split(" ").filter((word) => word !== "");
    const said = await promisify(execFile)(process.execPath, [program, ...words]);
    return { code: 0, ...said };
  } catch (error) {
    return error as Said;
  }
}

const command = "opampsupervisor";

test.each([
  [
    "logs -f",
    "expected the settings file after --config, found none",
    `${command} logs --config FILE`,
  ],
  ["", "expected the settings file after --config, found none", `${command} --config=FILE`],
  [
    "-c s.yaml",
    "unknown option -c: the settings file is named with --config",
    `${command} --config=s.yaml`,
  ],
  ["check -config=s.yaml", "unknown option -config", `${command} check --config s.yaml`],
  [
    "check s.yaml",
    "expected --config in front of the settings file, found s.yaml alone",
    `${command} check --config s.yaml`,
  ],
  [
    "s.yaml",
    "expected --config in front of the settings file, found s.yaml alone",
    `${command} --config=s.yaml`,
  ],
  [
    "check",
    "expected the settings file after --config, found none",
    `${command} check --config FILE`,
  ],
  [
    "check --config",
    "expected the path of a settings file after --config, found nothing",
    `${command} check --config FILE`,
  ],
  [
    "--config=",
    "expected the path of a settings file after --config, found nothing",
    `${command} --config=FILE`,
  ],
  [
    "check --config a.yaml --config=b.yaml",
    "expected one settings file after --config, found 2: a.yaml, b.yaml",
    `${command} check --config a.yaml`,
  ],
  [
    "--config s.yaml check",
    "expected --config after check, found it in front of it",
    `${command} check --config s.yaml`,
  ],
  [
    "check --config s.yaml t.yaml",
    "expected nothing more, found t.yaml",
    `${command} check --config s.yaml`,
  ],
  [
    "chekc --config s.yaml",
    "there is no command chekc: did you mean check?",
    `${command} check --config s.yaml`,
  ],
  [
    "validate s.yaml",
    "there is no command validate: did you mean check?",
    `${command} check --config s.yaml`,
  ],
  [
    "run --config s.yaml",
    "there is no command run: the supervisor runs without one",
    `${command} --config=s.yaml`,
  ],
  [
    "frobnicate",
    "there is no command frobnicate; there are check",
    `${command} --config=FILE, or ${command} help`,
  ],
  [
    "collector",
    "expected path or install after collector, found nothing",
    `${command} collector path`,
  ],
  ["policy", "expected unit after policy, found nothing", `${command} policy unit --config FILE`],
  ["policy untis", "did you mean policy unit?", `${command} policy unit --config FILE`],
  ["collector isntall", "did you mean collector install?", `${command} collector install`],
  [
    "check --config s.yaml --no-runn",
    "unknown option '--no-runn' (Did you mean --no-run?)",
    `${command} check --config s.yaml, or ${command} help`,
  ],
])("%j is answered by what is wrong and what to type", async (args, wrong, type) => {
  const { code, stdout, stderr } = await say(args);
  expect(code).toBe(2);
  expect(stdout).toBe("");
  const lines = stderr.split("\n");
  expect(lines).toHaveLength(3);
  expect(lines[0]).toContain(`${command}: `);
  expect(lines[0]).toContain(wrong);
  expect(lines[1]).toBe(`type: ${type}`);
});

test.each(["help", "--help", "-h"])("%s shows the commands", async (args) => {
  const { code, stdout } = await say(args);
  expect(code).toBe(0);
  expect(stdout).toContain("check [options]");
});

test("help of a command shows its options", async () => {
  const { code, stdout } = await say("help check");
  expect(code).toBe(0);
  expect(stdout).toContain("--no-run");
});

test.each(["version", "--version", "-v"])("%s prints the version", async (args) => {
  expect(await say(args)).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) as string,
  });
});
