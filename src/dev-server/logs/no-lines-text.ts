import type { AgentLogs } from "../shapes/log-shapes.ts";

/** Why there are no lines, or none yet. */
export function noLinesText({ destination, offerState, errorMessage, why }: AgentLogs): string {
  if (destination === "here") {
    if (offerState === "failed") {
      return `The agent was asked to send its log lines here, and has refused: ${errorMessage}`;
    }
    return offerState === "applied"
      ? "The agent sends its log lines here; none has come yet."
      : "The agent was asked to send its log lines here, and has not answered yet.";
  }
  if (why !== undefined) return `No log lines are sent here. ${why}`;
  if (destination === "elsewhere") {
    return "No log lines are sent here: the agent was asked to send them to another place.";
  }
  return "No log lines are sent here.";
}
