import type { AgentRow } from "../../dev-server/shapes/api-shapes.ts";
import { exitCode } from "../exit.ts";
import { paintFor } from "../screen-text.ts";
import type { CliSurroundings } from "../surroundings.ts";
import { consoleClient, failed, listOf, queryPath, type ConsoleWish } from "./console-client.ts";
import { agentTable } from "./fleet-text.ts";

export { type SendOptions, send } from "./fleet-send.ts";
export { fleetLogs, type FleetLogsOptions } from "./fleet-logs.ts";
export { watch } from "./fleet-watch.ts";

/** What `fleet list` and `fleet watch` are told. */
export interface ListOptions extends ConsoleWish {
  readonly json: boolean;
}

/** Prints the agents that a query finds; gives back the exit code. */
export async function list(
  query: string,
  options: ListOptions,
  surroundings: CliSurroundings,
): Promise<number> {
  const { out, err, terminal, environment } = surroundings;
  const client = consoleClient(options, surroundings);
  if (typeof client === "string") {
    err(`opampsupervisor: ${client}\n`);
    return exitCode.badInput;
  }
  const answer = await client.get(queryPath(query));
  if (answer.is !== "answer") return failed(answer, surroundings);
  const agents = listOf(answer.value, "agents") as readonly AgentRow[];
  if (options.json) out(`${JSON.stringify(agents)}\n`);
  else out(agentTable(agents, Date.now(), paintFor(terminal, environment)));
  return exitCode.stopped;
}
