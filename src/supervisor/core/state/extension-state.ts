import type {
  ComponentHealth,
  AgentDescription,
  AvailableComponents,
  CustomMessage,
} from "../../../opamp-client/wire/messages.ts";
import type { Instant, Run } from "./time.ts";

/** What the agent's own OpAMP extension has told, and what is on its way between it and the server. */
export interface ExtensionState {
  /** The connection; undefined while there is none. */
  readonly link: ExtensionLink | undefined;
  /** Set while it is not known whether the agent has ended with the connection: what was told stands until then. */
  readonly lost: LostLink | undefined;
  /** The health of each component; it belongs to the connection that told it. */
  readonly health: ComponentHealth | undefined;
  /** Who the agent is and what it is made of stay known until another run says otherwise. */
  readonly description: AgentDescription | undefined;
  /** The components, with the whole list. */
  readonly components: AvailableComponents | undefined;
  /** Which binary has told these two: they are not true of another one. */
  readonly toldBy: string | undefined;
  /** Custom capabilities of the extension; empty when it has gone, undefined when there never were any. */
  readonly capabilities: readonly string[] | undefined;
  /** Custom capabilities of the server; undefined when it named none. */
  readonly serverCapabilities: readonly string[] | undefined;
  readonly toServer: readonly CustomMessage[];
  /** True while the client has one that it has not sent yet. */
  readonly sending: boolean;
  readonly toExtension: readonly CustomMessage[];
  /** Messages either way that found no place to wait. */
  readonly dropped: number;
}

export interface LostLink {
  readonly since: Instant;
  /** True once the agent's health was asked for after the loss: the answer says how it is. */
  readonly asked: boolean;
}

export interface ExtensionLink {
  readonly run: Run;
  /** The number of the next message; undefined before the first. */
  readonly nextSequenceNum: bigint | undefined;
  /** It has to be told who we are, or what the server can. */
  readonly greets: boolean;
  /** Bits of ServerFlag that it has to be sent. */
  readonly flags: bigint;
}

/** What one message of the extension says. */
export interface ExtensionReport {
  readonly sequenceNum: bigint;
  /** How many messages right before it were left out, because it says what they said. */
  readonly overtaken: number;
  readonly description: AgentDescription | undefined;
  readonly health: ComponentHealth | undefined;
  readonly components: AvailableComponents | undefined;
  readonly capabilities: readonly string[] | undefined;
  readonly message: CustomMessage | undefined;
}

/** Before an extension has spoken, and for all time where there is none. */
export const silentExtension: ExtensionState = {
  link: undefined,
  lost: undefined,
  health: undefined,
  description: undefined,
  components: undefined,
  toldBy: undefined,
  capabilities: undefined,
  serverCapabilities: undefined,
  toServer: [],
  sending: false,
  toExtension: [],
  dropped: 0,
};
