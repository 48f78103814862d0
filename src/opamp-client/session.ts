import { isDeepStrictEqual } from "node:util";
import {
  type AgentToServer,
  AgentCapability,
  type ServerToAgent,
  ServerFlag,
} from "./wire/messages.ts";
import { type Report, type ReportGroups, sendableGroups } from "./report.ts";

export type { Report } from "./report.ts";

/** What this client and the server know of each other; made anew by each function, never changed in place. */
export interface Session {
  /** The number of the next message; it goes on over connections for the life of the process. */
  readonly nextSequenceNum: bigint;
  /** What the server has been told on this connection; undefined before the first message. */
  readonly told: Told | undefined;
  /** The last bits other than zero on this connection; undefined: not said, so everything is tried. */
  readonly serverCapabilities: bigint | undefined;
  readonly asked: Asked | undefined;
  /** When the last answer to a request of the server's went out. */
  readonly answeredAt: number | undefined;
}

/** What was in the messages of a connection so far. */
interface Told {
  readonly instanceUid: Uint8Array;
  readonly capabilities: bigint;
  readonly groups: ReportGroups;
  /** Whether the last message held the full state. */
  readonly lastWasFull: boolean;
  /** Whether the whole list of components of the last hash went out. */
  readonly listed: boolean;
}

/** What the server has asked for and has not got yet. */
interface Asked {
  readonly fullState: boolean;
  readonly components: boolean;
  /** Not before this moment. */
  readonly notBefore: number;
  /** `message`: gets a message of its own. `heartbeat`: goes with the next heartbeat. */
  readonly goesWith: "message" | "heartbeat";
}

/** Why a message is composed: only if something is new, in any case, or as the last one. */
type Occasion = "change" | "heartbeat" | "goodbye";

/** What goes with one message and is no part of the picture. */
export type Extra = Pick<AgentToServer, "customMessage" | "connectionSettingsRequest">;

/** A message, when there is one to send, and the session as it is once that message was sent. */
interface Composed {
  readonly message: AgentToServer | undefined;
  readonly session: Session;
  /** True when it has nothing that a server acts on at once: it may wait for something that it can go with. */
  readonly patient: boolean;
}

/** The session of a process that has not spoken yet. */
export function initialSession(): Session {
  return {
    nextSequenceNum: 0n,
    told: undefined,
    serverCapabilities: undefined,
    asked: undefined,
    answeredAt: undefined,
  };
}

/** A new connection: the first message tells everything and nothing is known of the server. */
export function connected(session: Session): Session {
  return { ...initialSession(), nextSequenceNum: session.nextSequenceNum };
}

/** A message may not have arrived: everything counts as untold, its number is used up. */
export function lost(session: Session): Session {
  return { ...session, told: undefined };
}

/** A message certainly did not arrive: everything counts as untold and the next one has its number. */
export function unsent(session: Session): Session {
  const { nextSequenceNum } = session;
  return { ...lost(session), nextSequenceNum: nextSequenceNum > 0n ? nextSequenceNum - 1n : 0n };
}

/** What says who the agent is and not how it is. */
const patientKeys: ReadonlySet<string> = new Set<keyof ReportGroups>([
  "agentDescription",
  "availableComponents",
  "customCapabilities",
]);

/**
 * The next message: what the server has not been told, or everything (specification.md#agent-status-compression).
 * The session that comes back holds only once the message was sent.
 */
