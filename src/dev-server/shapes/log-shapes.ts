/** One log line of an agent, as it is shown. */
export interface LogLine {
  /** Counts up for each agent, from 1. */
  readonly seq: number;
  /** When it was written; when it came, where it does not say. */
  readonly at: number;
  readonly severity: "trace" | "debug" | "info" | "warn" | "error" | "fatal" | "unknown";
  readonly text: string;
  /** What says more, by name. */
  readonly fields: Readonly<Record<string, string>>;
  /** The program that it is from, by its `service.name`. */
  readonly from: string;
}

/** The newest log lines of an agent, oldest first, and whether it sends any here. */
export interface AgentLogs {
  readonly lines: readonly LogLine[];
  /** How many lines had to make room for newer ones. */
  readonly dropped: number;
  /** Where it was asked to send them: here, elsewhere, or no longer anywhere; `unsaid`: this server has not said anything. */
  readonly destination: "here" | "elsewhere" | "nowhere" | "unsaid";
  /** What the agent has made of that. */
  readonly offerState: "waiting" | "applying" | "applied" | "failed";
  readonly errorMessage: string;
  /** Why it cannot be asked to send them here; undefined: it can. */
  readonly why: string | undefined;
  /** Lines that came since the start of the server and are no known agent's. */
  readonly unknownLines: number;
}

/** Whether an agent's lines are to come here, or are not to be sent any more. */
export interface LogsBody {
  readonly here: boolean;
}
