import { redact } from "../../redact.ts";

/** `problem`: it stops the supervisor or its agent, or does harm. `warning`: it may, one day or in part. */
export type Grade = "ok" | "warning" | "problem";

/** What one look has found, in one sentence, and what to do about it. */
export interface Finding {
  /** What was looked at, such as `server.tls`; the words stay the same from version to version. */
  readonly check: string;
  readonly grade: Grade;
  readonly found: string;
  /** What to do; missing where nothing is to be done. */
  readonly advice?: string;
  /** A command line for it, where there is one. */
  readonly command?: string;
  /** For what is timed. */
  readonly tookMs?: number;
}

/** A finding with nothing to do about it. */
export function fine(check: string, found: string): Finding {
  return { check, grade: "ok", found };
}

/** A finding that a person should know of. */
export function warning(check: string, found: string, advice: string, command?: string): Finding {
  return { check, grade: "warning", found, advice, ...(command !== undefined && { command }) };
}

/** A finding that has to be mended. */
export function problem(check: string, found: string, advice: string, command?: string): Finding {
  return { check, grade: "problem", found, advice, ...(command !== undefined && { command }) };
}

/** The same finding as it may be shown: without what looks like a secret, and on one line. */
export function shown(finding: Finding): Finding {
  const { found, advice, command } = finding;
  return {
    ...finding,
    found: tidy(found),
    ...(advice !== undefined && { advice: tidy(advice) }),
    ...(command !== undefined && { command: tidy(command) }),
  };
}

/** A terminal would obey control characters, and they may come from whoever answered. */
function tidy(text: string): string {
  return redact(text)
    .replaceAll(/[\s\u0000-\u001f\u007f-\u009f]+/g, " ")
    .trim();
}

/** How many findings there are of each grade. */
export function countGrades(findings: readonly Finding[]): Readonly<Record<Grade, number>> {
  const count = (grade: Grade): number => findings.filter((each) => each.grade === grade).length;
  return { ok: count("ok"), warning: count("warning"), problem: count("problem") };
}

/** Where the sentences of this program go over from what was found to what to do. */
const turn =
  /(?:: |; )(?=(?:add|change|check|choose|correct|edit|end|have|install|lower|name|put|raise|run|set|start|stop|take|use|write) )/;

/** A sentence that says both, as the two; without one `otherwise` is what to do. */
export function apart(
  sentence: string,
  otherwise: string,
): { readonly found: string; readonly advice: string } {
  const at = turn.exec(sentence);
  if (at === null) return { found: sentence, advice: otherwise };
  const rest = sentence.slice(at.index + 2);
  // The original words of the system stand last, in parentheses.
  const [, advice = rest, original = ""] = /^(.*?)( \([^()]*\))?$/s.exec(rest) ?? [];
  return { found: `${sentence.slice(0, at.index)}${original}`, advice };
}
