import type { DevServerOptions } from "../../dev-server/server.ts";
import type { CliSurroundings } from "../surroundings.ts";
import { tokenFrom } from "./dev-place.ts";

/** What agents have to show, as it was typed. */
export interface AgentsWish {
  readonly agentTokenFile?: string;
  readonly approveAgents?: boolean;
}

/** What the server is told of it, or what is wrong. */
export function agentsOf(
  { agentTokenFile: file, approveAgents = false }: AgentsWish,
  surroundings: CliSurroundings,
): Pick<DevServerOptions, "authorization" | "takesGuests"> | string {
  if (file === undefined) {
    if (!approveAgents) return {};
    return "--approve-agents needs --agent-token-file FILE: those who are approved are offered the token in it";
  }
  const found = tokenFrom(file, surroundings);
  if ("problem" in found) return found.problem;
  return { authorization: `Bearer ${found.token}`, takesGuests: approveAgents };
}
