import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  faultsOfTask,
  lintTemplate,
  shellcheck,
  whyNoTemplates,
} from "../helpers/systems/aws-tools.ts";
import { resourcesOf } from "../helpers/systems/cloud-formation.ts";

// What docs/ec2.md and docs/ecs.md tell people to use. test/aws-examples.test.ts runs the user data on a bare host.
const repository = join(import.meta.dirname, "../..");
const folder = join(repository, "packaging/aws");
const reason = whyNoTemplates();
if (reason !== undefined) process.stdout.write(`No templates are looked at: ${reason}.\n`);
const shell = shellcheck();
if (shell.program === undefined) process.stdout.write(`No script is: ${shell.reason}.\n`);

describe.skipIf(reason !== undefined)("templates", () => {
  test.each(["ec2.yaml", "ecs-daemon.yaml"])("cfn-lint finds nothing in %s", (name) => {
    expect(lintTemplate(join(folder, name))).toBe("");
  });

  test("ECS knows every key of the sidecar task and of the daemon", () => {
    const sidecar = readFileSync(join(repository, "examples/sidecar/ecs-task.json"), "utf8");
    expect(faultsOfTask(JSON.parse(sidecar))).toBe("");
    const template = readFileSync(join(folder, "ecs-daemon.yaml"), "utf8");
    const task = resourcesOf(template, {})["Task"]?.Properties;
    expect(faultsOfTask(asCalled(task))).toBe("");
    expect(faultsOfTask({ ...(asCalled(task) as object), pidmode: "task" })).toContain("pidmode");
  });
});

test.skipIf(shell.program === undefined)("shellcheck finds nothing in the user data", () => {
  const { stdout } = spawnSync(shell.program ?? "", [join(folder, "user-data.sh")]);
  expect(stdout.toString()).toBe("");
});

/** A definition with the keys of the API, which begin with small letters, where CloudFormation's do with large ones. */
function asCalled(value: unknown, key = ""): unknown {
  if (Array.isArray(value)) return value.map((each) => asCalled(each));
  if (typeof value !== "object" || value === null) return value;
  // These are names that somebody gave, not keys.
  if (key === "Options") return value;
  const entries = Object.entries(value).map(([name, each]) => [
    name.replace(/^[A-Z]/, (letter) => letter.toLowerCase()),
    asCalled(each, name),
  ]);
  return Object.fromEntries(entries);
}
