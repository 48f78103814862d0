import { symlinkSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { test, expect } from "vitest";
import { findProcess } from "../../../src/agent/process/find-process.ts";
import { foreignProgram } from "../../fixtures/agents/foreign.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";
import { until } from "../../helpers/until.ts";

const configPath = "/etc/otel/effective.yaml";

test("the process is found by the name and by the path of its program", async () => {
  const { name, path, start } = foreignProgram();
  expect(findProcess({ executable: name, configPath })).toMatchObject({ is: "missing" });
  const pid = await start("x");
  expect(findProcess({ executable: name, configPath })).toMatchObject({ is: "found", pid });
  expect(findProcess({ executable: path, configPath })).toMatchObject({ is: "found", pid });
  const elsewhere = join(temporaryFolder(), name);
  expect(findProcess({ executable: elsewhere, configPath })).toMatchObject({ is: "missing" });
});

test("what we have started ourselves is never taken for the agent, nor what only validates", async () => {
  const { name, start, startAsChild, startValidation } = foreignProgram();
  await startAsChild("x");
  await startValidation();
  expect(findProcess({ executable: name, configPath })).toMatchObject({ is: "missing" });
  const pid = await start("x");
  expect(findProcess({ executable: name, configPath })).toMatchObject({ is: "found", pid });
});

test("of several the one is taken that was started with our file", async () => {
  const { name, start } = foreignProgram();
  await start("x", "--config", "/etc/otel/other.yaml");
  const pid = await start("x", `--config=file:${configPath}`);
  expect(findProcess({ executable: name, configPath })).toMatchObject({ is: "found", pid });
});

test("a lone one that was started with another file is not ours, and the message says with which", async () => {
  const { name, start } = foreignProgram();
  const pid = await start("x", "--config", "/etc/otel/other.yaml", "--config=env:MORE");
  const finding = findProcess({ executable: name, configPath });
  const why = finding.is === "missing" ? finding.why : "";
  expect(why).toContain(`(pid ${pid}) was started with --config /etc/otel/other.yaml and env:MORE`);
  expect(why).toContain(`expected ${configPath}`);
  expect(why).toContain("agent.attach.config_path");
});

test("our file is known under another name too", async () => {
  const folder = temporaryFolder();
  const [own, link] = [join(folder, "effective.yaml"), join(folder, "link.yaml")];
  writeFileSync(own, "a: b\n");
  symlinkSync(own, link);
  const { name, path, start } = foreignProgram();
  const linked = await start("x", "-config", link);
  expect(findProcess({ executable: name, configPath: own })).toMatchObject({ pid: linked });
  process.kill(linked, "SIGKILL");
  await until(() => findProcess({ executable: name, configPath: own }).is === "missing");
  // Relative to the directory that it runs in.
  const pid = await start("x", `--config=file:${relative(dirname(path), own)}`);
  expect(findProcess({ executable: name, configPath: own })).toMatchObject({ pid });
});

test("what the agent itself forks is not a second agent", async () => {
  const { name, startWithFork } = foreignProgram();
  const pid = await startWithFork();
  expect(findProcess({ executable: name, configPath })).toMatchObject({ is: "found", pid });
});

test("of several that cannot be told apart none is taken, and the message names them", async () => {
  const { name, start } = foreignProgram();
  const pids = [await start("x"), await start("x")];
  const finding = findProcess({ executable: name, configPath });
  const why = finding.is === "missing" ? finding.why : "";
  for (const pid of pids) expect(why).toContain(String(pid));
  expect(why).toContain(configPath);
  expect(why).toContain("agent.attach.executable");
});
