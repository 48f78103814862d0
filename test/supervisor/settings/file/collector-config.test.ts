import { expect, test } from "vitest";
import { brief, complete, createAgentFolder } from "../fixture-folder.ts";

const collector = "receivers:\n  otlp:\nexporters:\n  debug:\nservice:\n  pipelines:\n";

test("a collector's configuration is one problem, which says what it is", () => {
  const { settings, problems } = createAgentFolder().read(collector);
  expect(settings).toBeUndefined();
  expect(brief(problems)).toEqual(["error file-unreadable  1:1"]);
  expect(problems[0]?.message).toContain("agent.config_files");
});

test("a collector's sections beside ours are keys that belong elsewhere", () => {
  const { problems } = createAgentFolder().read(complete("", "exporters: {debug: }\n"));
  expect(brief(problems)).toEqual(["error key-unknown exporters 5:1"]);
  expect(problems[0]?.message).toContain("a file of its own that agent.config_files names");
});
