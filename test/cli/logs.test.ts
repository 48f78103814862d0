import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { logs } from "../../src/cli/status/logs.ts";
import { agentPath } from "../helpers/agent/agents.ts";
import { temporaryFolder } from "../helpers/temporary-folder.ts";
import { heard } from "../helpers/cli/heard.ts";

test.each([
  ["in no file", "agent: {passthrough_logs: true, ", "look where that ends up"],
  ["in what is no file", "agent: {", "agent.log cannot be read"],
])("logs that are %s are not waited for", async (_name, agent, words) => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, "storage", "agent.log"), { recursive: true });
  writeFileSync(
    join(folder, "supervisor.yaml"),
    `server: {endpoint: "ws://127.0.0.1:1"}
storage: {directory: storage}
${agent}executable: ${agentPath("healthy")}}
`,
  );
  const said = await heard(folder, {}, (surroundings) =>
    logs({ config: "supervisor.yaml", follow: true, lines: "10" }, surroundings),
  );
  expect([said.code, said.out]).toEqual([1, ""]);
  expect(said.err).toContain(words);
});
