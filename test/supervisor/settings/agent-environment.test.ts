import { test, expect } from "vitest";
import {
  agentEnvironment,
  overridingWarning,
} from "../../../src/supervisor/settings/agent-environment.ts";
import { complete, settingsOf, createAgentFolder, brief } from "./fixture-folder.ts";

const own = { PATH: "/bin", TOKEN: "planted", INNER: "planted-2", SHARED: "s", NODE: "n" };

function withSettings(agentLines: string, localText = ""): ReturnType<typeof agentEnvironment> {
  const text = complete(agentLines).replace(
    "agent:",
    '  headers: {A: "Bearer ${env:TOKEN}", B: "${SHARED}", C: "${NODE}"}\nagent:',
  );
  const environment = { ...own, TOKEN: "${INNER}" };
  const settings = settingsOf(createAgentFolder().read(text, environment));
  const layers = [{ name: "local.yaml", text: localText, place: "base" }] as const;
  return agentEnvironment(settings, new Map(Object.entries(environment)), layers);
}

test("what only the server's headers refer to is withheld, also by way of another variable", () => {
  const { environment, withheld } = withSettings("", "endpoint: ${env:NODE}:1\n");
  expect(withheld).toEqual(["INNER", "SHARED", "TOKEN"]);
  expect([...environment.keys()]).toEqual(["PATH", "NODE"]);
});

test("what the agent is given by name it gets", () => {
  const { environment, withheld } = withSettings('  env: {SHARED: "${SHARED}", TOKEN: other}\n');
  expect(withheld).toEqual(["INNER", "NODE"]);
  expect(Object.fromEntries(environment)).toEqual({ PATH: "/bin", SHARED: "s", TOKEN: "other" });
});

test.each([
  ["all", []],
  ["[NODE]", ["INNER", "SHARED", "TOKEN"]],
  ["'NODE, T*'", ["INNER", "SHARED"]],
])("env_inherit: %s", (written, expected) => {
  expect(withSettings(`  env_inherit: ${written}\n`).withheld).toEqual(expected);
});

test("a variable that would put another configuration in the place of ours never reaches the agent", () => {
  const variable = { AOT_CONFIG_CONTENT: "receivers:" };
  for (const [lines, from] of [
    ["", variable],
    ["  env: {AOT_CONFIG_CONTENT: 'receivers:'}\n", {}],
  ] as const) {
    const settings = settingsOf(createAgentFolder().read(complete(lines)));
    const around = new Map(Object.entries({ PATH: "/bin", ...from }));
    const { environment, withheld } = agentEnvironment(settings, around, []);
    expect([...environment]).toEqual([["PATH", "/bin"]]);
    expect(withheld).toEqual(["AOT_CONFIG_CONTENT"]);
    expect(overridingWarning(settings, around)).toContain("AOT_CONFIG_CONTENT is set");
    expect(overridingWarning(settings, new Map()) === undefined).toBe(lines === "");
  }
});

test.each(["[all, A]", "'$A'", "[a-b]", "[A=b]"])("env_inherit: %s is refused", (written) => {
  const { problems } = createAgentFolder().read(complete(`  env_inherit: ${written}\n`));
  expect(brief(problems).join("\n")).toMatch(/^error value-invalid agent\.env_inherit/);
});

test("the agent never gets what a service manager gave to the supervisor alone", () => {
  const manager = { NOTIFY_SOCKET: "/run/systemd/notify", WATCHDOG_USEC: "1", WATCHDOG_PID: "1" };
  const read = createAgentFolder().read(complete("  env_inherit: all\n"));
  const variables = new Map(Object.entries({ PATH: "/bin", ...manager }));
  const { environment, withheld } = agentEnvironment(settingsOf(read), variables, []);
  expect([...environment.keys()]).toEqual(["PATH"]);
  expect(withheld).toEqual([]);
});
