import { expect, test } from "vitest";
import { agentArguments } from "../../../src/supervisor/inputs/agent-arguments.ts";
import { assumedFacts } from "../../../src/supervisor/inputs/binary-cache.ts";
import { complete, createAgentFolder, settingsOf } from "../settings/fixture-folder.ts";

const knowing = { ...assumedFacts("otelcol"), allowsNoPipelines: true };
const args = "  args: [--set, a=b]\n";

test("a binary that knows the gate may run without pipelines; what was written comes last", () => {
  const { agent } = settingsOf(createAgentFolder().read(complete(args)));
  const gate = ["--feature-gates", "service.AllowNoPipelines"];
  expect(agentArguments(agent, knowing)).toEqual([...gate, "--set", "a=b"]);
  expect(agentArguments(agent, assumedFacts("otelcol"))).toEqual(["--set", "a=b"]);
  expect(agentArguments(agent, undefined)).toEqual(["--set", "a=b"]);
});

test("with a stamp that keeps it from them, an agent may reload in part: the last word on the gate is ours", () => {
  const { agent } = settingsOf(createAgentFolder().read(complete(args)));
  const facts = { ...assumedFacts("otelcol"), reloadsInPart: true };
  expect(agentArguments(agent, facts, "/state/stamp.yaml")).toEqual([
    ...["--config", "/state/stamp.yaml"],
    ...["--set", "a=b"],
    "--feature-gates=service.partialReload",
  ]);
});

test("without one a reload is that of the whole agent, whatever was written", () => {
  const { agent } = settingsOf(
    createAgentFolder().read(complete("  args: [--feature-gates, service.partialReload]\n")),
  );
  const facts = { ...assumedFacts("otelcol"), reloadsInPart: true };
  expect(agentArguments(agent, facts)).toEqual([
    "--feature-gates",
    "service.partialReload",
    "--feature-gates=-service.partialReload",
  ]);
});

test("an agent that somebody else starts has no more than what was written for it", () => {
  const { agent } = settingsOf(createAgentFolder().read(complete(`${args}  mode: attach\n`)));
  expect(agentArguments(agent, { ...knowing, reloadsInPart: true })).toEqual(["--set", "a=b"]);
});
