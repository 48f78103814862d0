import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { agentEnv, agentPath } from "./helpers/agent/agents.ts";
import { createFolder } from "./supervisor/settings/fixture-folder.ts";

const root = join(import.meta.dirname, "..");

test("every command block of docs/doctor.md runs as it stands", () => {
  const page = readFileSync(join(root, "docs/doctor.md"), "utf8");
  const blocks = [...page.matchAll(/```sh\n(.*?)```/gs)].map(([, block = ""]) => block);
  expect(blocks.length).toBe(5);
  const folder = createFolder();
  const agent = `agent: {executable: ${agentPath("healthy")}}`;
  folder.write(
    "supervisor.yaml",
    `server: {endpoint: "ws://127.0.0.1:1"}\n${agent}\nstorage: {directory: ./s}\n`,
  );
  const command = `opampsupervisor() { "${process.execPath}" "${root}/bin/opampsupervisor.cjs" "$@"; }`;
  const results = blocks.map((block) => {
    // A test writes nothing outside of its folder.
    const text = block.replace("/etc/bash_completion.d/", "./").replace("| less", "| cat");
    const { status } = spawnSync("bash", ["-c", `${command}\n${text}`], {
      cwd: folder.path,
      env: agentEnv,
      stdio: "ignore",
    });
    return status;
  });
  // The server of these settings is not there, which doctor calls a problem.
  expect(results).toEqual([1, 1, 0, 0, 0]);
  expect(existsSync(join(folder.path, "report.tar.gz"))).toBe(true);
});
