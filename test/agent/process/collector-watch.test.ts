import { spawn } from "node:child_process";
import { once } from "node:events";
import { onTestFinished, test, expect } from "vitest";
import { watchCollector } from "../../../src/agent/process/collector-watch.ts";
import { identityOf } from "../../../src/processes/process-identity.ts";

test("a script that goes on without its collector is told of once, and not before", async () => {
  const script = spawn("sleep", ["1000"], { stdio: "ignore" });
  const collector = spawn("sleep", ["1000"], { stdio: "ignore" });
  onTestFinished(() => void script.kill("SIGKILL"));
  const [leader, seen] = [identityOf(script.pid ?? 0), identityOf(collector.pid ?? 0)];
  const told: string[] = [];
  const alone = new Promise<void>((resolve) => {
    const run = { leader, seen, mark: "", configPath: "" };
    watchCollector(
      () => run,
      () => resolve(void told.push("alone")),
      5,
    );
  });
  collector.kill("SIGKILL");
  await once(collector, "exit");
  expect(told).toEqual([]);
  await alone;
  expect(told).toEqual(["alone"]);
});
