import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { onTestFinished, test, expect } from "vitest";
import { familyOf, markOf, markVariable } from "../../src/processes/family.ts";
import { identityOf } from "../../src/processes/process-identity.ts";

/** A process that starts another one by these words of a shell, with the pid of that one. */
async function family(start: string): Promise<{ leader: ChildProcess; child: number }> {
  const leader = spawn("sh", ["-c", `${start}; read -r _`], {
    env: { PATH: process.env["PATH"], [markVariable]: "ours" },
    stdio: ["pipe", "pipe", "ignore"],
    detached: true,
  });
  onTestFinished(() => void leader.kill("SIGKILL"));
  const [line] = (await once(leader.stdout, "data")) as [Buffer];
  const child = Number(String(line).trim());
  onTestFinished(() => void process.kill(child, "SIGKILL"));
  return { leader, child };
}

const sleeps = "sh -c 'echo $$; exec sleep 1000'";

test.each([
  ["descends", `env -i setsid ${sleeps} &`],
  ["is in the group", `(env -i ${sleeps} &)`],
  ["carries the mark", `(setsid ${sleeps} &)`],
])("what %s belongs to it, whoever else runs", async (_how, start) => {
  const { leader, child } = await family(start.replace(/&$/, "& true"));
  const of = { leader: identityOf(leader.pid ?? 0), mark: "ours", seen: undefined };
  expect(familyOf(of)).toContain(child);
  expect(familyOf(of)).not.toContain(process.pid);
  expect(familyOf({ ...of, leader: { ...of.leader, startTime: "1" }, mark: "others" })).toEqual([]);
});

test("what was seen to belong to it does, wherever it went; with another start time it is another one", async () => {
  const { leader, child } = await family(`(env -i setsid ${sleeps} & ) ; true`);
  const seen = identityOf(child);
  const of = { leader: identityOf(leader.pid ?? 0), mark: "ours", seen };
  expect(familyOf(of)).toEqual([child]);
  expect(familyOf({ ...of, seen: { ...seen, startTime: "1" } })).toEqual([]);
});

test("a mark is read from the environment that a process was started with", async () => {
  const { leader, child } = await family(`${sleeps} & true`);
  expect([markOf(leader.pid ?? 0), markOf(child), markOf(0)]).toEqual(["ours", "ours", ""]);
});
