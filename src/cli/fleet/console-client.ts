import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { messageOf, systemCodeOf } from "../../errors.ts";
import type { CliSurroundings } from "../surroundings.ts";
import { exitCode } from "../exit.ts";
import { harmless } from "../screen-text.ts";

/** Which console, and who asks. */
export interface ConsoleWish {
  readonly page?: string;
  readonly tokenFile?: string;
}

/** What a console has answered; `refused` is its own word, `away` that there was none. */
export type ConsoleAnswer =
  | { readonly is: "answer"; readonly value: unknown }
  | { readonly is: "refused"; readonly status: number; readonly why: string }
  | { readonly is: "away"; readonly why: string };

/** A console that can be asked. */
export interface ConsoleClient {
  get(path: string): Promise<ConsoleAnswer>;
  post(path: string, body: object): Promise<ConsoleAnswer>;
  /** Hands on the text of each server-sent event until the connection ends; resolves with why. */
  events(heard: (text: string) => void, signal: AbortSignal): Promise<ConsoleAnswer>;
}

const usualConsole = "http://127.0.0.1:4321";
const answerWithinMs = 60_000;

/** The console that was named, or what is wrong with the name or the token. */
export function consoleClient(
  { page, tokenFile }: ConsoleWish,
  { environment, workingDirectory }: CliSurroundings,
): ConsoleClient | string {
  const named = environment.get("OPAMPSUPERVISOR_CONSOLE") ?? "";
  const address = page ?? (named === "" ? usualConsole : named);
  if (!URL.canParse(address) || !/^https?:$/.test(new URL(address).protocol)) {
    return `expected --page to be an http or https URL such as ${usualConsole}, found ${address}`;
  }
  const token = tokenIn(
    tokenFile,
    environment.get("OPAMPSUPERVISOR_CONSOLE_TOKEN"),
    workingDirectory,
  );
  if (typeof token === "object") return token.problem;
  const { origin } = new URL(address);
  const own = token === undefined ? {} : { authorization: `Bearer ${token}` };

  async function ask(path: string, init: RequestInit): Promise<ConsoleAnswer> {
    try {
      const signal = AbortSignal.timeout(answerWithinMs);
      const response = await fetch(`${origin}${path}`, { signal, redirect: "error", ...init });
      const text = await response.text();
      return answerOf(response.status, text, origin);
    } catch (error) {
      return { is: "away", why: awayText(origin, error) };
    }
  }

  return {
    get: (path) => ask(path, { headers: own }),
    post: (path, body) =>
      ask(path, {
        method: "POST",
        headers: { ...own, "content-type": "application/json" },
        body: JSON.stringify(body),
      }),
    events: async (heard, signal) => {
      try {
        const response = await fetch(`${origin}/api/events`, { headers: own, signal });
        if (!response.ok || response.body === null) {
          return answerOf(response.status, await response.text(), origin);
        }
        await readEvents(response.body, heard);
        return { is: "away", why: `${origin} has ended the connection` };
      } catch (error) {
        return { is: "away", why: awayText(origin, error) };
      }
    },
  };
}

/** Tells why there is no answer; the exit code: 2 what was asked is wrong, 1 it could not be asked. */
export function failed(answer: ConsoleAnswer, { err }: CliSurroundings): number {
  if (answer.is === "answer") return exitCode.stopped;
  const needsToken = answer.is === "refused" && answer.status === 401;
  const advice = needsToken ? " (--token-file FILE, or OPAMPSUPERVISOR_CONSOLE_TOKEN)" : "";
  err(`opampsupervisor: ${harmless(answer.why)}${advice}\n`);
  const isWrong = answer.is === "refused" && [400, 404, 409, 413].includes(answer.status);
  return isWrong ? exitCode.badInput : exitCode.couldNotRun;
}

/** The list of this name in an answer; empty where there is none. */
export function listOf(value: unknown, name: string): readonly unknown[] {
  if (typeof value !== "object" || value === null) return [];
  const list = (value as Readonly<Record<string, unknown>>)[name];
  return Array.isArray(list) ? list : [];
}

/** Where the agents are that a query finds. */
export function queryPath(query: string): string {
  return `/api/agents${query.trim() === "" ? "" : `?${new URLSearchParams({ query }).toString()}`}`;
}

function answerOf(status: number, text: string, origin: string): ConsoleAnswer {
  const value = parse(text);
  if (status >= 200 && status < 300 && value !== undefined) return { is: "answer", value };
  const error =
    typeof value === "object" && value !== null && "error" in value ? String(value.error) : "";
  if (error !== "") return { is: "refused", status, why: error };
  const why = `${origin} answered with HTTP status ${status} and no JSON: is this a console?`;
  const said = status === 401 || status === 403 ? firstLine(text) : "";
  return { is: "refused", status, why: said === "" ? why : said };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // What is no JSON is no answer of a console.
    return undefined;
  }
}

function firstLine(text: string): string {
  return harmless(text.trim().split("\n")[0] ?? "").slice(0, 300);
}

function awayText(origin: string, error: unknown): string {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  if (systemCodeOf(cause) === "ECONNREFUSED") {
    return `nothing listens at ${origin}: start \`opampsupervisor dev-server\`, or name the console with --page`;
  }
  return `${origin} cannot be asked: ${messageOf(cause) || (systemCodeOf(cause) ?? "no answer")}`;
}

async function readEvents(
  body: ReadableStream<Uint8Array>,
  heard: (text: string) => void,
): Promise<void> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of body) {
    const events = `${rest}${decoder.decode(chunk, { stream: true })}`.split("\n\n");
    rest = events.pop() ?? "";
    for (const event of events) {
      const data = event.split("\n").flatMap((line) => /^data: ?(.*)$/.exec(line)?.[1] ?? []);
      if (data.length > 0) heard(data.join("\n"));
    }
  }
}

function tokenIn(
  file: string | undefined,
  fromEnvironment: string | undefined,
  workingDirectory: string,
): string | undefined | { readonly problem: string } {
  const text = file === undefined ? (fromEnvironment ?? "") : read(resolve(workingDirectory, file));
  if (typeof text === "object") return text;
  const token = text.trim();
  if (token === "" && file !== undefined)
    return { problem: `expected a token in ${file}, found nothing` };
  if (token === "") return undefined;
  if (/^[\x21-\x7e]+$/.test(token)) return token;
  return { problem: "expected a token without blanks and special characters, found another one" };
}

function read(path: string): string | { readonly problem: string } {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    return { problem: `the file of --token-file cannot be read: ${messageOf(error)}` };
  }
}
