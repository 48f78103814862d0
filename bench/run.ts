import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { cpus, loadavg, release, totalmem } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { contendersOf, type Contender } from "./contender.ts";
import type { Measure } from "./measure.ts";
import { changes } from "./measures/changes.ts";
import { gap } from "./measures/gap.ts";
import { idle } from "./measures/idle.ts";
import { output } from "./measures/output.ts";
import { packageSwitch } from "./measures/package-switch.ts";
import { large } from "./measures/sizes.ts";
import { starts } from "./measures/starts.ts";
import { type Collected, tableOf } from "./table.ts";

/*
 * `npm run bench`: what the supervisor costs, as one table. `-- --vs PATH` measures another supervisor in turns with
 * ours, from the same supervisor.yaml; `--only starts,gap` takes some measurements; `--rounds N` more or fewer of each.
 */

const measures: readonly Measure[] = [
  ...[starts, changes, gap, idle],
  ...large,
  ...[output, packageSwitch],
];

const { values } = parseArgs({
  options: {
    collector: { type: "string", default: "" },
    vs: { type: "string" },
    only: { type: "string" },
    rounds: { type: "string" },
  },
});

const names = values.only?.split(",");
const unknown = names?.filter((name) => !measures.some((measure) => measure.name === name)) ?? [];
if (unknown.length > 0) {
  const known = measures.map(({ name }) => name).join(", ");
  process.stderr.write(`expected some of ${known} after --only, found ${unknown.join(", ")}\n`);
  process.exit(2);
}

const root = resolve(".");
const collector = resolve(values.collector);
const contenders = contendersOf(root, values.vs === undefined ? undefined : resolve(values.vs));
const collected = new Map<string, Map<string, number[]>>(
  contenders.map(({ name }) => [name, new Map<string, number[]>()]),
);

/** False: it could not be measured, and why is told. */
async function measure(one: Measure, contender: Contender): Promise<boolean> {
  const into = collected.get(contender.name);
  try {
    for (const [figure, number] of Object.entries(await one.run(collector, contender))) {
      into?.set(figure, [...(into.get(figure) ?? []), number]);
    }
    return true;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    process.stderr.write(`${one.name}, ${contender.name}: not measured: ${why}\n`);
    process.exitCode = 1;
    return false;
  }
}

for (const one of measures.filter(({ name }) => names?.includes(name) ?? true)) {
  const rounds = Number(values.rounds ?? one.rounds);
  const able = new Set(one.oursOnly === true ? contenders.slice(0, 1) : contenders);
  for (let round = 1; round <= rounds; round += 1) {
    process.stderr.write(`${one.name}, round ${round} of ${rounds}\n`);
    for (const contender of able) {
      if (!(await measure(one, contender))) able.delete(contender);
    }
  }
}

const none: Collected = new Map();
const table = tableOf(collected.get("ours") ?? none, collected.get("other") ?? none);
process.stdout.write(`${table}\n`);
// What is only a part would take the place of the whole.
if (names === undefined) {
  mkdirSync(join(root, "bench/results"), { recursive: true });
  writeFileSync(
    join(root, "bench/results/last.md"),
    `# The last run\n\n${machine()}\n\n${table}\n`,
  );
}

function machine(): string {
  const collectorVersion = execFileSync(collector, ["--version"], { encoding: "utf8" }).trim();
  const [first] = cpus();
  return [
    `- ${new Date().toISOString().slice(0, 10)}, Node ${process.version}, Linux ${release()}`,
    `- ${cpus().length} x ${first?.model ?? "unknown processor"}, ${Math.round(totalmem() / 2 ** 30)} GB`,
    `- load when it ended: ${loadavg()[0]?.toFixed(1) ?? ""}`,
    `- ${collectorVersion}`,
    ...(values.vs === undefined ? [] : ["- the other: given by `--vs`"]),
  ].join("\n");
}
