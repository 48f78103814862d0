import { createClient } from "../opamp-client/client.ts";
import type { ClientEvent, LinkView } from "../opamp-client/client-surface.ts";
import type { ClientOptions } from "../opamp-client/transport/client-options.ts";
import { type ServerToAgent, ServerErrorType } from "../opamp-client/wire/messages.ts";
import { castRole } from "./cast.ts";
import { count, type Figures, type Happening, noFigures } from "./figures.ts";
import {
  decide,
  hear,
  newAgent,
  reportOf,
  restarted,
  type SimulatedAgent,
} from "./simulated-agent.ts";

/** What is to be simulated; shares are from 0 to 1. */
export interface Plan {
  readonly agents: number;
  /** What the names of the hosts begin with. */
  readonly prefix: string;
  /** All of them connect within this time. */
  readonly overMs: number;
  /** How long an agent takes over a configuration or a restart, give or take a half. */
  readonly applyMs: number;
  readonly failing: number;
  readonly unhealthy: number;
}

/** Agents that are being simulated. */
interface Simulation {
  readonly figures: () => Figures;
  /** Has the first agent connect, then all others; resolves with why the first one could not, where it could not. */
  begin(): Promise<string | undefined>;
  /** Says goodbye for all of them. */
  end(): Promise<void>;
}

interface RunningAgent {
  readonly stop: () => Promise<void>;
}

/** Agents that are not connected yet. `tell` hears of each change of the figures; `random` is in [0, 1). */
export function createSimulation(
  plan: Plan,
  client: ClientOptions,
  tell: (figures: Figures) => void,
  random: () => number = Math.random,
): Simulation {
  const running: RunningAgent[] = [];
  const timers = new Set<NodeJS.Timeout>();
  let figures = noFigures(plan.agents, performance.now());
  let over = false;

  function note(happening: Happening): void {
    figures = count(figures, happening, performance.now());
    if (!over) tell(figures);
  }

  function later(delayMs: number, work: () => void): void {
    const timer = setTimeout(() => {
      timers.delete(timer);
      work();
    }, delayMs);
    timers.add(timer);
  }

  function applyTime(): number {
    return plan.applyMs * (0.5 + random());
  }

  function startAgent(index: number, firstLink?: (link: LinkView) => void): void {
    let agent = newAgent(castRole(plan.prefix, index, plan.unhealthy), Date.now());
    let accepted = false;

    function become(next: SimulatedAgent): void {
      if (next === agent) return;
      agent = next;
      own.report(reportOf(agent));
    }

    function take(message: ServerToAgent): void {
      note({ on: "received" });
      const { errorResponse } = message;
      if (errorResponse !== undefined) {
        const { type, errorMessage = "" } = errorResponse;
        // The client tells of this one as a connection that ended.
        if (type !== ServerErrorType.Unavailable) {
          note({ on: "error", why: `the server answered with an error: ${errorMessage}` });
        }
        return;
      }
      const before = agent.offer;
      const heard = hear(agent, message);
      become(heard.agent);
      if (heard.next === "restarted") {
        later(applyTime(), () => become(restarted(agent, Date.now())));
      }
      const { offer } = agent;
      if (heard.next !== "verdict" || offer === undefined) return;
      const hash = hashText(offer.hash);
      const again = before !== undefined && hashText(before.hash) === hash;
      note({ on: "offered", hash, again });
      later(applyTime(), () => settle(offer.hash));
    }

    function settle(hash: Uint8Array): void {
      const decided = decide(agent, hash, plan.failing);
      if (decided === agent) return;
      become(decided);
      const on = decided.offer?.state === "failed" ? "failed" : "applied";
      note({ on, hash: hashText(hash) });
    }

    function hearLink(link: LinkView): void {
      firstLink?.(link);
      const wasAccepted = accepted;
      accepted = link.at === "accepted";
      if (accepted && !wasAccepted) note({ on: "connected" });
      const why = link.at === "waiting" ? link.reason : undefined;
      if (wasAccepted && !accepted) note({ on: "lost", why });
      else if (why !== undefined) note({ on: "error", why });
    }

    const own = createClient(client, (event: ClientEvent) => {
      if (event.on === "link-changed") hearLink(event.link);
      else if (event.on === "message-received") take(event.message);
      else if (event.on === "message-discarded") note({ on: "error", why: event.reason });
    });
    own.report(reportOf(agent));
    own.start();
    running.push({ stop: () => own.stop() });
  }

  async function begin(): Promise<string | undefined> {
    const problem = await new Promise<string | undefined>((resolve) => {
      startAgent(0, (link) => {
        if (link.at === "waiting") resolve(link.reason);
        if (link.at === "accepted" || link.at === "closed") resolve(undefined);
      });
    });
    if (problem !== undefined || over) return problem;
    figures = { ...figures, beganAt: performance.now() };
    for (let index = 1; index < plan.agents; index += 1) {
      later(random() * plan.overMs, () => startAgent(index));
    }
    return undefined;
  }

  async function end(): Promise<void> {
    over = true;
    timers.forEach(clearTimeout);
    await Promise.all(running.map(({ stop }) => stop()));
  }

  return { figures: () => figures, begin, end };
}

function hashText(hash: Uint8Array): string {
  return Buffer.from(hash).toString("hex");
}
