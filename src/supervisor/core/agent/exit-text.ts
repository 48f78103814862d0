import { aliasHints } from "../../../agent-config/alias-hints.ts";
import type { Exit } from "../state/agent.ts";
import { steadyWords } from "./steady-words.ts";

const memoryHint =
  "give it more, or add a memory_limiter to its pipelines with a limit below that of its control group";

/** One sentence on how the agent ended, for health and verdicts: short, and the same for each such end. */
export function exitText(exit: Exit): string {
  return sentence(exit, exit.verbatim === true ? allWords : steadyWords);
}

/** The same with all that is known, for the log. */
export function fullExitText(exit: Exit): string {
  return sentence(exit, allWords);
}

function allWords(lines: readonly string[]): string {
  return lines.join("\n");
}

function sentence(exit: Exit, wordsOf: (lines: readonly string[]) => string): string {
  if (exit.spawnError !== undefined) return `the agent could not be started: ${exit.spawnError}`;
  if (exit.code === undefined && exit.signal === undefined) return endedElsewhere;
  const how =
    exit.signal !== undefined
      ? `ended by ${exit.signal}`
      : `exited with code ${exit.code ?? "unknown"}`;
  if (exit.outOfMemory) return `the agent was killed for want of memory (${memoryHint})`;
  // Nobody has last words at SIGKILL: what stands in the log was said before, about something else.
  const lines = exit.signal === "SIGKILL" ? [] : exit.lastLines;
  const words = wordsOf(lines);
  return words === ""
    ? `the agent ${how}`
    : `the agent ${how}: ${words}${hintsTo(allWords(lines))}`;
}

/** Only the parent of a process is told how it ended. */
const endedElsewhere =
  "the agent's process ended (why is in the collector's own log, which is not ours to read)";

/** What a person can do about errors that the agent words for programmers. */
const hints: readonly (readonly [RegExp, string])[] = [
  [
    /invalid keys:[^\n]*\baddress\b/,
    "service.telemetry.metrics.address was removed from the collector; write service.telemetry.metrics.readers with a pull exporter prometheus {host, port} instead",
  ],
  [
    /address already in use/,
    "another process listens on that address: stop it, or give this configuration another port",
  ],
];

/** Appends what to do to an error of the agent's where that is known. */
export function withHints(words: string): string {
  return `${words}${hintsTo(words)}`;
}

function hintsTo(words: string): string {
  const known = hints.filter(([pattern]) => pattern.test(words)).map(([, hint]) => hint);
  const all = [...known, ...aliasHints(words)];
  return all.length === 0 ? "" : ` (${all.join("; ")})`;
}

const signalsFromOutside: readonly string[] = ["SIGKILL", "SIGTERM", "SIGINT", "SIGHUP"];

/**
 * True when somebody else has ended the agent, who is no kernel that is short of memory, or the system had no place for
 * its process.
 */
export function isFromOutside({ signal, outOfMemory, scarce }: Exit): boolean {
  if (scarce === true) return true;
  return signal !== undefined && !outOfMemory && signalsFromOutside.includes(signal);
}
