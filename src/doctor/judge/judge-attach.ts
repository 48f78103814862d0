import { type Finding, fine, problem, warning } from "./finding.ts";

/** A process that may be the agent of `agent.mode: attach`. */
export interface CandidateFacts {
  readonly pid: number;
  readonly program: string;
  /** Files of `--config`; empty where it names none. */
  readonly configs: readonly string[];
  /** How it counts in the search: `taken`, or why not. */
  readonly verdict: { readonly is: "taken" } | { readonly is: "passed-over"; readonly why: string };
}

/** What the search for the agent comes to. */
export interface AttachFacts {
  readonly find: "process" | "health";
  readonly executable: string;
  readonly configPath: string;
  /** Why there is not exactly one; undefined when there is. */
  readonly missing: string | undefined;
  readonly candidates: readonly CandidateFacts[];
  /** The process that is taken may be sent signals. */
  readonly maySignal: boolean;
}

const shownAtMost = 10;

/** The process that is taken for the agent, and each other that might have been, with the reason. */
export function judgeAttach(facts: AttachFacts): readonly Finding[] {
  if (facts.find === "health") {
    return [
      fine("attach", "the agent is found by its health check alone (agent.attach.find: health)"),
    ];
  }
  return [
    ...verdictOf(facts),
    ...facts.candidates
      .filter(({ verdict }) => verdict.is !== "taken")
      .slice(0, shownAtMost)
      .map(passedOver),
  ];
}

function verdictOf({
  missing,
  candidates,
  executable,
  configPath,
  maySignal,
}: AttachFacts): readonly Finding[] {
  if (missing !== undefined) {
    const [found = missing, advice] = missing.split(/: (?=start it)|; (?=expected)/);
    return [
      problem(
        "attach",
        found,
        advice ??
          `start ${executable} with --config ${configPath}, or set agent.attach.executable to the name of its program`,
      ),
    ];
  }
  const taken = candidates.find(({ verdict }) => verdict.is === "taken");
  if (taken === undefined) return [];
  const found = `process ${taken.pid} (${taken.program}) is taken for the agent`;
  return [
    maySignal
      ? fine("attach", found)
      : problem(
          "attach",
          `${found}, and this user may not send it signals`,
          "run both as the same user, or give the supervisor CAP_KILL",
        ),
  ];
}

function passedOver({ pid, program, configs, verdict }: CandidateFacts): Finding {
  const reads = configs.length === 0 ? "" : `, which reads ${configs.join(" and ")},`;
  const why = verdict.is === "taken" ? "" : verdict.why;
  return warning(
    "attach.others",
    `process ${pid} (${program})${reads} is not taken: ${why}`,
    "nothing, where that is right",
  );
}
