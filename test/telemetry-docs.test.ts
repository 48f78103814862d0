import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test, expect } from "vitest";
import { ownMetrics } from "../src/supervisor/own-telemetry/metrics.ts";
import { spanNames } from "../src/telemetry/span.ts";
import { createAgentFolder, complete, settingsOf } from "./supervisor/settings/fixture-folder.ts";

const text = readFileSync(join(import.meta.dirname, "../docs/telemetry.md"), "utf8");

/** The rows of the table below a heading, their cells without quotes. */
function rowsBelow(heading: string): readonly (readonly string[])[] {
  const [, section = ""] = text.split(`## ${heading}\n`);
  const [own = ""] = section.split("\n## ");
  const rows = own.split("\n").filter((line) => line.startsWith("| `"));
  return rows.map((line) =>
    line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim().replaceAll("`", "")),
  );
}

test("the table of metrics is what the code sends", () => {
  expect(rowsBelow("Metrics")).toEqual(
    Object.values(ownMetrics).map(({ name, kind, unit, description }) => [
      name,
      kind,
      unit,
      description,
    ]),
  );
});

test("the table of spans is what the code sends", () => {
  expect(rowsBelow("Traces")).toEqual(Object.entries(spanNames));
});

test("the settings in it are read without a complaint", () => {
  const [, settings = ""] = /```yaml\n([\s\S]*?)```/.exec(text) ?? [];
  const read = createAgentFolder().read(complete("", settings));
  expect(read.problems).toEqual([]);
  const { logs, agentLogs, readers, traces, resource } = settingsOf(read).telemetry;
  expect([logs.length, agentLogs?.to, readers.length, traces.length]).toEqual([1, "otlp", 2, 1]);
  expect(resource).toEqual(new Map([["deployment.environment", "production"]]));
});
