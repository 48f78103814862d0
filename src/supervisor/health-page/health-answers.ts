import type { State } from "../core/state/state.ts";

/** What a request is answered with. */
export interface PageAnswer {
  readonly status: number;
  readonly text: string;
}

/** The answer at a path that speaks of the state; undefined where there is no such path. */
export function healthAnswer(path: string, state: State): PageAnswer | undefined {
  switch (path) {
    case "/livez":
      return good("the supervisor runs");
    case "/health":
      return beginning(state);
    case "/readyz":
      return readiness(state);
    default:
      return undefined;
  }
}

/** Once the agent's file is there nothing of this changes: an agent in another container waits for it, by this answer. */
function beginning({ config: { target, onDisk } }: State): PageAnswer {
  if (target === undefined) return bad("there is no configuration for the agent yet");
  if (target.config.runs && onDisk === undefined) {
    return bad("the configuration for the agent is not written yet");
  }
  return good("the supervisor has its state and a configuration for the agent");
}

function readiness({ desired, agent: { process: agent }, config: { target } }: State): PageAnswer {
  if (desired.run === "down") return bad("the supervisor stops");
  if (agent.at === "down" && target?.config.runs === false) {
    return good("the agent is stopped, as its configuration asks");
  }
  // A reload is a planned change of an agent that works.
  if (agent.at === "reloading") return good("the agent takes up a configuration");
  if (agent.at !== "up" || agent.healthySince === undefined) return bad("the agent is not healthy");
  const { parked } = agent.generation.config;
  return good(parked ? "the agent is parked: it has nothing to run" : "the agent is healthy");
}

function good(text: string): PageAnswer {
  return { status: 200, text };
}

function bad(text: string): PageAnswer {
  return { status: 503, text };
}
