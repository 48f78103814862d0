import { answers } from "../state/agent.ts";
import type { OwnPorts, RemoteConfig } from "../../../agent-config/config.ts";
import type { Event } from "../state/event.ts";
import type { State } from "../state/state.ts";
import type { Found } from "./transition.ts";

/** What has happened to the configuration between two states. */
export function configTransitions(before: State, after: State, event: Event): readonly Found[] {
  return [
    byEvent(before, after, event),
    changed(before, after, event),
    ownMetrics(before, after),
    moved(before, after, event, "healthCheck"),
    moved(before, after, event, "metrics"),
    proof(before, after),
    verdict(before, after),
    layers(before, after),
    rollback(before, after),
  ];
}

function byEvent({ config: was }: State, { config: now }: State, event: Event): Found {
  switch (event.on) {
    case "config-offered":
      return was.lastOffer === now.lastOffer ? undefined : offerRead(event.remote, was);
    case "step-begun":
      return event.step.do === "read-offer" ? offerRead(event.step.remote, was) : undefined;
    case "retry-asked": {
      const { failed, failures } = was;
      const again = failed !== undefined && was.verdict !== now.verdict;
      return { is: "retry-asked", failed: failed?.hash, quarantined: failures.length, again };
    }
    case "config-refused":
      return now.candidate?.at === "valid"
        ? { is: "config-unfinished", reason: event.why }
        : { is: "config-refused", reason: event.why };
    case "config-validated":
    case "config-written":
      return { is: event.on };
    default:
      return undefined;
  }
}

function offerRead({ hash, files }: RemoteConfig, { held }: State["config"]): Found {
  const superseded = held === undefined ? undefined : { superseded: held.superseded };
  return { is: "config-offered", hash, files: files.map(({ name }) => name), ...superseded };
}

function changed({ config: was }: State, { config: { target } }: State, event: Event): Found {
  if (event.on !== "config-written" || target === undefined || was.target === target) {
    return undefined;
  }
  const { hash, parked, warnings } = target.config;
  const warned = warnings.length === 0 ? undefined : warnings;
  return { is: "config-changed", generation: target.number, hash, parked, warnings: warned };
}

function ownMetrics({ config: was }: State, { config: now }: State): Found {
  const endpoint = now.target?.config.ownMetrics;
  if (endpoint === undefined || was.target?.config.ownMetrics === endpoint) return undefined;
  return { is: "own-metrics-enabled", endpoint };
}

function moved(
  { config: was }: State,
  { config: now }: State,
  event: Event,
  which: keyof OwnPorts,
): Found {
  const [from, to] = [was.ownPorts[which], now.ownPorts[which]];
  if (from === to || event.on !== "agent-exited") return undefined;
  const heldBy = event.exit.takenPorts?.find(({ port }) => port === from)?.by ?? "unknown";
  return {
    is: "own-port-moved",
    of: which === "metrics" ? "metrics" : "health check",
    ...{ from, to, heldBy },
  };
}

function proof(before: State, after: State): Found {
  const offer = provedNow(after);
  return offer === undefined || offer === provedNow(before) ? undefined : { is: "proof-begun" };
}

/** Hash of the offer that a healthy agent is proving. */
function provedNow({ agent, config: { target, trial, verdict } }: State): string | undefined {
  if (trial === undefined || verdict.is !== "applying") return undefined;
  if (target?.remote?.hash !== verdict.hash || !answers(agent.process)) return undefined;
  return agent.process.generation.number === target.number ? verdict.hash : undefined;
}

function verdict({ config: was }: State, { config: { verdict: now } }: State): Found {
  if (now === was.verdict) return undefined;
  if (now.is === "applied") return { is: "config-applied", hash: now.hash };
  return now.is === "failed" ? { is: "config-failed", hash: now.hash, reason: now.why } : undefined;
}

function layers({ config: was }: State, { config: { problem } }: State): Found {
  if (problem === undefined || problem === was.problem) return undefined;
  return { is: "layers-failed", reason: problem };
}

function rollback({ config: was }: State, { config: { lastRollback } }: State): Found {
  if (lastRollback === undefined || lastRollback === was.lastRollback) return undefined;
  return { is: "rolled-back", ...lastRollback };
}
