import { execFileSync } from "node:child_process";
import { mkdirSync, statSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { diagnose } from "../../../src/cli/doctor/diagnose.ts";
import { doctor } from "../../../src/cli/doctor/doctor.ts";
import { agentEnv, agentPath } from "../../helpers/agent/agents.ts";
import { createFolder, type Folder } from "../../supervisor/settings/fixture-folder.ts";

const hidden = "Wq7planted0secret";

function surroundingsIn({ path }: Folder, say: (words: string) => void) {
  return {
    environment: new Map(Object.entries({ ...agentEnv, MY_TOKEN: `${hidden}env` })),
    ...{
      workingDirectory: path,
      packageDirectory: path,
      version: "0.1.0",
      terminal: false,
      columns: 80,
    },
    ...{ out: say, err: say },
  };
}

function settings(): string {
  return `# ${hidden}\nserver: {endpoint: "ws://u:${hidden}@127.0.0.1:1", headers: {X-A: ${hidden}, Authorization: "Bearer \${env:MY_TOKEN}"}}\nagent: {executable: ${agentPath("healthy")}, env: {ANY: ${hidden}}}\nstorage: {directory: ./storage}\n`;
}

test("the bundle has what a report needs, no secret, and is for its owner", async () => {
  const folder = createFolder();
  folder.write("supervisor.yaml", settings());
  mkdirSync(join(folder.path, "storage"), { mode: 0o700 });
  folder.write(
    "storage/effective.yaml",
    `exporters: {otlp: {headers: {a: ${hidden}}}} # ${hidden}\n`,
  );
  folder.write("storage/agent.log", `started\n${hidden} and ${hidden}env alone\n`);
  folder.write("storage/secret.txt", hidden);
  folder.write("outside.json", JSON.stringify({ outside: 1 }));
  symlinkSync("../outside.json", join(folder.path, "storage/journal.json"));
  let said = "";
  const { code } = await diagnose(
    { config: "supervisor.yaml", output: "b.tar.gz" },
    surroundingsIn(folder, (words) => void (said += words)),
  );
  expect(code).toBe(0);
  expect(said).toContain("Nothing was sent anywhere");
  const bundle = join(folder.path, "b.tar.gz");
  expect(statSync(bundle).mode & 0o777).toBe(0o600);
  const names = execFileSync("tar", ["tzf", bundle], { encoding: "utf8" }).trim().split("\n");
  expect(names).toEqual([
    "doctor.json",
    "versions.json",
    "supervisor.yaml",
    "effective.yaml",
    "storage.txt",
    "agent.log",
  ]);
  const all = execFileSync("tar", ["xzOf", bundle], { encoding: "utf8" });
  expect(all).not.toContain(hidden);
  expect(all).not.toContain('outside": 1');
  expect(all).toContain("started");
});

test("a file that is there is not written over, and bad settings make a bundle too", async () => {
  const folder = createFolder();
  folder.write("supervisor.yaml", `server: {endpoint: foo, headers: {a: ${hidden}}}\n`);
  const before = folder.write("there", "x");
  let said = "";
  const around = surroundingsIn(folder, (words) => void (said += words));
  expect((await diagnose({ config: "supervisor.yaml", output: "there" }, around)).code).toBe(1);
  expect(statSync(before).size).toBe(1);
  expect((await diagnose({ config: "supervisor.yaml", output: "new.tar.gz" }, around)).code).toBe(
    0,
  );
  expect(
    execFileSync("tar", ["xzOf", join(folder.path, "new.tar.gz")], { encoding: "utf8" }),
  ).not.toContain(hidden);
});

test("doctor: lines of 80 characters without colour, JSON, and the exit codes", async () => {
  const folder = createFolder();
  folder.write("supervisor.yaml", settings());
  folder.write("bad.yaml", "server: {endpoint: foo}\n");
  let said = "";
  const around = surroundingsIn(folder, (words) => void (said += words));
  expect((await doctor({ config: "supervisor.yaml", json: false }, around)).code).toBe(1);
  expect(said).not.toContain("\u001b");
  expect(said).not.toContain(hidden);
  expect(said).toContain("nothing listens there");
  said = "";
  expect((await doctor({ config: "bad.yaml", json: true }, around)).code).toBe(2);
  const { format, result, counts } = JSON.parse(said) as Record<string, unknown>;
  expect({ format, result, counts }).toMatchObject({ format: 1, result: "unusable" });
  expect((await doctor({ config: "nowhere.yaml", json: false }, around)).code).toBe(2);
});
