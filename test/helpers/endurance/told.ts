import { ConfigStatus, type AgentToServer } from "../../../src/opamp-client/wire/messages.ts";
import type { TestServer } from "../e2e/dev-world.ts";
import type { FakeServer } from "../opamp/fake-opamp-server.ts";

/** What a server knows of an agent. */
export interface Told {
  readonly uid: string;
  readonly connected: boolean;
  readonly healthy: boolean;
  readonly status: string;
  readonly lastError: string;
  /** The whole text that the agent is said to run. */
  readonly effective: string | undefined;
  /** `unset` where nothing was said of any offer. */
  readonly verdict: string;
  /** In hex; empty where nothing was said of any offer. */
  readonly hash: string;
  readonly why: string;
}

/** What our own server shows of the only agent, or of the one with this id. */
export function toldTo(server: TestServer, uid?: string): Told | undefined {
  const agents = server.agents();
  const agent = uid === undefined ? agents[0] : agents.find((each) => each.uid === uid);
  if (agent === undefined) return undefined;
  const status = agent.remoteConfigStatus;
  return {
    uid: agent.uid,
    connected: agent.connected,
    healthy: agent.up === "true",
    status: agent.status,
    lastError: agent.lastError,
    effective: agent.effectiveConfig[0]?.text,
    verdict: status?.status ?? "unset",
    hash: status?.hash ?? "",
    why: status?.errorMessage ?? "",
  };
}

/** What was said on the newest connection to a server that keeps nothing but the messages. */
export function heardBy(server: FakeServer): Told | undefined {
  const all = server.messages();
  const newest = all.at(-1);
  if (newest === undefined) return undefined;
  const said = all.filter(({ number }) => number === newest.number).map(({ message }) => message);
  const last = <Key extends keyof AgentToServer>(key: Key): AgentToServer[Key] | undefined =>
    said.findLast((message) => message[key] !== undefined)?.[key];
  const health = last("health");
  const verdict = last("remoteConfigStatus");
  const body = last("effectiveConfig")?.configMap?.configMap?.get("")?.body;
  const closed = server.seen.all.some(
    (one) => one.saw === "close" && one.number === newest.number && newest.via === "ws",
  );
  return {
    uid: Buffer.from(newest.message.instanceUid).toString("hex"),
    connected: !closed,
    healthy: health?.healthy === true,
    status: health?.status ?? "",
    lastError: health?.lastError ?? "",
    effective: body === undefined ? undefined : Buffer.from(body).toString(),
    verdict: wordOf(verdict?.status ?? 0),
    hash: Buffer.from(verdict?.lastRemoteConfigHash ?? []).toString("hex"),
    why: verdict?.errorMessage ?? "",
  };
}

function wordOf(status: number): string {
  const found = Object.entries(ConfigStatus).find(([, number]) => number === status);
  return found?.[0].toLowerCase() ?? String(status);
}
