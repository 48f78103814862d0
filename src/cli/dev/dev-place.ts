import { homedir } from "node:os";
import { isAbsolute, join, resolve } from "node:path";
import type { DevServerOptions } from "../../dev-server/server.ts";
import type { DevServerEvent } from "../../dev-server/fleet/dev-server-event.ts";
import { proxyProblem } from "../../dev-server/page-api/counted-place.ts";
import { originProblem } from "../../dev-server/page-api/page-guard.ts";
import { messageOf } from "../../errors.ts";
import { readRegularText } from "../../files/regular-file.ts";
import type { CliSurroundings } from "../surroundings.ts";
import { usualPort } from "./dev-settings.ts";

/** Where the state is and from where the page may be reached, as it was typed. */
export interface PlaceWish {
  /** False for `--no-state`. */
  readonly state?: string | boolean;
  readonly pageHost?: string;
  readonly pageTokenFile?: string;
  readonly pageOrigin?: readonly string[];
  /** Each may be several, with commas. */
  readonly pageProxy?: readonly string[];
}

type ReadToken = { readonly token: string } | { readonly problem: string };

const tokenVariable = "OPAMPSUPERVISOR_CONSOLE_TOKEN";
const shortestToken = 16;

/** What the server is told of it, or what is wrong. */
export function placeOf(
  { state, pageHost, pageTokenFile, pageOrigin = [], pageProxy = [] }: PlaceWish,
  surroundings: CliSurroundings,
  port: string = usualPort,
):
  | Pick<DevServerOptions, "state" | "pageHost" | "pageToken" | "pageOrigins" | "pageProxies">
  | string {
  const token = tokenOf(pageTokenFile, surroundings);
  if (token !== undefined && "problem" in token) return token.problem;
  const wrong = pageOrigin.map(originProblem).find((problem) => problem !== undefined);
  if (wrong !== undefined) return `--page-origin: ${wrong}`;
  const proxies = pageProxy.flatMap((text) => text.split(",")).map((text) => text.trim());
  const strange = proxies.map(proxyProblem).find((problem) => problem !== undefined);
  if (strange !== undefined) return `--page-proxy: ${strange}`;
  return {
    state: state === false ? undefined : { path: stateFile(state, port, surroundings) },
    pageToken: token?.token,
    pageOrigins: pageOrigin,
    pageProxies: proxies,
    ...(pageHost === undefined ? {} : { pageHost }),
  };
}

/** The environment of what is started beside the console: a collector and its components are nobody who opens the page. */
export function withoutToken(
  environment: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  return new Map([...environment].filter(([name]) => name !== tokenVariable));
}

/** What a person at the terminal is to know of an event; undefined: nothing. */
export function noticeOf(event: DevServerEvent): string | undefined {
  if (event.on === "state-not-kept") return `The state is not kept: ${event.why}`;
  if (event.on === "too-much-to-keep") return `Agent ${event.uid}: ${event.why}`;
  if (event.on === "state-kept-again") return `The state is kept again in ${event.path}`;
  if (event.on === "state-damaged") {
    return `${event.path} could not be read: it is now ${event.aside}, and a new one is begun`;
  }
  if (event.on === "state-log-damaged") {
    return `${event.path}-wal was damaged: what was written last is lost`;
  }
  if (event.on === "state-empty") return `${event.path} was empty: nothing is known of before`;
  if (event.on === "state-put-aside") {
    return `${event.path} was changed by somebody else or damaged: it is now ${event.aside}, and all that is known is written to a new one`;
  }
  if (event.on === "state-rows-left-out") {
    return `${event.path}: ${event.count} of its rows could not be read and are left out`;
  }
  if (event.on === "state-lost") {
    const { agents, configurations, others, path, why } = event;
    const what = `${counted(agents, "agent")}, ${counted(configurations, "configuration")}`;
    return `What is new of ${what} and ${counted(others, "other thing")} is not in ${path} and is lost: ${why}`;
  }
  return event.on === "state-made-anew" ? `${event.path} was gone and is made anew` : undefined;
}

function counted(number: number, word: string): string {
  return `${number} ${word}${number === 1 ? "" : "s"}`;
}

/** A console on another port is another one, and its state stands beside that of the usual one. */
function stateFile(
  state: string | boolean | undefined,
  port: string,
  { environment, workingDirectory }: CliSurroundings,
): string {
  if (typeof state === "string") return resolve(workingDirectory, state);
  const named = environment.get("XDG_STATE_HOME") ?? "";
  // A relative one is to be passed over (XDG Base Directory Specification).
  const folder = isAbsolute(named) ? named : join(homedir(), ".local/state");
  return join(folder, `opampsupervisor/console${port === usualPort ? "" : `-${port}`}.sqlite`);
}

function tokenOf(file: string | undefined, surroundings: CliSurroundings): ReadToken | undefined {
  if (file !== undefined) return tokenFrom(file, surroundings);
  const named = surroundings.environment.get(tokenVariable) ?? "";
  return named === "" ? undefined : tokenIn(named, tokenVariable);
}

/** The token in a file, or what is wrong. */
export function tokenFrom(file: string, { workingDirectory }: CliSurroundings): ReadToken {
  try {
    return tokenIn(readRegularText(resolve(workingDirectory, file)), file);
  } catch (error) {
    return { problem: `expected a token in ${file}: ${messageOf(error)}` };
  }
}

function tokenIn(text: string, where: string): ReadToken {
  const token = text.trim();
  if (/^[\x21-\x7e]+$/.test(token) && token.length >= shortestToken) return { token };
  const expected = `expected a token of at least ${shortestToken} characters without blanks`;
  return { problem: `${expected} in ${where}, found another text` };
}
