import { execFile } from "node:child_process";
import { readFileSync, mkdtempSync, rmSync, writeFileSync, chmodSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { test, onTestFinished, expect } from "vitest";
import { collectorPath } from "./helpers/e2e/daemon.ts";
import { readSettings } from "../src/supervisor/settings/read/read-settings.ts";

const root = join(import.meta.dirname, "..");
const run = promisify(execFile);

function blocks(language: string): readonly string[] {
  const text = readFileSync(join(root, "README.md"), "utf8");
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, "gms"))].map(
    ([, block = ""]) => block,
  );
}

test("every supervisor.yaml in the README is good as it stands", () => {
  const folder = mkdtempSync(join(tmpdir(), "opampsupervisor-readme-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, "otelcol"), "#!/bin/sh\n");
  chmodSync(join(folder, "otelcol"), 0o755);
  writeFileSync(join(folder, "local.yaml"), "receivers: {nop: }\n");
  for (const yaml of blocks("yaml")) {
    writeFileSync(join(folder, "supervisor.yaml"), yaml);
    const { settings, problems } = readSettings("supervisor.yaml", new Map(), folder);
    expect(problems).toEqual([]);
    expect(settings?.server.endpoint).toBe("wss://opamp.example.com/v1/opamp");
  }
});

test("every command block in the README is one that exists, and the check runs as written", async () => {
  const commands = blocks("sh").map((block) => block.trim());
  expect(commands).toContain("npm start");
  expect(commands).toContain("npm test");
  const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    scripts: Record<string, string>;
  };
  for (const command of commands.filter((text) => text.startsWith("npm "))) {
    expect(scripts[command.replace(/^npm (run )?/, "")], command).toBeDefined();
  }
  const check = commands.find((text) => text.includes("npx opampsupervisor check")) ?? "";
  // What npx would run is this package; where a collector is found already, nothing is built.
  const npx = `npx() { shift; "${process.execPath}" bin/opampsupervisor.cjs "$@"; }`;
  const { stdout } = await run("bash", ["-e", "-c", `${npx}\n${check}`], {
    cwd: root,
    env: { ...process.env, OTELCOL: collectorPath(), OTELCOL_COLLECTOR_BINARY: "" },
  });
  expect(stdout).toContain("examples/supervisor.yaml is good (0 errors, 0 warnings); ");
});
