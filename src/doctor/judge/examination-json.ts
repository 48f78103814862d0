import { countGrades, type Finding, type Grade } from "./finding.ts";

/** What `doctor --json` prints; keys are added and never change their meaning while `format` is 1. */
export interface ExaminationJson {
  readonly format: 1;
  readonly version: string;
  readonly file: string;
  /** `unusable`: supervisor.yaml has mistakes, and little else was looked at. */
  readonly result: Grade | "unusable";
  readonly counts: Readonly<Record<Grade, number>>;
  readonly tookMs: number;
  readonly findings: readonly FindingJson[];
}

interface FindingJson extends Omit<Finding, "grade"> {
  readonly result: Grade;
}

/** An examination for programs. */
export function examinationJson(
  version: string,
  examination: {
    readonly file: string;
    readonly findings: readonly Finding[];
    readonly usable: boolean;
    readonly tookMs: number;
  },
): ExaminationJson {
  const { file, findings, usable, tookMs } = examination;
  const result = usable ? worstOf(findings) : "unusable";
  const counts = countGrades(findings);
  return {
    ...{ format: 1, version, file, result, counts, tookMs },
    findings: findings.map(({ check, grade, ...rest }) => ({ check, result: grade, ...rest })),
  };
}

/** The gravest grade among findings. */
export function worstOf(findings: readonly Finding[]): Grade {
  const { warning, problem } = countGrades(findings);
  return problem > 0 ? "problem" : warning > 0 ? "warning" : "ok";
}
