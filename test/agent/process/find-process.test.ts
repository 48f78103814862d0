import { join } from "node:path";
import { test, expect } from "vitest";
import { findProcess } from "../../../src/agent/process/find-process.ts";
import { foreignProgram } from "../../fixtures/agents/foreign.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";

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

test("of several that cannot be told apart none is taken, and the message names them", async () => {
  const { name, start } = foreignProgram();
  const pids = [await start("x"), await start("x")];
  const finding = findProcess({ executable: name, configPath });
  const why = finding.is === "missing" ? finding.why : "";
  for (const pid of pids) expect(why).toContain(String(pid));
  expect(why).toContain(configPath);
  expect(why).toContain("agent.attach.executable");
});
