import type { State } from "../state/state.ts";

/** What an operator is told of his retry, from the states before it and after it. */
export function retryAnswer(before: State, after: State): string {
  if (after.desired.run === "down") return "the supervisor is stopping: nothing is tried again";
  const tried = [offerAnswer(before, after), agentAnswer(before, after)];
  const told = tried.filter((text) => text !== undefined);
  if (told.length > 0) return told.join("; ");
  return before.config.failures.length === 0
    ? "nothing to retry: no configuration has failed, and the agent does not wait for a start"
    : "what failed earlier is tried again when the server offers it";
}

function offerAnswer({ config: { failed, verdict } }: State, after: State): string | undefined {
  if (failed !== undefined && after.config.held?.remote === failed) {
    return `${named(failed.hash)} had failed and is tried again when its turn comes, because offers came too fast`;
  }
  if (verdict.is === "applying") return `${named(verdict.hash)} is being tried already`;
  if (verdict.is !== "failed") return undefined;
  if (failed === undefined) {
    return `${named(verdict.hash)} failed before this supervisor started, which no longer has it: let the server offer it again`;
  }
  return after.config.verdict.is === "failed"
    ? `${named(failed.hash)} was tried again and failed again: ${after.config.verdict.why}`
    : `${named(failed.hash)} had failed and is being tried again; the log says how it ends`;
}

function agentAnswer(before: State, after: State): string | undefined {
  return before.agent.process.at === "down" && after.agent.process.at !== "down"
    ? "the agent is started without further waiting"
    : undefined;
}

function named(hash: string): string {
  return hash === "" ? "the remote configuration" : `remote configuration ${hash}`;
}
