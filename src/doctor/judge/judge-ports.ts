import { type Finding, fine, problem, warning } from "./finding.ts";

/** An address that the agent listens at, and who has its port now. */
export interface PortFacts {
  /** What wants it, such as `the health check`. */
  readonly what: string;
  /** The key that names another one. */
  readonly key: string;
  readonly port: number;
  readonly holder: PortHolderFacts;
}

/**
 * - `agent`: the agent of the supervisor that runs here, or the one that is attached to.
 * - `unseen`: somebody whose processes this user may not see.
 */
export type PortHolderFacts =
  | { readonly is: "nobody" | "unseen" }
  | { readonly is: "agent" | "stranger"; readonly pid: number; readonly name: string };

/** Who holds the ports that the agent needs. `runs`: an agent should be there now. */
export function judgePorts(ports: readonly PortFacts[], runs: boolean): readonly Finding[] {
  return ports.map((each) => judgePort(each, runs));
}

function judgePort({ what, key, port, holder }: PortFacts, runs: boolean): Finding {
  const wanted = `port ${port} (${what})`;
  const check = "ports";
  switch (holder.is) {
    case "nobody":
      return runs
        ? warning(
            check,
            `nobody listens at ${wanted}, though the supervisor runs`,
            "look what the agent says of it in its log",
          )
        : fine(check, `${wanted} is free`);
    case "agent":
      return fine(check, `${wanted} is held by the agent itself, pid ${holder.pid}`);
    case "unseen": {
      const found = `${wanted} is held by a process that this user may not see`;
      const advice = runs
        ? "nothing, where that is the agent; root sees who it is"
        : `find out who it is and stop that, or set another port in ${key}`;
      return warning(check, found, advice, `sudo ss -ltnp 'sport = :${port}'`);
    }
    case "stranger":
      return problem(
        check,
        `${wanted} is held by process ${holder.pid} (${holder.name}): the agent cannot have it`,
        `stop that process, or set another port in ${key}`,
        `ps -fp ${holder.pid}`,
      );
  }
}
