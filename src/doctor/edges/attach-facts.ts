import { basename, join } from "node:path";
import { findProcess, likelyAgents } from "../../agent/process/find-process.ts";
import type { Settings } from "../../supervisor/settings/settings.ts";
import type { AttachFacts, CandidateFacts } from "../judge/judge-attach.ts";

/** Programs that people run as a collector, or as a part of one. */
const collectors = /otel|opentelemetry|adot|collector/i;

/** The processes that may be the agent; undefined where the supervisor starts it itself. */
export function lookAtCandidates({ agent, storage }: Settings): AttachFacts | undefined {
  const { attach } = agent;
  if (attach === undefined) return undefined;
  const { find, executable } = attach;
  const configPath = attach.configPath ?? join(storage.directory, "effective.yaml");
  const sought = { executable, configPath };
  const common = { find, executable, configPath };
  if (find === "health") return { ...common, missing: undefined, candidates: [], maySignal: true };
  const finding = findProcess(sought);
  const taken = finding.is === "found" ? finding.pid : undefined;
  const candidates = likelyAgents(sought, collectors).map(
    ({ pid, program, fits, config }): CandidateFacts => {
      const configs = config.is === "other" ? config.names : [];
      const name = basename(program);
      if (pid === taken) return { pid, program, configs, verdict: { is: "taken" } };
      const why = !fits
        ? `its program is ${name}, not ${executable}`
        : config.is === "other"
          ? `expected --config ${configPath}`
          : config.is === "none"
            ? "it was not started with --config"
            : "there are several like it";
      return { pid, program, configs, verdict: { is: "passed-over", why } };
    },
  );
  const missing = finding.is === "missing" ? finding.why : undefined;
  return { ...common, missing, candidates, maySignal: taken === undefined || maySignal(taken) };
}

function maySignal(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    // Gone meanwhile, or another user's.
    return false;
  }
}
