import { AgentCapability } from "../../opamp-client/wire/messages.ts";
import { messageObstacle } from "../fleet/fleet-asks.ts";
import { tooMuchOf } from "../fleet/held-bytes.ts";
import type { Fleet } from "../fleet/fleet-state.ts";
import { has, heldBack, type KnownAgent, type LoggedOffer } from "../fleet/known-agent.ts";
import { viewAgent, viewFiles } from "../fleet/view.ts";
import type { AgentPage, OfferRecord } from "../shapes/api-shapes.ts";
import { rowOf } from "./agent-row.ts";

/** All about one agent, for its own page. */
export function pageOf(
  record: KnownAgent,
  fleet: Pick<Fleet, "revoked">,
  hasShelf: boolean,
): AgentPage {
  return {
    ...rowOf(record),
    ...viewAgent(record, fleet),
    offers: record.offers.map(viewLogged),
    actions: actionsOf(record, hasShelf),
    customCapabilities: record.customCapabilities,
    tooMuch: tooMuchOf(record),
  };
}

function viewLogged({ hash, files, ...offer }: LoggedOffer): OfferRecord {
  return {
    ...offer,
    hash: Buffer.from(hash).toString("hex"),
    files: viewFiles(files).map(({ name, text }) => ({ name, text })),
  };
}

function actionsOf(record: KnownAgent, hasShelf: boolean): AgentPage["actions"] {
  const away = record.link.at === "closed" ? "The agent is not connected." : undefined;
  const held = asSentence(heldBack(record));
  const lacks = (capability: bigint, what: string): string | undefined =>
    has(record, capability) ? undefined : `The agent does not accept ${what}.`;
  const connections =
    AgentCapability.AcceptsOpampConnectionSettings |
    AgentCapability.AcceptsOtherConnectionSettings |
    AgentCapability.ReportsOwnMetrics |
    AgentCapability.ReportsOwnLogs |
    AgentCapability.ReportsOwnTraces;
  const { AcceptsRemoteConfig, AcceptsRestartCommand, AcceptsPackages } = AgentCapability;
  const { AcceptsOpampConnectionSettings } = AgentCapability;
  return {
    config: { why: lacks(AcceptsRemoteConfig, "remote configuration") },
    restart: { why: held ?? lacks(AcceptsRestartCommand, "a restart command") ?? away },
    "full-state": { why: held ?? away },
    connections: {
      why:
        (record.capabilities & connections) === 0n
          ? "The agent accepts no offers of connections."
          : undefined,
    },
    certificate: {
      why: lacks(AcceptsOpampConnectionSettings, "settings for its connection to a server"),
    },
    packages: {
      why:
        lacks(AcceptsPackages, "packages") ??
        (hasShelf
          ? undefined
          : "The server was started without a folder of packages (--packages)."),
    },
    message: { why: held ?? asSentence(messageObstacle(record)) },
    withdraw: {
      why: record.offer === undefined ? "No configuration is offered to the agent." : undefined,
    },
    forget: {
      why:
        away === undefined
          ? "The agent is connected; one that is away can be forgotten."
          : undefined,
    },
  };
}

function asSentence(why: string | undefined): string | undefined {
  return why === undefined ? undefined : `${why.charAt(0).toUpperCase()}${why.slice(1)}.`;
}
