import { get as getHttp, type IncomingMessage, type OutgoingHttpHeaders } from "node:http";
import type { RequestOptions } from "node:https";
import { connect, type Socket } from "node:net";
import { isScarcity, messageOf, systemCodeOf } from "../../errors.ts";
import { afterOwnTime } from "./own-time.ts";

/**
 * What was made of an answer, or why there is none in words.
 * - `unasked`: we could not ask, which says nothing of the agent.
 */
type Asked<Result> =
  | { readonly is: "answered"; readonly result: Result }
  | { readonly is: "failed" | "unasked"; readonly why: string };

/**
 * Asks the agent on this machine once, on a connection of its own that is closed afterwards, and has the answer read,
 * all within a time of our own. Never rejects; `verb` is what could not be done.
 */
export async function askOnce<Result>(
  url: string,
  timeoutMs: number,
  verb: "asked" | "read",
  headers: OutgoingHttpHeaders,
  read: (response: IncomingMessage) => Promise<Result>,
): Promise<Asked<Result>> {
  const tooLate = new AbortController();
  const deadline = tooLate.signal;
  const callOff = afterOwnTime(timeoutMs, () => tooLate.abort());
  const ask = async (family: 0 | 4 | 6): Promise<Result> => {
    const secure = url.startsWith("https:");
    const get = secure ? (await import("node:https")).get : getHttp;
    const socket = secure ? undefined : await connected(new URL(url), family, deadline);
    const way: RequestOptions =
      socket === undefined
        ? // The agent's own certificate on its own loopback proves nothing more than the connection does.
          { agent: false, rejectUnauthorized: false, family }
        : { createConnection: () => socket };
    return await new Promise<Result>((resolve, reject) => {
      const options = { ...way, headers, signal: deadline };
      const request = get(url, options, (response) => void read(response).then(resolve, reject));
      request.on("error", reject);
    });
  };
  try {
    return { is: "answered", result: await (isLocalhost(url) ? inTurn(ask) : ask(0)) };
  } catch (error) {
    if (deadline.aborted) {
      return { is: "failed", why: `no answer from ${url} within ${timeoutMs} ms` };
    }
    const code = systemCodeOf(error);
    if (code === "ECONNREFUSED") return { is: "failed", why: `nothing listens at ${url}` };
    const why = `${url} could not be ${verb}: ${code ?? messageOf(error)}`;
    return { is: isOurs(error, url) ? "unasked" : "failed", why };
  } finally {
    callOff();
  }
}

/** Without a file to open, this machine does not even know its own name. */
function isOurs(error: unknown, url: string): boolean {
  const lookedUp = error instanceof Error && "syscall" in error && error.syscall === "getaddrinfo";
  return isScarcity(error) || (lookedUp && isLocalhost(url));
}

function isLocalhost(url: string): boolean {
  return /^https?:\/\/localhost(?:[:/]|$)/i.test(url);
}

const noIpv4There: ReadonlySet<string> = new Set([
  ...["ECONNREFUSED", "ENOTFOUND", "EADDRNOTAVAIL", "ENETUNREACH"],
]);

/**
 * The collector listens on the IPv4 address of `localhost` where it has one, whatever this machine names first: the
 * other address may be anybody's.
 */
async function inTurn<Result>(ask: (family: 4 | 6) => Promise<Result>): Promise<Result> {
  try {
    return await ask(4);
  } catch (error) {
    if (!noIpv4There.has(systemCodeOf(error) ?? "")) throw error;
    return await ask(6).catch(() => {
      throw error;
    });
  }
}

/**
 * While an agent starts nothing listens there, and it is asked dozens of times. So a request is only made once there is
 * a connection: to make one, and to take it back, costs as much again.
 */
function connected(
  { hostname, port }: URL,
  family: 0 | 4 | 6,
  deadline: AbortSignal,
): Promise<Socket> {
  return new Promise((resolve, reject) => {
    deadline.throwIfAborted();
    const host = addressOf(hostname, family);
    const socket = connect({ host, port: Number(port || 80), family });
    const callOff = (): void => void socket.destroy(new Error("called off"));
    deadline.addEventListener("abort", callOff, { once: true });
    // It stays: whoever hangs up at this very moment is told by the request.
    socket.on("error", reject);
    socket.once("connect", () => {
      deadline.removeEventListener("abort", callOff);
      resolve(socket);
    });
  });
}

/** To look a name up takes Node a thread and some milliseconds, just while the agent wants the processor to start. */
function addressOf(hostname: string, family: 0 | 4 | 6): string {
  if (family === 4 && hostname.toLowerCase() === "localhost") return "127.0.0.1";
  return hostname.replace(/^\[(.*)\]$/, "$1");
}
