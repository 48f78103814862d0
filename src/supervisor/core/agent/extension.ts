import { binaryInForce, nameOfBinary } from "../config/binary.ts";
import {
  type AvailableComponents,
  ServerFlag,
  type CustomMessage,
  type ServerToAgent,
} from "../../../opamp-client/wire/messages.ts";
import type { CoreSettings } from "../state/core-settings.ts";
import type { Event } from "../state/event.ts";
import type { Run } from "../state/time.ts";
import { type State, withExtension } from "../state/state.ts";
import type { Step } from "../state/step.ts";
import type { ExtensionState, ExtensionReport, ExtensionLink } from "../state/extension-state.ts";
import { layersCapability } from "../../../agent-config/told/layers-capability.ts";
import { linkLost } from "./extension-loss.ts";

/** More custom messages than this do not wait, either way; the newest are dropped. */
export const longestQueue = 10;

/** How much the messages of a queue may hold together. */
const mostQueuedBytes = 16 * 1024 * 1024;

/** True of the run that is alive: no other one is listened to. */
function isOfNow({ agent: { process: agent } }: State, run: Run): boolean {
  return agent.at !== "down" && agent.run === run;
}

function isLinked(state: State, run: Run): boolean {
  return isOfNow(state, run) && state.extension.link?.run === run;
}

type ExtensionEvent = Extract<
  Event,
  {
    on: "extension-connected" | "extension-lost" | "extension-reported" | "server-declared";
  }
>;

/** What happens between the extension, the server and us. */
export function extensionChanged(state: State, event: ExtensionEvent, core: CoreSettings): State {
  switch (event.on) {
    case "extension-connected":
      return extensionConnected(state, event.run);
    case "extension-lost":
      return linkLost(state, event.run, event.at, core);
    case "extension-reported":
      return extensionReported(state, event.run, event.said);
    case "server-declared":
      return serverDeclared(state, event.capabilities);
  }
}

/** The extension of a run has connected. */
function extensionConnected(state: State, run: Run): State {
  if (!isOfNow(state, run)) return state;
  const link = { run, nextSequenceNum: undefined, greets: true, flags: 0n };
  return withExtension(state, { link, lost: undefined, health: undefined, toExtension: [] });
}

/** A message of the extension; parts that it leaves out have not changed. */
function extensionReported(state: State, run: Run, said: ExtensionReport): State {
  const { link } = state.extension;
  if (link === undefined || !isLinked(state, run)) return state;
  const { health, description, components, capabilities, message } = said;
  const toldBy = nameOfBinary(binaryInForce(state));
  const { extension } = state;
  // What an earlier binary has said of itself is not true of this one.
  const known =
    extension.toldBy === toldBy
      ? extension
      : { ...extension, description: undefined, components: undefined };
  const whole = (components?.components?.size ?? 0) > 0 ? components : known.components;
  return withExtension(state, {
    link: {
      ...link,
      nextSequenceNum: said.sequenceNum + 1n,
      flags: link.flags | missing(link, said, known.components),
    },
    health: health ?? known.health,
    description: description ?? known.description,
    toldBy,
    components: whole,
    capabilities: capabilities ?? known.capabilities,
    ...(message === undefined ? {} : queued(known, "toServer", message)),
  });
}

/** What has to be asked for: all of it after a gap, the components when only an unknown hash came. */
function missing(
  { nextSequenceNum }: ExtensionLink,
  { sequenceNum, overtaken, description, components }: ExtensionReport,
  known: AvailableComponents | undefined,
): bigint {
  const gap = nextSequenceNum !== sequenceNum - BigInt(overtaken) && description === undefined;
  const bare = components !== undefined && (components.components?.size ?? 0) === 0;
  const news = bare && hex(components.hash) !== hex(known?.hash);
  return (
    (gap ? ServerFlag.ReportFullState : 0n) | (news ? ServerFlag.ReportAvailableComponents : 0n)
  );
}

function hex(hash: Uint8Array | undefined): string {
  return Buffer.from(hash ?? []).toString("hex");
}

/** The changes when a message waits for its turn; where there is no room, it is dropped. */
export function queued(
  extension: ExtensionState,
  way: "toServer" | "toExtension",
  message: CustomMessage,
): Partial<ExtensionState> {
  const queue = extension[way];
  const bytes = [...queue, message].reduce(
    (sum, { data, type }) => sum + (data?.length ?? 0) + (type?.length ?? 0),
    0,
  );
  return queue.length < longestQueue && bytes <= mostQueuedBytes
    ? { [way]: [...queue, message] }
    : { dropped: extension.dropped + 1 };
}

/** The server has named what custom messages it knows. */
function serverDeclared(state: State, serverCapabilities: readonly string[]): State {
  const { link } = state.extension;
  const greeted = link === undefined ? link : { ...link, greets: true };
  return withExtension(state, { serverCapabilities, link: greeted });
}

/** A custom message of the server; one that the extension has not declared is not for it. */
export function serverMessaged(state: State, message: CustomMessage): State {
  const { link, capabilities } = state.extension;
  if (link === undefined || capabilities?.includes(message.capability ?? "") !== true) return state;
  return withExtension(state, queued(state.extension, "toExtension", message));
}

/** The client has sent the custom message it had, or has given it up. */
export function messageSettled(state: State): State {
  return withExtension(state, { sending: false });
}

/** An answer is on its way: what is in it is owed no more. */
export function answerBegun(state: State, run: Run): State {
  const { link, toExtension } = state.extension;
  if (link?.run !== run) return state;
  return withExtension(state, {
    link: { ...link, greets: false, flags: 0n },
    toExtension: toExtension.slice(1),
  });
}

/** The client has the next custom message. */
export function sendingBegun(state: State): State {
  return withExtension(state, { sending: true, toServer: state.extension.toServer.slice(1) });
}

/** What is to be said to the extension, else to the server in its name. */
export function extensionStep({ extension, identity }: State): Step | undefined {
  const { link, toServer, sending, toExtension } = extension;
  const [customMessage] = toExtension;
  if (link !== undefined && (link.greets || link.flags !== 0n || customMessage !== undefined)) {
    const answer = answerOf(extension, link, identity.uid);
    return { do: "answer-extension", run: link.run, answer };
  }
  const [message] = toServer;
  return message === undefined || sending ? undefined : { do: "send-to-server", message };
}

/** What we can do with what an extension reports: a status. */
const capabilities = 1n;

/** What is between the server and us means nothing to the extension. */
function isNotOurs(capability: string): boolean {
  return capability !== layersCapability;
}

function answerOf(
  { serverCapabilities, toExtension }: ExtensionState,
  { greets, flags }: ExtensionLink,
  uid: string,
): ServerToAgent {
  const [customMessage] = toExtension;
  return {
    instanceUid: Uint8Array.from(Buffer.from(uid.replaceAll("-", ""), "hex")),
    capabilities,
    ...(flags === 0n ? {} : { flags }),
    ...(greets && serverCapabilities !== undefined
      ? { customCapabilities: { capabilities: serverCapabilities.filter(isNotOurs) } }
      : {}),
    ...(customMessage === undefined ? {} : { customMessage }),
  };
}
