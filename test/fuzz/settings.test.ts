import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { coreSettingsOf } from "../../src/supervisor/settings/derive-core-settings.ts";
import { formatProblem, readSettings } from "../../src/supervisor/settings/read/read-settings.ts";
import { agentPath } from "../helpers/agent/agents.ts";
import { fuzz } from "../helpers/fuzz/fuzz.ts";
import { mutated } from "../helpers/fuzz/mutate-text.ts";
import { temporaryFolder } from "../helpers/temporary-folder.ts";

const secret = "hunter2hunter2";

/** All keys there are, and secrets where they belong. */
const example = readFileSync("examples/supervisor.yaml", "utf8")
  .replace(/^( *)executable: .*$/m, `$1executable: ${agentPath("healthy")}`)
  .replace(/^( *)#headers: \{\}$/m, `$1headers: {Authorization: "Bearer ${secret}"}`)
  .replace(/^( *)#key_pem: ""$/m, `$1key_pem: "${secret}"`);

const small = `server: {endpoint: ws://127.0.0.1:1, headers: {Authorization: "Bearer ${secret}"}}
agent:
  executable: ${agentPath("healthy")}
  env: {A_TOKEN: "${secret}"}
`;

/** Where a name stands before each secret; one that has become a part of a name is shown as names are. */
function hasItsPlaces(text: string): boolean {
  const named = /(?:Authorization: "Bearer |key_pem: "|A_TOKEN: ")$/;
  return text
    .split(secret)
    .slice(0, -1)
    .every((before) => named.test(before));
}

const texts = fc.oneof(
  { weight: 4, arbitrary: mutated(example) },
  { weight: 4, arbitrary: mutated(small) },
  { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 200 }) },
);

test("whatever supervisor.yaml holds, it is read or refused at a place, and no secret is shown", async () => {
  expect(example.split(secret)).toHaveLength(3);
  const folder = temporaryFolder();
  const file = join(folder, "supervisor.yaml");
  const environment = new Map([["A", "a"]]);
  const check = (text: string): void => {
    writeFileSync(file, text);
    const { settings, problems } = readSettings(file, environment, folder);
    const errors = problems.filter(({ severity }) => severity === "error");
    expect(errors.length > 0).toBe(settings === undefined);
    const lines = text.split("\n").length;
    for (const problem of problems) {
      expect(problem.message).not.toBe("");
      expect(problem.line).toBeLessThanOrEqual(lines);
      // What is not there has no line, nor has a file that is no text.
      if (problem.path === "" && problem.code === "yaml-invalid") continue;
      if (problem.code !== "key-missing" && problem.code !== "file-unreadable")
        expect(problem.line).toBeGreaterThan(0);
    }
    if (hasItsPlaces(text)) {
      const said = problems.map(formatProblem).join("\n");
      expect(said).not.toContain(secret);
    }
    if (settings !== undefined) coreSettingsOf(settings, environment);
  };
  await fuzz("settings", texts, check, 30);
});
