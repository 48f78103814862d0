import { type HeldPart, type KnownAgent, type Source, shortText } from "./known-agent.ts";

/** For people. */
const partWords = {
  description: "its description",
  health: "its health",
  effectiveConfig: "what it runs",
  components: "what it is made of",
  customCapabilities: "what custom messages it understands",
  layers: "its layers",
  packageStatuses: "its packages",
  remoteConfigStatus: "the whole of what it says of its configuration",
  settingsStatus: "the whole of what it says of its connections",
} as const satisfies Readonly<Record<HeldPart, string>>;

const heldParts = Object.keys(partWords) as readonly HeldPart[];

/** Notes which parts a message of so many bytes has set; one that has set none costs nothing. */
export function noteSources(
  before: KnownAgent | undefined,
  after: KnownAgent,
  bytes: number,
): KnownAgent {
  const set = heldParts.filter((part) => after[part] !== before?.[part] && isThere(after, part));
  if (set.length === 0) return after;
  const source: Source = { bytes, kept: true };
  return {
    ...after,
    sources: new Map([...after.sources, ...set.map((part) => [part, source] as const)]),
  };
}

/** Counts each part of an agent that was read from the disk, of which nobody knows with which message it came. */
export function countedAnew(record: KnownAgent): KnownAgent {
  const there = heldParts.filter((part) => isThere(record, part));
  const source = (part: HeldPart): Source => ({ bytes: sizeOf(record[part]), kept: true });
  return { ...record, sources: new Map(there.map((part) => [part, source(part)])) };
}

/** How much is held of an agent. */
export function heldOf({ sources }: KnownAgent): number {
  return sumOf([...sources.values()].filter(({ kept }) => kept));
}

/** The agent without what came in the biggest message of which anything is held. What answers depend on stays, in short. */
export function withoutBiggest(record: KnownAgent): KnownAgent {
  const kept = [...record.sources.values()].filter((source) => source.kept);
  const biggest = kept.toSorted((one, other) => other.bytes - one.bytes)[0];
  if (biggest === undefined) return record;
  const given = { bytes: biggest.bytes, kept: false };
  const parts = heldParts.filter((part) => record.sources.get(part) === biggest);
  const sources = [...record.sources, ...parts.map((part) => [part, given] as const)];
  const slim = parts.reduce((rest, part) => ({ ...rest, ...slimmed(record, part) }), record);
  return { ...slim, sources: new Map(sources) };
}

/** What of an agent was too much to keep, for people; undefined: all is there. */
export function tooMuchOf({
  sources,
}: KnownAgent): { readonly text: string; readonly parts: readonly HeldPart[] } | undefined {
  const parts = heldParts.filter((part) => sources.get(part)?.kept === false);
  if (parts.length === 0) return undefined;
  const bytes = sumOf(parts.flatMap((part) => sources.get(part) ?? []));
  const what = parts.map((part) => partWords[part]).join(", ");
  return { text: `Too much to keep: ${mebibytes(bytes)} with ${what}.`, parts };
}

/** Bytes in a unit that is of use for big ones. */
export function mebibytes(bytes: number): string {
  const number = bytes / 1024 / 1024;
  return `${number < 10 ? Math.ceil(number * 10) / 10 : Math.round(number)} MiB`;
}

function isThere(record: KnownAgent, part: HeldPart): boolean {
  return part === "customCapabilities" ? record[part].length > 0 : record[part] !== undefined;
}

function sumOf(sources: readonly Source[]): number {
  return [...new Set(sources)].reduce((sum, { bytes }) => sum + bytes, 0);
}

/** Of an error so much is enough to know it by. */
const errorCharacters = 1_000;

function slimmed(record: KnownAgent, part: HeldPart): Partial<KnownAgent> {
  if (part === "customCapabilities") return { customCapabilities: [] };
  const { remoteConfigStatus, settingsStatus } = record;
  if (part === "remoteConfigStatus" && remoteConfigStatus !== undefined) {
    const { lastRemoteConfigHash: hash, errorMessage } = remoteConfigStatus;
    return {
      [part]: {
        ...remoteConfigStatus,
        ...shortStatus(errorMessage),
        ...copied("lastRemoteConfigHash", hash),
      },
    };
  }
  if (part === "settingsStatus" && settingsStatus !== undefined) {
    const { lastConnectionSettingsHash: hash, errorMessage } = settingsStatus;
    return {
      [part]: {
        ...settingsStatus,
        ...shortStatus(errorMessage),
        ...copied("lastConnectionSettingsHash", hash),
      },
    };
  }
  return { [part]: undefined };
}

function shortStatus(errorMessage: string | undefined): { readonly errorMessage?: string } {
  return errorMessage === undefined
    ? {}
    : { errorMessage: shortText(errorMessage, errorCharacters) };
}

/** The bytes of a field are a piece of the whole message. A hash that is too long for one is none. */
function copied(name: string, hash: Uint8Array | undefined): Readonly<Record<string, Uint8Array>> {
  return hash === undefined ? {} : { [name]: Uint8Array.from(hash.subarray(0, 64)) };
}

/** About as many bytes as it would have in a message. */
function sizeOf(value: unknown): number {
  if (typeof value === "string") return value.length;
  if (value instanceof Uint8Array) return value.length;
  if (typeof value !== "object" || value === null) return 8;
  const inside: Iterable<unknown> = value instanceof Map ? [...value].flat() : Object.values(value);
  let sum = 0;
  for (const each of inside) sum += sizeOf(each);
  return sum;
}
