import { statSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { isIPv4 } from "node:net";
import { names } from "../process/run-processes.ts";
import { markOf } from "../../processes/family.ts";
import { statOf } from "../../processes/process-identity.ts";
import { type WaitingSocket, holdersOf, holds, waitingSockets } from "./port-holder.ts";

/** Who has answered: the agent's process or one that it has started, or somebody else. */
export type Listener =
  | { readonly is: "ours"; readonly pid: number }
  | { readonly is: "stranger"; readonly pid: number; readonly name: string };

/** The other end of a connection to this machine. */
interface Answering {
  readonly address: string | undefined;
  readonly port: number | undefined;
}

/** Where an answer comes from; gone once its connection is closed. */
export function answeringOf({ socket }: IncomingMessage): Answering {
  return { address: socket.remoteAddress, port: socket.remotePort };
}

/**
 * Who listens where an answer came from; undefined where the system does not let us see it. A process of the
 * same user that was told to read the agent's file is the agent, however a script has started it.
 */
export function listenerOf(
  { address, port }: Answering,
  agentPid: number | undefined,
  configPath = "",
): Listener | undefined {
  if (agentPid === undefined || address === undefined || port === undefined) return undefined;
  const sockets = socketsFor(address, port);
  // The usual case, without a look at all other processes.
  if (holds(agentPid, sockets)) return { is: "ours", pid: agentPid };
  let stranger: Listener | undefined;
  for (const { pid, command } of holdersOf(sockets)) {
    const isSame = names(pid, configPath) && userOf(pid) === userOf(agentPid);
    if (belongs(pid, agentPid) || isSame) return { is: "ours", pid };
    stranger ??= { is: "stranger", pid, name: command };
  }
  return stranger;
}

/** Who listens at an address itself comes before who listens at all addresses. */
function socketsFor(address: string, port: number): readonly WaitingSocket[] {
  const six = waitingSockets("tcp6", port);
  const any = six.filter((socket) => isAny(socket));
  const v4 = address.replace(/^::ffff:/i, "");
  if (!isIPv4(v4))
    return firstFilled(
      six.filter((socket) => !isAny(socket)),
      any,
    );
  const four = waitingSockets("tcp", port);
  const word = hexOf(v4);
  const exact = [...four, ...six].filter((socket) => socket.address.endsWith(word));
  return firstFilled(
    exact.filter((socket) => !isAny(socket)),
    four.filter((socket) => isAny(socket)),
    any,
  );
}

function firstFilled(...lists: readonly (readonly WaitingSocket[])[]): readonly WaitingSocket[] {
  return lists.find((list) => list.length > 0) ?? [];
}

function isAny({ address }: WaitingSocket): boolean {
  return /^0+$/.test(address);
}

/** The kernel shows a word as this machine keeps it; on one that keeps it the other way round nothing is found. */
function hexOf(v4: string): string {
  const bytes = v4.split(".").map((part) => Number(part).toString(16).padStart(2, "0"));
  return bytes.reverse().join("").toUpperCase();
}

/** Also what a script has started and left to itself is the agent's. */
function belongs(pid: number, agentPid: number): boolean {
  const [stat, mark] = [statOf(agentPid), markOf(agentPid)];
  return (
    descends(pid, agentPid) ||
    (stat !== undefined && stat.session === agentPid && statOf(pid)?.session === agentPid) ||
    (mark !== "" && markOf(pid) === mark)
  );
}

function descends(pid: number, ancestor: number): boolean {
  for (let at = pid; at > 1; at = statOf(at)?.parent ?? 0) {
    if (at === ancestor) return true;
  }
  return false;
}

function userOf(pid: number): number | undefined {
  return statSync(`/proc/${pid}`, { throwIfNoEntry: false })?.uid;
}
