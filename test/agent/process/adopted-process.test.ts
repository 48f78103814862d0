import { spawn } from "node:child_process";
import { once } from "node:events";
import { onTestFinished, test, expect } from "vitest";
import { adoptProcess } from "../../../src/agent/process/adopted-process.ts";
import { identityOf } from "../../../src/processes/process-identity.ts";
import { until } from "../../helpers/until.ts";

async function waiting(): Promise<number> {
  const child = spawn(
    process.execPath,
    ["-e", 'console.log("ready"); setInterval(() => {}, 999)'],
    {
      stdio: ["ignore", "pipe", "ignore"],
    },
  );
  onTestFinished(() => void child.kill("SIGKILL"));
  await once(child.stdout, "data");
  return child.pid ?? 0;
}

test("the end of a process that is not ours is seen once", async () => {
  const pid = await waiting();
  let ends = 0;
  adoptProcess(identityOf(pid), () => (ends += 1));
  process.kill(pid, "SIGTERM");
  await until(() => (ends > 0 ? true : undefined));
  expect(ends).toBe(1);
});

test("another process with the same pid is not the one that is watched", async () => {
  const pid = await waiting();
  let ends = 0;
  adoptProcess({ ...identityOf(pid), startTime: "1" }, () => (ends += 1));
  await until(() => (ends > 0 ? true : undefined));
  expect(() => process.kill(pid, 0)).not.toThrow();
});
