import { leavesOf } from "../src/agent-config/provenance.ts";
import { renderConfig, assemble } from "../src/agent-config/render-config.ts";
import type { Sources } from "../src/agent-config/read-layers.ts";
import type { BinaryFacts } from "../src/agent-config/config.ts";

/** Prints what it costs to render configurations of growing size: twice the text must take about twice the time. */

const binary = { hasHealthCheck: true, hasNop: true, resourceForm: "inline" } as BinaryFacts;
const policy = { probeOverride: undefined, environment: new Map<string, string>() };

function sourcesWith(pipelines: number): Sources {
  const numbers = Array.from({ length: pipelines }, (_, index) => index);
  const text = [
    "receivers:\n",
    ...numbers.map((number) => `  nop/r${number}:\n`),
    "exporters:\n  nop:\nservice:\n  pipelines:\n",
    ...numbers.map(
      (number) =>
        `    traces/p${number}:\n      receivers: [nop/r${number}]\n      processors: []\n      exporters: [nop]\n`,
    ),
  ].join("");
  // A second layer that touches every tenth pipeline, so that joining has something to do.
  const over = numbers
    .filter((number) => number % 10 === 0)
    .map((number) => `    traces/p${number}: {exporters: [nop, nop/other]}\n`);
  const top = `exporters: {nop/other: }\nservice:\n  pipelines:\n${over.join("")}`;
  const file = (name: string, content: string) => ({ name, text: content });
  return {
    local: [{ name: "base.yaml", text: "receivers: {nop: }\n", place: "base" }],
    remote: {
      hash: "",
      digest: "",
      problem: undefined,
      files: [file("a", text), file("b", top)],
    },
    uid: "01900000-0000-7000-8000-000000000001",
    binary,
  };
}

function timed<Result>(work: () => Result): { readonly result: Result; readonly ms: number } {
  const begin = performance.now();
  const result = work();
  return { result, ms: Math.round(performance.now() - begin) };
}

for (const pipelines of [5_000, 5_000, 1_250, 2_500, 5_000, 10_000, 20_000]) {
  const sources = sourcesWith(pipelines);
  const bytes = sources.remote?.files.reduce((sum, file) => sum + file.text.length, 0) ?? 0;
  const rendered = timed(() => renderConfig(sources, policy));
  const assembled = timed(() => assemble(sources, policy));
  const assembly = assembled.result;
  const join = "join" in assembly ? assembly.join : undefined;
  const explained = timed(() => (join === undefined ? [] : leavesOf(join)));
  process.stdout.write(
    `${String(pipelines).padStart(6)} pipelines ${String(Math.round(bytes / 1000)).padStart(5)} kB: ` +
      `parse, join, print and hash ${rendered.ms} ms; parse and join ${assembled.ms} ms; ` +
      `origins of ${explained.result.length} values ${explained.ms} ms\n`,
  );
}
