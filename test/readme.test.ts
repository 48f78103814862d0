import { readFileSync, mkdtempSync, rmSync, statSync, writeFileSync, chmodSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, onTestFinished, expect } from "vitest";
import { readSettings } from "../src/supervisor/settings/read/read-settings.ts";

const root = join(import.meta.dirname, "..");

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

test("the picture in the README is there, and small", () => {
  const text = readFileSync(join(root, "README.md"), "utf8");
  const [, path = ""] = /!\[[^\]]{20,}\]\((docs\/images\/\w+\.png)\)/.exec(text) ?? [];
  expect(statSync(join(root, path)).size).toBeLessThan(200_000);
});

test("the README is one that is read to its end", () => {
  expect(readFileSync(join(root, "README.md"), "utf8").split("\n").length).toBeLessThan(130);
});
