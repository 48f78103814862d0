import { messageOf } from "../../errors.ts";
import type { Attempt } from "../../opamp-client/transport/client-options.ts";
import type { AuthExtension, BearerAuth, BasicAuth } from "../settings/auth-settings.ts";
import { createCredentialCommand } from "./credential-command.ts";
import { readCredentialFile, readTextSource } from "./credential-file.ts";
import { type TokenSurroundings, createTokenSource } from "./oauth2.ts";
import type { ServerSettings } from "../settings/settings.ts";
import { faultOfHeaderValue } from "../../net/header.ts";

type Headers = ReadonlyMap<string, readonly string[]>;

/** One header whose value is asked for before each connection. */
interface Source {
  readonly header: string;
  /** Whose value it is, for messages. */
  readonly from: string;
  readonly value: (anew: boolean) => Promise<string>;
}

/** What credentials are made with. */
type CredentialSurroundings = Omit<TokenSurroundings, "proxy">;

const commandTimeoutMs = 10_000;

/**
 * The headers of each connection: those of the settings, with those that a file, a command or an extension has now.
 * Rejects with what is missing; no message has a value in it.
 */
export function createCredentials(
  server: ServerSettings,
  surroundings: CredentialSurroundings,
): (attempt: Attempt) => Promise<Headers> {
  const sources = [
    ...fileSources(server),
    ...commandSources(server, surroundings),
    ...authSources(server, surroundings),
  ];
  return async ({ denied }) => {
    const found = await Promise.all(sources.map((source) => ask(source, denied)));
    return found.reduce(layOver, server.headers);
  };
}

type Found = readonly [name: string, value: string];

async function ask({ header, from, value }: Source, denied: boolean): Promise<Found> {
  try {
    const text = await value(denied);
    const fault = faultOfHeaderValue(text);
    if (fault !== undefined) throw new Error(fault);
    return [header, text];
  } catch (error) {
    throw new Error(`${from} gave no value for the header ${header}, ${messageOf(error)}`, {
      cause: error,
    });
  }
}

function layOver(headers: Headers, [name, value]: Found): Headers {
  const others = [...headers].filter(([other]) => other.toLowerCase() !== name.toLowerCase());
  return new Map([...others, [name, [value]]]);
}

function fileSources({ headerFiles }: ServerSettings): readonly Source[] {
  return [...headerFiles].map(([header, file]) => ({
    header,
    from: "server.header_files",
    value: () => readCredentialFile(file),
  }));
}

function commandSources(
  { headerCommands, headerCommandIntervalMs }: ServerSettings,
  { environment, now }: CredentialSurroundings,
): readonly Source[] {
  return [...headerCommands].map(([header, command]) => ({
    header,
    from: "server.header_commands",
    value: createCredentialCommand({
      command,
      environment: Object.fromEntries(environment),
      intervalMs: headerCommandIntervalMs,
      timeoutMs: commandTimeoutMs,
      now,
    }),
  }));
}

function authSources(
  { auth = "", authExtension, proxy }: ServerSettings,
  surroundings: CredentialSurroundings,
): readonly Source[] {
  if (authExtension === undefined) return [];
  const header = authExtension.type === "bearertokenauth" ? authExtension.header : "Authorization";
  return [
    {
      header,
      from: `extensions.${auth}`,
      value: valueOf(authExtension, { ...surroundings, proxy }),
    },
  ];
}

function valueOf(
  extension: AuthExtension,
  surroundings: TokenSurroundings,
): (anew: boolean) => Promise<string> {
  switch (extension.type) {
    case "bearertokenauth":
      return () => bearer(extension);
    case "basicauth":
      return () => basic(extension);
    case "oauth2client":
      return createTokenSource(extension, surroundings);
  }
}

// A file may hold several tokens, one a line, for a change of them: a client shows the first.
async function bearer({ scheme, token }: BearerAuth): Promise<string> {
  const [first = ""] = (await readTextSource(token)).split(/\r?\n/, 1);
  return scheme === "" ? first.trim() : `${scheme} ${first.trim()}`;
}

async function basic({ username, password }: BasicAuth): Promise<string> {
  const name = await readTextSource(username);
  if (name.includes(":")) throw new Error("the user name has a colon, which would end it");
  const pair = `${name}:${await readTextSource(password)}`;
  return `Basic ${Buffer.from(pair).toString("base64")}`;
}
