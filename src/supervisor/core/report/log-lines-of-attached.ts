import type { Event } from "../state/event.ts";
import type { LogLine } from "./log-line.ts";
import type { State } from "../state/state.ts";

/** The lines that only an agent gives rise to that somebody else runs. */
export function logLinesOfAttached(before: State, after: State, event: Event): readonly LogLine[] {
  const lines = [waiting, found, refused, doubtful].map((tell) => tell(before, after, event));
  return lines.filter((line) => line !== undefined);
}

type Tell = (before: State, after: State, event: Event) => LogLine | undefined;

const waiting: Tell = (before, after) => {
  const agent = after.agent.process;
  if (agent.at !== "awaited" || !agent.slow) return undefined;
  const was =
    before.agent.process.at === "awaited" && before.agent.process.slow
      ? before.agent.process.why
      : null;
  if (was === agent.why) return undefined;
  return { level: "warn", message: "waiting for the agent", fields: { reason: agent.why } };
};

const found: Tell = (before, after, event) => {
  if (event.on !== "agent-started" || event.found === undefined) return undefined;
  const agent = after.agent.process;
  if (before.agent.process.at !== "awaited" || agent.at !== "starting") return undefined;
  const { run, pid, generation, doubt } = agent;
  const probe = generation.config.probe?.url;
  const fields = { pid, run, generation: generation.number, probe };
  return doubt === undefined
    ? { level: "info", message: "agent process found", fields }
    : {
        level: "info",
        message: "agent process found, it is older than its configuration file",
        fields,
      };
};

const refused: Tell = (before, after) => {
  if (before.desired.restartedAt === after.desired.restartedAt) return undefined;
  if (before.desired.restarts !== after.desired.restarts) return undefined;
  const reason =
    "somebody else runs the agent; agent.attach.restart or agent.attach.restart_command would allow it";
  return { level: "warn", message: "restart command refused", fields: { reason } };
};

const doubtful: Tell = (before, after) => {
  const why = "doubt" in after.agent.process ? after.agent.process.doubt?.why : undefined;
  const was = "doubt" in before.agent.process ? before.agent.process.doubt?.why : undefined;
  if (why === undefined || why === was) return undefined;
  return {
    level: "warn",
    message: "it is not known what the agent runs",
    fields: { reason: why },
  };
};
