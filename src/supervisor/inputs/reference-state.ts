import { join } from "node:path";
import { parse } from "yaml";
import { messageOf, systemCodeOf } from "../../errors.ts";
import { bytesIfThere } from "../../files/read-if-there.ts";
import { decodeServerToAgent } from "../../opamp-client/wire/codec.ts";
import { uidFromText, uidToText } from "../../opamp-client/wire/instance-uid.ts";
import { ConfigStatus } from "../../opamp-client/wire/messages.ts";
import { remoteConfigOf } from "../core/interpret/server-message.ts";
import type { RemoteConfig } from "../../agent-config/config.ts";

/** What the reference supervisor left in the storage directory, as far as it can be read. */
interface ReferenceState {
  readonly uid: string | undefined;
  /** Its last remote configuration, unless that one had failed. */
  readonly remote: RemoteConfig | undefined;
  readonly notes: readonly string[];
}

/** Looks for the reference's state; its files are read and left as they are. */
export function readReferenceState(directory: string): ReferenceState {
  const notes: string[] = [];
  const state = readPersistentState(join(directory, "persistent_state.yaml"), notes);
  const bytes = uidFromText(state.instanceId);
  const uid = bytes === undefined ? undefined : uidToText(bytes);
  if (uid !== undefined) notes.push(`took over the reference supervisor's instance id ${uid}`);
  const offered = readRemote(join(directory, "last_recv_remote_config.dat"), notes);
  const failed = offered !== undefined && offered.hash === state.failedHash;
  if (failed)
    notes.push("left the reference supervisor's last remote configuration: it had failed");
  else if (offered !== undefined) {
    notes.push(`took over the reference supervisor's last remote configuration ${offered.hash}`);
  }
  return { uid, remote: failed ? undefined : offered, notes };
}

interface PersistentState {
  readonly instanceId: string;
  /** Hash of the last remote configuration if it had failed, hex. */
  readonly failedHash: string | undefined;
}

const nothingKnown: PersistentState = { instanceId: "", failedHash: undefined };

// Without it the remote configuration is still worth having: it is tried like any other.
function readPersistentState(path: string, notes: string[]): PersistentState {
  const text = bytesOf(path, notes);
  if (text === undefined) return nothingKnown;
  try {
    const { instance_id: id, last_remote_config_status: status } = parse(
      text.toString("utf8"),
    ) as Record<string, unknown>;
    const { status: word, last_remote_config_hash: hash } = (status ?? {}) as Record<
      string,
      unknown
    >;
    const failed = word === ConfigStatus.Failed && typeof hash === "string";
    return { instanceId: typeof id === "string" ? id : "", failedHash: failed ? hash : undefined };
  } catch (error) {
    notes.push(`${path} could not be read: ${messageOf(error)}`);
    return nothingKnown;
  }
}

/** What is no file, or far too large for one of these, is said and left; what may not be read is for a person. */
function bytesOf(path: string, notes: string[]): Buffer | undefined {
  try {
    return bytesIfThere(path);
  } catch (error) {
    if (!["EISDIR", "ENOTFILE", "EFBIG", "ELOOP"].includes(systemCodeOf(error) ?? "")) throw error;
    notes.push(`${path} could not be read: ${messageOf(error)}`);
    return undefined;
  }
}

/** The file holds one AgentRemoteConfig, which is field 3 of the message that our codec reads. */
function readRemote(path: string, notes: string[]): RemoteConfig | undefined {
  const bytes = bytesOf(path, notes);
  if (bytes === undefined || bytes.length === 0) return undefined;
  try {
    const length: number[] = [];
    for (let rest = bytes.length; ; rest >>>= 7) {
      length.push(rest > 0x7f ? (rest & 0x7f) | 0x80 : rest);
      if (rest <= 0x7f) break;
    }
    const message = decodeServerToAgent(Buffer.concat([Buffer.from([0x1a, ...length]), bytes]));
    return message.remoteConfig === undefined ? undefined : remoteConfigOf(message.remoteConfig);
  } catch (error) {
    notes.push(`${path} could not be read: ${messageOf(error)}`);
    return undefined;
  }
}
