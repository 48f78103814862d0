import { AgentCapability } from "../../../src/opamp-client/wire/messages.ts";
import type { AgentToServer, KeyValue } from "../../../src/opamp-client/wire/messages.ts";
import type { DevServer } from "../../../src/dev-server/server.ts";
import type { Rollout } from "../../../src/dev-server/shapes/api-shapes.ts";
import { bare, connect, type RawAgent } from "../raw-agent.ts";

/** What a request came to. */
export interface Answered {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** One request of the JSON API. */
export async function ask(
  server: DevServer,
  method: string,
  path: string,
  body?: unknown,
): Promise<Answered> {
  const response = await fetch(new URL(path, server.pageUrl), {
    method,
    headers: { "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return {
    status: response.status,
    body: (await response.json()) as Readonly<Record<string, unknown>>,
  };
}

const capabilities =
  AgentCapability.ReportsStatus |
  AgentCapability.AcceptsRemoteConfig |
  AgentCapability.ReportsRemoteConfig |
  AgentCapability.ReportsHealth;

/** The first message of a healthy agent on this host. */
export function greeting(byte: number, hostName: string): AgentToServer {
  const attribute = (key: string, value: string): KeyValue => {
    return { key, value: { stringValue: value } };
  };
  return {
    ...bare(byte, 0n, capabilities),
    agentDescription: {
      identifyingAttributes: [attribute("service.name", `agent-${byte}`)],
      nonIdentifyingAttributes: [attribute("host.name", hostName)],
    },
    health: { healthy: true, startTimeUnixNano: 5n },
  };
}

/** An agent that has said who it is. */
export async function join(server: DevServer, byte: number, hostName: string): Promise<RawAgent> {
  const agent = await connect(server.opampUrl);
  await agent.ask(greeting(byte, hostName));
  return agent;
}

/** A rollout as soon as it is so. */
export async function rolloutWhen(
  server: DevServer,
  id: string,
  holds: (rollout: Rollout) => boolean,
): Promise<Rollout> {
  for (;;) {
    const { body } = await ask(server, "GET", `/api/rollouts/${id}`);
    const rollout = body as unknown as Rollout;
    if (holds(rollout)) return rollout;
    await new Promise((resolve) => setImmediate(resolve));
  }
}
