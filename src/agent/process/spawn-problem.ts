import { messageOf, SupervisorError, systemCodeOf } from "../../errors.ts";
import { programFault } from "./program-fault.ts";

/** Why a program could not be started. */
export interface SpawnProblem {
  /** In a sentence for people. */
  readonly spawnError: string;
  /** Set when the system lacked something at that moment: nothing that was to be started is the cause. */
  readonly scarce?: true;
}

/** The system's short word for a failed start, in a sentence that says what helps. */
export function spawnProblem(executable: string, error: unknown): SpawnProblem {
  if (error instanceof SupervisorError && error.code === "no-wall") {
    return { spawnError: error.message, scarce: true };
  }
  const code = systemCodeOf(error) ?? "";
  const scarcity = scarcities[code];
  if (scarcity !== undefined) return { spawnError: `${scarcity} (${code})`, scarce: true };
  return { spawnError: faultOf(executable, code) ?? messageOf(error) };
}

function faultOf(executable: string, code: string): string | undefined {
  const fault = programFault(executable);
  if (fault !== undefined) return fault;
  switch (code) {
    case "ENOENT":
      return `something that ${executable} needs to be started does not exist${workingDirectory()}`;
    case "EACCES":
      return `${executable} may not be executed by this user`;
    case "ENOEXEC":
      return `${executable} is no program for this system`;
    case "E2BIG":
      return "its arguments and its environment are longer than the system allows: shorten agent.args, agent.env and what it inherits";
    default:
      return undefined;
  }
}

function workingDirectory(): string {
  try {
    process.cwd();
    return "";
  } catch {
    // The system cannot name it any more.
    return ": the working directory of the supervisor was removed";
  }
}

const files = "raise the limit of open files (ulimit -n, LimitNOFILE=)";

const scarcities: Readonly<Record<string, string>> = {
  EAGAIN:
    "the system allows no more processes: end some, or raise the limit (ulimit -u, TasksMax=, pids.max)",
  ENOMEM: "the system has no memory left for another process",
  EMFILE: `the supervisor may open no more files: ${files}`,
  ENFILE: "the system can open no more files: raise fs.file-max, or end what holds so many open",
  ETXTBSY: "the collector's binary is being written at this moment",
};
