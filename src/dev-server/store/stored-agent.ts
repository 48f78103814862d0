import { uidFromText } from "../../opamp-client/wire/instance-uid.ts";
import { countedAnew } from "../fleet/held-bytes.ts";
import {
  blankRecord,
  type KnownAgent,
  type LoggedOffer,
  type Offer,
} from "../fleet/known-agent.ts";
import { type ConfigFiles, remoteConfigOf } from "../fleet/remote-config.ts";
import type { StateEntry, StateWrite } from "./state-write.ts";

/*
 * | kind         | key          | value                                                                     |
 * | ------------ | ------------ | ------------------------------------------------------------------------- |
 * | `agent`      | uid          | what is known of it beside the following                                  |
 * | `about`      | uid          | its description                                                           |
 * | `runs`       | uid          | the configuration that it runs                                            |
 * | `components` | uid          | what it can run                                                           |
 * | `wanted`     | uid          | what was offered, and what it says of that; files are named by their hash |
 * | `seen`       | uid          | what each message changes: when it was, and its number                    |
 * | `files`      | hash, in hex | the entries of an offered configuration, which many agents may be offered |
 *
 * Each is written only when it changes: what is large changes seldom.
 */
type Key = keyof KnownAgent;

/** What must not be said before it is kept. */
const wishes: readonly Key[] = ["offer", "sentHash", "settingsOffer", "packagesOffer", "guest"];
const parts: Readonly<Record<string, readonly Key[]>> = {
  agent: ["firstSeenAt", "capabilities", "health", "certificate", "customCapabilities", "history"],
  about: ["description"],
  runs: ["effectiveConfig"],
  components: ["components"],
  wanted: [
    ...wishes,
    "settingsSentHash",
    "offers",
    "remoteConfigStatus",
    "settingsStatus",
    "packageStatuses",
  ],
  seen: ["lastSeenAt", "sequenceNum"],
};
const kinds = Object.entries(parts);
const startedAnew = "the server was started anew, and the agent has not come back yet";

/** True for the rows that are about one agent and have its uid as their key. */
export function isPartOfAgent(kind: string): boolean {
  return Object.hasOwn(parts, kind);
}

/** What is to be written when an agent's record becomes another one; undefined: it is forgotten. */
export function agentWrites(
  uid: string,
  before: KnownAgent | undefined,
  after: KnownAgent | undefined,
): readonly StateWrite[] {
  if (after === undefined) {
    return kinds.map(([kind]) => ({ kind, key: uid, value: undefined, first: true }));
  }
  const differs = (key: Key): boolean => before?.[key] !== after[key];
  const changed = kinds.filter(([, keys]) => keys.some(differs));
  const first = wishes.some(differs);
  const [newest] = after.offers;
  const isNew =
    newest !== undefined && before?.offers.every(({ files }) => files !== newest.files) !== false;
  return [
    ...(isNew ? [filesWrite(newest)] : []),
    ...changed.map(([kind, keys]): StateWrite => {
      const value = (): object => storedPart(after, keys);
      const write = { kind, key: uid, value };
      return first && kind === "wanted" ? { ...write, first, needs: "agent" } : write;
    }),
  ];
}

/** The agents in what was kept, each of them away; what is of another form is left out. */
export function storedAgents(entries: readonly StateEntry[]): readonly KnownAgent[] {
  const files = new Map<string, ConfigFiles>();
  const known = new Map<string, Readonly<Record<string, unknown>>>();
  for (const { kind, key, value } of entries) {
    if (kind === "files" && value instanceof Map) files.set(key, value as ConfigFiles);
    if (!isPartOfAgent(kind) || typeof value !== "object") continue;
    known.set(key, { ...known.get(key), ...value });
  }
  return [...known].flatMap(([uid, value]) => readAgent(uid, value, files) ?? []);
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
  files: ReadonlyMap<string, ConfigFiles>,
): KnownAgent | undefined {
  const instanceUid = uidFromText(uid);
  const { capabilities, history, offers, firstSeenAt } = value;
  if (instanceUid === undefined || typeof capabilities !== "bigint") return undefined;
  if (!Array.isArray(history) || !Array.isArray(offers)) return undefined;
  if (typeof firstSeenAt !== "number") return undefined;
  const lastSeenAt = typeof value["lastSeenAt"] === "number" ? value["lastSeenAt"] : firstSeenAt;
  const sequenceNum = typeof value["sequenceNum"] === "bigint" ? value["sequenceNum"] : 0n;
  const link = { at: "closed", since: lastSeenAt, why: startedAnew } as const;
  const blank = blankRecord(uid, instanceUid, link, firstSeenAt);
  const known = { ...blank, ...(value as Partial<KnownAgent>), link, lastSeenAt, sequenceNum };
  return countedAnew({
    ...known,
    offer: readOffer(known.offer, files),
    offers: known.offers.flatMap((offer) => withFiles(offer, files) ?? []),
  });
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

function storedPart(record: KnownAgent, keys: readonly Key[]): object {
  const part = Object.fromEntries(keys.map((key) => [key, record[key]]));
  if (!keys.includes("offers")) return part;
  const offers = record.offers.map((offer) => ({ ...offer, files: undefined }));
  const offer = record.offer && { hash: record.offer.hash, at: record.offer.at };
  return { ...part, offer, offers };
}

function filesWrite({ hash, files }: LoggedOffer): StateWrite {
  return { kind: "files", key: hexOf(hash), value: files, first: true };
}

function hexOf(hash: Uint8Array): string {
  return Buffer.from(hash).toString("hex");
}