export function compose(
  session: Session,
  report: Report,
  occasion: Occasion,
  now: number,
  extra: Extra = {},
): Composed {
  const answers = answerDue(session, occasion, now) ? session.asked : undefined;
  const before = toldTo(session.told, report);
  const full = before === undefined || answers?.fullState === true;
  const sendable = sendableGroups(report, session.serverCapabilities);
  const news = full ? sendable : changed(before.groups, sendable);
  const groups = answers?.components === true ? withComponents(news, report) : news;
  const capabilities = report.capabilities | AgentCapability.ReportsStatus;
  const settled = answers === undefined ? session : { ...session, asked: undefined };
  const silent = !full && Object.keys(groups).length === 0 && before.capabilities === capabilities;
  if (occasion === "change" && silent && Object.keys(extra).length === 0)
    return { message: undefined, session: settled, patient: false };
  const urgent = full || answers !== undefined || before.capabilities !== capabilities;
  return {
    patient: !urgent && Object.keys({ ...groups, ...extra }).every((key) => patientKeys.has(key)),
    message: {
      ...messageWith(groups, { ...report, capabilities }, session.nextSequenceNum, occasion),
      ...extra,
    },
    session: {
      ...settled,
      nextSequenceNum: session.nextSequenceNum + 1n,
      told: {
        instanceUid: report.instanceUid,
        capabilities,
        groups: { ...before?.groups, ...news },
        lastWasFull: full,
        listed:
          answers?.components === true ||
          (before?.listed === true && news.availableComponents === undefined),
      },
      answeredAt: answers === undefined ? session.answeredAt : now,
    },
  };
}

function messageWith(
  groups: ReportGroups,
  { instanceUid, capabilities, flags }: Report,
  sequenceNum: bigint,
  occasion: Occasion,
): AgentToServer {
  return {
    instanceUid,
    sequenceNum,
    capabilities,
    ...groups,
    ...(flags === undefined ? {} : { flags }),
    ...(occasion === "goodbye" ? { agentDisconnect: {} } : {}),
  };
}

/** Takes in what a message says about the session: capabilities of the server, and what it asks for. */
export function receive(
  session: Session,
  message: ServerToAgent,
  now: number,
  answerIntervalMs: number,
): Session {
  if (message.errorResponse !== undefined) return session;
  const { capabilities = 0n, flags = 0n } = message;
  return {
    ...session,
    serverCapabilities: capabilities === 0n ? session.serverCapabilities : capabilities,
    asked: askedBy(session, flags, now, answerIntervalMs),
  };
}

/** When there is an answer to send that does not wait for a heartbeat; undefined when there is none. */
export function answerAt({ asked }: Session): number | undefined {
  return asked?.goesWith === "message" ? asked.notBefore : undefined;
}

// Servers exist that ask for the full state in every reply. The first time is answered at once, as is the first
// request for the list of components; later ones with a distance; and what is asked in the reply to a full state waits for the next heartbeat.
function askedBy(
  session: Session,
  flags: bigint,
  now: number,
  answerIntervalMs: number,
): Asked | undefined {
  const { asked, answeredAt, told } = session;
  const fullState = (flags & ServerFlag.ReportFullState) !== 0n;
  const components = (flags & ServerFlag.ReportAvailableComponents) !== 0n;
  if (!fullState && !components) return asked;
  const firstList = components && !fullState && told?.listed !== true;
  const early = !firstList && answeredAt !== undefined && now < answeredAt + answerIntervalMs;
  const again = early && told?.lastWasFull === true && asked?.goesWith !== "message";
  return {
    fullState: fullState || asked?.fullState === true,
    components: components || asked?.components === true,
    notBefore: early ? answeredAt + answerIntervalMs : now,
    goesWith: again ? "heartbeat" : "message",
  };
}

function answerDue({ asked }: Session, occasion: Occasion, now: number): boolean {
  if (asked === undefined || now < asked.notBefore) return false;
  return asked.goesWith === "message" || occasion === "heartbeat";
}

// Under another id the server may know nothing of us.
function toldTo(told: Told | undefined, report: Report): Told | undefined {
  if (told === undefined) return undefined;
  return isDeepStrictEqual(told.instanceUid, report.instanceUid) ? told : undefined;
}

function changed(told: ReportGroups, sendable: ReportGroups): ReportGroups {
  const entries = Object.entries(sendable) as [keyof ReportGroups, unknown][];
  const news = entries.filter(([key, value]) => !same(told[key], value));
  return Object.fromEntries(news);
}

function same(told: unknown, value: unknown): boolean {
  return told === value || isDeepStrictEqual(told, value);
}

function withComponents(groups: ReportGroups, report: Report): ReportGroups {
  const { availableComponents } = report;
  const wanted = (report.capabilities & AgentCapability.ReportsAvailableComponents) !== 0n;
  return wanted && availableComponents !== undefined ? { ...groups, availableComponents } : groups;
}
