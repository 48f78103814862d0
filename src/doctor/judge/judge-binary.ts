import type { BinaryFacts } from "../../agent-config/config.ts";
import { type Finding, fine, problem, warning } from "./finding.ts";

/** The agent's program, as its file and its answers tell. */
export interface ProgramFacts {
  readonly executable: string;
  /** Why this machine cannot start it. */
  readonly fault: string | undefined;
  /** The other processor that it is for. */
  readonly foreign: string | undefined;
  readonly arch: string;
  /** Undefined where it did not say what it is. */
  readonly answers: BinaryFacts | undefined;
}

/** Whether the program fits this machine, and what it lacks of what the supervisor uses. */
export function judgeBinary({
  executable,
  fault,
  foreign,
  arch,
  answers,
}: ProgramFacts): readonly Finding[] {
  const wrong = fault ?? (answers === undefined ? foreign : undefined);
  if (wrong !== undefined) {
    return [
      problem(
        "binary",
        `${executable} cannot be started here: it is ${wrong}`,
        "name a collector for this machine in agent.executable",
        "opampsupervisor collector install",
      ),
    ];
  }
  if (answers === undefined) return [];
  const { name, version, components } = answers;
  const lacks = lackingParts(answers);
  const count = [...components.values()].reduce(
    (sum, details) => sum + (details.subComponentMap?.size ?? 0),
    0,
  );
  const has = count === 0 ? "" : `, ${count} components`;
  const found = `${executable} is ${name} ${version === "" ? "of an unknown version" : version} for ${foreign === undefined ? arch : "another processor, which this machine runs all the same"}${has}`;
  return [
    fine("binary", lacks.length === 0 ? `${found}, with all that the supervisor uses` : found),
    ...lacks.map(([what, means]) =>
      warning(
        "binary.parts",
        `it has no ${what}: ${means}`,
        "nothing, where that is enough; else take a collector that has it",
        "opampsupervisor collector install",
      ),
    ),
  ];
}

function lackingParts(answers: BinaryFacts): readonly (readonly [string, string])[] {
  const parts: readonly (readonly [boolean, string, string])[] = [
    [
      answers.hasHealthCheck,
      "health_check extension",
      "whether the agent works is known by its process alone",
    ],
    [answers.hasOpampExtension, "opamp extension", "its own health is only asked from outside"],
    [
      answers.hasNop || answers.hasFilelog,
      "nop receiver and exporter",
      "without a configuration it cannot idle, so no agent runs then",
    ],
    [answers.validates, "validate command", "a bad configuration shows only when it is tried"],
  ];
  return parts.flatMap(([has, what, means]) => (has ? [] : [[what, means] as const]));
}
