import { uidFromText } from "../../opamp-client/wire/instance-uid.ts";
import {
  blankRecord,
  type KnownAgent,
  type LoggedOffer,
  type Offer,
} from "../fleet/known-agent.ts";
import { type ConfigFiles, remoteConfigOf } from "../fleet/remote-config.ts";

/*
 * | kind    | key          | value                                                                       |
 * | ------- | ------------ | --------------------------------------------------------------------------- |
 * | `agent` | uid          | what is known of it; its offers name their files by the hash                |
 * | `seen`  | uid          | what each message changes: when it was, and its number                      |
 * | `files` | hash, in hex | the entries of an offered configuration, which many agents may be offered   |
 */

/** One thing to keep; without a value it is kept no longer. */
export interface StateWrite {
  readonly kind: string;
  readonly key: string;
  readonly value: object | undefined;
}

/** One kept thing. */
export interface StateEntry {
  readonly kind: string;
  readonly key: string;
  readonly value: unknown;
}

/** What belongs to one connection or to each message, and what is kept elsewhere. */
const passing: ReadonlySet<string> = new Set([
  "link",
  "lastSeenAt",
  "sequenceNum",
  "customDeclared",
  "layers",
  "messagesWaiting",
  "packagesSent",
  "restartWaiting",
  "fullStateWaiting",
]);
const startedAnew = "the server was started anew, and the agent has not come back yet";

/** What is to be written when an agent's record becomes another one; undefined: it is forgotten. */
export function agentWrites(
  uid: string,
  before: KnownAgent | undefined,
  after: KnownAgent | undefined,
): readonly StateWrite[] {
  if (after === undefined) {
    return [
      { kind: "agent", key: uid, value: undefined },
      { kind: "seen", key: uid, value: undefined },
    ];
  }
  const { lastSeenAt, sequenceNum } = after;
  const seen = { kind: "seen", key: uid, value: { lastSeenAt, sequenceNum } };
  if (
    before !== undefined &&
    lastingOf(before).every(([key, part]) => part === lasting(after, key))
  )
    return [seen];
  const [newest] = after.offers;
  const isNew =
    newest !== undefined && before?.offers.every(({ files }) => files !== newest.files) !== false;
  return [
    ...(isNew ? [filesWrite(newest)] : []),
    { kind: "agent", key: uid, value: storedAgent(after) },
    seen,
  ];
}

/** The agents in what was kept, each of them away; what is of another form is left out. */
export function storedAgents(entries: readonly StateEntry[]): readonly KnownAgent[] {
  const files = new Map<string, ConfigFiles>();
  const seen = new Map<string, unknown>();
  for (const { kind, key, value } of entries) {
    if (kind === "files" && value instanceof Map) files.set(key, value as ConfigFiles);
    if (kind === "seen") seen.set(key, value);
  }
  return entries.flatMap(({ kind, key, value }) => {
    if (kind !== "agent" || typeof value !== "object" || value === null) return [];
    return readAgent(key, { ...value }, { ...(seen.get(key) ?? {}) }, files) ?? [];
  });
}

/** The hashes of files that no agent has an offer of any more. */
export function unusedFiles(
  entries: readonly StateEntry[],
  agents: readonly KnownAgent[],
): readonly string[] {
  const used = new Set(agents.flatMap(({ offers }) => offers.map(({ hash }) => hexOf(hash))));
  const kept = entries.filter(({ kind }) => kind === "files").map(({ key }) => key);
  return kept.filter((key) => !used.has(key));
}

function readAgent(
  uid: string,
  value: Readonly<Record<string, unknown>>,
  seen: Readonly<Record<string, unknown>>,
  files: ReadonlyMap<string, ConfigFiles>,
): KnownAgent | undefined {
  const instanceUid = uidFromText(uid);
  const { capabilities, history, offers, firstSeenAt } = value;
  if (instanceUid === undefined || typeof capabilities !== "bigint") return undefined;
  if (!Array.isArray(history) || !Array.isArray(offers)) return undefined;
  if (typeof firstSeenAt !== "number") return undefined;
  const lastSeenAt = typeof seen["lastSeenAt"] === "number" ? seen["lastSeenAt"] : firstSeenAt;
  const sequenceNum = typeof seen["sequenceNum"] === "bigint" ? seen["sequenceNum"] : 0n;
  const link = { at: "closed", since: lastSeenAt, why: startedAnew } as const;
  const blank = blankRecord(uid, instanceUid, link, firstSeenAt);
  const known = { ...blank, ...(value as Partial<KnownAgent>), link, lastSeenAt, sequenceNum };
  return {
    ...known,
    offer: readOffer(known.offer, files),
    offers: known.offers.flatMap((offer) => withFiles(offer, files) ?? []),
  };
}

function readOffer(
  offer: Pick<Offer, "hash" | "at"> | undefined,
  files: ReadonlyMap<string, ConfigFiles>,
): Offer | undefined {
  const found = offer === undefined ? undefined : files.get(hexOf(offer.hash));
  return offer === undefined || found === undefined
    ? undefined
    : { remoteConfig: remoteConfigOf(found), hash: offer.hash, at: offer.at };
}

function withFiles(
  offer: LoggedOffer,
  files: ReadonlyMap<string, ConfigFiles>,
): LoggedOffer | undefined {
  const found = files.get(hexOf(offer.hash));
  return found === undefined ? undefined : { ...offer, files: found };
}

function storedAgent(record: KnownAgent): object {
  const offers = record.offers.map((offer) => ({ ...offer, files: undefined }));
  const offer = record.offer && { hash: record.offer.hash, at: record.offer.at };
  return { ...Object.fromEntries(lastingOf(record)), offer, offers };
}

function filesWrite({ hash, files }: LoggedOffer): StateWrite {
  return { kind: "files", key: hexOf(hash), value: files };
}

function lastingOf(record: KnownAgent): readonly (readonly [string, unknown])[] {
  return Object.entries(record).filter(([key]) => !passing.has(key));
}

function lasting(record: KnownAgent, key: string): unknown {
  return (record as unknown as Readonly<Record<string, unknown>>)[key];
}

function hexOf(hash: Uint8Array): string {
  return Buffer.from(hash).toString("hex");
}
