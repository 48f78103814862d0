import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { printUnit } from "../../src/cli/policy.ts";
import { agentPath } from "../helpers/agent/agents.ts";
import { temporaryFolder } from "../helpers/temporary-folder.ts";
import { type Heard, heard } from "../helpers/cli/heard.ts";

async function run(agent: string): Promise<Heard> {
  const folder = temporaryFolder();
  const text = `server: {endpoint: "ws://127.0.0.1:1"}
storage: {directory: ${folder}/storage}
agent:
${agent}`;
  writeFileSync(join(folder, "supervisor.yaml"), text);
  const said = await heard(folder, {}, (surroundings) =>
    printUnit(join(folder, "supervisor.yaml"), surroundings),
  );
  return { ...said, out: said.out.replaceAll(folder, "FOLDER") };
}

test("for a child the supervisor's storage stays writable, because both share the unit", async () => {
  const { code, out } = await run(
    `  executable: ${agentPath("healthy")}\n  policy: {file_paths: {allow: [/var/log/**]}}\n`,
  );
  expect(code).toBe(0);
  expect(out).toContain("\nReadWritePaths=FOLDER/storage\nReadWritePaths=-/var/log\n");
});

test("an agent with a unit of its own does not see the supervisor's storage", async () => {
  const { out, err } = await run(
    "  mode: attach\n  attach: {config_path: /shared/config.yaml, executable: otelcol}\n",
  );
  expect(err).not.toContain("error");
  expect(out).toContain("InaccessiblePaths=-FOLDER/storage\n");
  expect(out).not.toContain("ReadWritePaths=FOLDER");
});

test("without a policy only what holds for every agent is printed", async () => {
  const { out } = await run(`  executable: ${agentPath("healthy")}\n`);
  expect(out).toContain("ProtectSystem=strict\n");
  expect(out).not.toContain("IPAddress");
});

test("mistakes in the file are shown instead", async () => {
  const { code, out, err } = await run("  executable: 7\n  policy: {nothing: 1}\n");
  expect(code).toBe(2);
  expect(out).toBe("");
  expect(err).toContain("policy");
});

test("the commands in docs/policy.md make a drop-in of the unit", () => {
  const page = readFileSync(join(import.meta.dirname, "../../docs/policy.md"), "utf8");
  const blocks = [...page.matchAll(/```sh\n(.*?)```/gs)].map(([, block = ""]) => block);
  const at = blocks.findIndex((each) => each.startsWith("opampsupervisor policy unit"));
  const folder = temporaryFolder();
  const text = `server: {endpoint: "ws://127.0.0.1:1"}\nstorage: {directory: ${folder}/storage}\nagent: {executable: ${agentPath("healthy")}}\n`;
  writeFileSync(join(folder, "supervisor.yaml"), text);
  const here = `${blocks[at] ?? ""}${blocks[at + 1] ?? ""}`
    .replaceAll("/etc/opampsupervisor/", `${folder}/`)
    .replaceAll("/etc/systemd/system/", `${folder}/units/`)
    .replace(/^sudo systemctl.*$/m, "");
  const program = join(import.meta.dirname, "../../bin/opampsupervisor.cjs");
  const tools = `opampsupervisor() { ${process.execPath} ${program} "$@"; }; sudo() { "$@"; }\n`;
  execFileSync("bash", ["-e", "-c", `${tools}${here}`], { cwd: folder, stdio: "pipe" });
  const written = join(folder, "units/opampsupervisor.service.d/policy.conf");
  expect(readFileSync(written, "utf8")).toContain("ReadWritePaths=");
});
