import { statSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { isIPv4 } from "node:net";
import { names } from "../process/run-processes.ts";
import { markOf } from "../../processes/family.ts";
import { ageOf } from "../../processes/process-age.ts";
import { statOf } from "../../processes/process-identity.ts";
import {
  type HeldSocket,
  type WaitingSocket,
  holdersOf,
  isHeld,
  socketOf,
  waitingSockets,
} from "./port-holder.ts";

/** Who has answered: the agent's process or one that it has started, or somebody else. */
export type Listener =
  | { readonly is: "ours"; readonly pid: number }
  | {
      readonly is: "stranger";
      readonly pid: number;
      readonly name: string;
      /** How long its process has lived; undefined where that is not seen. */
      readonly ageMs: number | undefined;
    };

/** The other end of a connection to this machine. */
interface Answering {
  readonly address: string | undefined;
  readonly port: number | undefined;
}

/** Where an answer comes from; gone once its connection is closed. */
export function answeringOf({ socket }: IncomingMessage): Answering {
  return { address: socket.remoteAddress, port: socket.remotePort };
}

/** Who listens where an answer came from; undefined where the system does not let us see it. */
export type FindListener = (answering: Answering) => Listener | undefined;

/** More addresses than one agent is asked at. */
const mostKept = 8;

/**
 * Finds listeners for one agent after the other. Which socket it is stands only in a list of all connections of this
 * machine, which is long where many clients are connected: once found, it is enough that the process still has it. A
 * process of the same user that was told to read the agent's file is the agent, however a script has started it.
 */
export function createListeners(): (
  agentPid: number | undefined,
  configPath?: string,
) => FindListener {
  const kept = new Map<string, { readonly agentPid: number; readonly found: OurListener }>();
  return (agentPid, configPath = "") =>
    ({ address, port }) => {
      if (agentPid === undefined || address === undefined || port === undefined) return undefined;
      const key = `${address} ${port}`;
      const before = kept.get(key);
      if (before?.agentPid === agentPid && isHeld(before.found.held)) {
        return { is: "ours", pid: before.found.pid };
      }
      if (kept.size >= mostKept) kept.clear();
      kept.delete(key);
      const found = listenerAt(address, port, agentPid, configPath);
      if (found?.is !== "ours") return found;
      kept.set(key, { agentPid, found });
      return { is: "ours", pid: found.pid };
    };
}

interface OurListener {
  readonly is: "ours";
  readonly pid: number;
  readonly held: HeldSocket;
}

type Found = OurListener | Exclude<Listener, { is: "ours" }>;

function listenerAt(
  address: string,
  port: number,
  agentPid: number,
  configPath: string,
): Found | undefined {
  const sockets = socketsFor(address, port);
  // The usual case, without a look at all other processes.
  const held = socketOf(agentPid, sockets);
  if (held !== undefined) return { is: "ours", pid: agentPid, held };
  let stranger: Found | undefined;
  for (const { pid, command, held } of holdersOf(sockets)) {
    const isSame = names(pid, configPath) && userOf(pid) === userOf(agentPid);
    if (belongs(pid, agentPid) || isSame) return { is: "ours", pid, held };
    stranger ??= { is: "stranger", pid, name: command, ageMs: ageOf(statOf(pid)?.startTime ?? "") };
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
