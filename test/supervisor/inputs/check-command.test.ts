import { join } from "node:path";
import fc from "fast-check";
import { test, expect } from "vitest";
import { noWall } from "../../../src/agent/process/wall.ts";
import { checkCommand, type CommandCheck } from "../../../src/supervisor/inputs/check-command.ts";
import type { Settings } from "../../../src/supervisor/settings/settings.ts";
import { agentConfig, agentEnv, agentPath } from "../../helpers/agent/agents.ts";
import { script, temporaryFolder } from "../../helpers/temporary-folder.ts";

const strict = `case "$*$MODE" in *bad*) echo "Error: unknown flag: --bad" >&2; exit 1;; esac
exec ${agentPath("healthy")} "$@"`;

function check(
  executable: string,
  args: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
  texts: readonly string[] = [agentConfig],
): Promise<CommandCheck> {
  const settings = { agent: { executable, args, attach: undefined } } as unknown as Settings;
  const folder = temporaryFolder();
  return checkCommand({
    next: { settings, environment: new Map(Object.entries({ ...agentEnv, ...env })) },
    variables: {},
    texts: () => texts,
    wall: () => noWall,
    scratchPath: (name) => join(folder, name),
  });
}

test("a collector that takes the running configuration is good, and told what it is", async () => {
  expect(await check(script(strict), ["--good"])).toMatchObject({
    is: "good",
    facts: { name: "otelcol", version: "0.149.0" },
  });
});

test("one that takes only what goes with the new settings is good too", async () => {
  const broken = "receivers: {foo: }\n";
  expect((await check(script(strict), [], {}, [broken, agentConfig])).is).toBe("good");
  expect(await check(script(strict), [], {}, [broken])).toMatchObject({ is: "bad" });
});

test("what is no collector or cannot be run is refused by name, whatever it is", async () => {
  const body = fc.constantFrom(
    "exit 0",
    "exit 1",
    "echo hello",
    "echo usage: tool; exit 2",
    "\u0000",
  );
  await fc.assert(
    fc.asyncProperty(body, async (text) => {
      const path = script(text);
      const found = await check(path);
      expect(found.is === "bad" && found.why).toContain(path);
    }),
    { numRuns: 8 },
  );
  expect(await check("/nowhere/otelcol")).toMatchObject({ is: "bad" });
});

test.each([
  ["arguments", ["--bad"], {}],
  ["environment", [], { MODE: "bad" }],
])("%s that the collector does not take are refused with its words", async (_what, args, env) => {
  const found = await check(script(strict), args, env);
  expect(found.is === "bad" && found.why).toMatch(/unknown flag|expected agent.executable/);
});
