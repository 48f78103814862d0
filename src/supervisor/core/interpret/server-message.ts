import { createHash } from "node:crypto";
import { layersCapability } from "../../../agent-config/told/layers-capability.ts";
import type { RemoteConfig, RemoteFile } from "../../../agent-config/config.ts";
import {
  type ServerToAgent,
  AgentCapability,
  CommandType,
  type CustomMessage,
  type ServerErrorResponse,
  ServerErrorType,
  type AgentRemoteConfig,
} from "../../../opamp-client/wire/messages.ts";
import type { Fact } from "../state/event.ts";
import { configSizeProblem, hashProblem } from "./offer-size.ts";
import { packagesOfferOf } from "./offered-packages.ts";
import { settingsOfferOf } from "./offered-settings.ts";

/**
 * What a server's message means for us; parts that need a capability we did not declare are left out. The only
 * reader of server messages in the supervisor. `whileProving`: it came on a connection beside the one in use. `roomBytes`:
 * what reading an offer may take of memory.
 */
export function interpret(
  message: ServerToAgent,
  capabilities: bigint,
  whileProving = false,
  roomBytes: number = Infinity,
): readonly Fact[] {
  if (message.errorResponse !== undefined) return complaint(message.errorResponse);
  const may = (bit: bigint): boolean => (capabilities & bit) !== 0n;
  // A command stands alone: the rest of its message is to be ignored (specification.md#servertoagentcommand).
  if (message.command !== undefined && may(AgentCapability.AcceptsRestartCommand)) {
    const restart = (message.command.type ?? CommandType.Restart) === CommandType.Restart;
    return restart ? [{ on: "restart-commanded" }] : [];
  }
  const facts: Fact[] = [];
  const { capabilities: bits = 0n, connectionSettings } = message;
  // Without any bit the server says nothing of its capabilities: they are what they were.
  if (bits !== 0n) facts.push({ on: "server-capable", bits });
  const uid = uidText(message.agentIdentification?.newInstanceUid);
  if (uid !== undefined) {
    facts.push({ on: "identity-assigned", uid, ...(whileProving ? { whileProving } : {}) });
  }
  const { remoteConfig, packagesAvailable } = message;
  // Before a configuration: what needs the binary that is offered with it is to wait for that.
  if (packagesAvailable !== undefined && may(AgentCapability.AcceptsPackages)) {
    facts.push({ on: "packages-offered", offer: packagesOfferOf(packagesAvailable) });
  }
  const takesHash = hashProblem(remoteConfig?.configHash) === undefined;
  if (remoteConfig !== undefined && takesHash && may(AgentCapability.AcceptsRemoteConfig)) {
    facts.push({ on: "config-offered", remote: remoteConfigOf(remoteConfig, roomBytes) });
  }
  const offer =
    connectionSettings === undefined
      ? undefined
      : settingsOfferOf(connectionSettings, capabilities);
  if (offer !== undefined) facts.push({ on: "settings-offered", offer });
  const { customCapabilities, customMessage } = message;
  if (customCapabilities !== undefined) {
    facts.push({ on: "server-declared", capabilities: customCapabilities.capabilities ?? [] });
  }
  // Who may not know the configuration may not know what it is made of.
  const isOurs = customMessage?.capability === layersCapability;
  if (customMessage !== undefined && (!isOurs || may(AgentCapability.ReportsEffectiveConfig))) {
    facts.push({ on: "server-messaged", message: withOwnData(customMessage) });
  }
  return facts;
}

/** What came is a view of the whole message, which would be kept as long as a part of it waits. */
function withOwnData(message: CustomMessage): CustomMessage {
  return message.data === undefined ? message : { ...message, data: message.data.slice() };
}

/** What an error of the server says of our messages: an overloaded server says nothing of them. */
function complaint({ type = 0, errorMessage = "" }: ServerErrorResponse): readonly Fact[] {
  if (type === ServerErrorType.Unavailable) return [];
  return [{ on: "server-complained", why: errorMessage }];
}

/** 16 bytes as UUID text; anything else, zeros included, is no id. */
function uidText(bytes: Uint8Array | undefined): string | undefined {
  if (bytes === undefined || !isId(bytes)) return undefined;
  const hex = Buffer.from(bytes).toString("hex");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/**
 * An offer as the core keeps it: texts instead of bytes, and a digest of our own beside the opaque hash. Of one that is
 * too large nothing is kept but why.
 */
export function remoteConfigOf(
  offer: AgentRemoteConfig,
  roomBytes: number = Infinity,
): RemoteConfig {
  const hash = Buffer.from(offer.configHash ?? new Uint8Array()).toString("hex");
  const tooLarge = configSizeProblem(offer, roomBytes);
  if (tooLarge !== undefined) {
    const digest = createHash("sha256").update(tooLarge).digest("hex");
    return { hash, digest, files: [], problem: tooLarge };
  }
  const files: RemoteFile[] = [];
  const unreadable: string[] = [];
  const digest = createHash("sha256");
  for (const [name, { body, contentType }] of sortedByName(offer)) {
    digest.update(JSON.stringify([name, contentType ?? "", body?.length ?? 0]));
    digest.update(body ?? new Uint8Array());
    const text = decodeText(body ?? new Uint8Array());
    if (text === undefined) unreadable.push(name);
    files.push({ name, text: text ?? "" });
  }
  return {
    hash,
    digest: digest.digest("hex"),
    files,
    problem:
      unreadable.length === 0
        ? undefined
        : `expected UTF-8 text, found other bytes in ${unreadable.map((name) => `"${name}"`).join(", ")}`,
  };
}

function sortedByName({ config }: AgentRemoteConfig) {
  return [...(config?.configMap ?? [])].sort(([a], [b]) => (a < b ? -1 : 1));
}

function decodeText(body: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(body);
  } catch {
    // The decoder throws for one reason only: the bytes are not UTF-8.
    return undefined;
  }
}

/** What of a message is passed over though it is well-formed, each with its reason for people. */
export function ignoredParts({
  errorResponse,
  command,
  agentIdentification,
  remoteConfig,
  connectionSettings,
}: ServerToAgent): readonly string[] {
  if (errorResponse !== undefined) return [];
  const type = command?.type ?? CommandType.Restart;
  const uid = agentIdentification?.newInstanceUid;
  const hashes = [hashProblem(remoteConfig?.configHash), hashProblem(connectionSettings?.hash)];
  return [
    ...hashes.filter((problem) => problem !== undefined),
    ...(type === CommandType.Restart ? [] : [`the command ${type} is none that is known`]),
    ...(uid === undefined || isId(uid)
      ? []
      : [`an instance id has 16 bytes that are not all zero: the offered one is not taken`]),
  ];
}

/** True of bytes that can be somebody's id. */
export function isId(bytes: Uint8Array): boolean {
  return bytes.length === 16 && bytes.some((byte) => byte !== 0);
}
