import type { AgentRemoteConfig } from "../../../opamp-client/wire/messages.ts";

const mebibyte = 1024 * 1024;

/** Names and bodies together. Reading takes up to some hundred times as much memory, and seconds for each MiB. */
const maxConfigBytes = 8 * mebibyte;
const maxFiles = 1_000;
const maxLines = 500_000;
/** Each becomes some kilobytes while the text is read, however short it is. */
const maxFlowEntries = 200_000;
/** Those of keys count: many keys may stand in one line, where they are wrong. */
const maxColons = 1_000_000;

/** What reading takes of memory, measured at its worst: a text in quotes, lines, entries and keys of no length. */
const bytesFor = { byte: 45, line: 60, flowEntry: 550, colon: 400 };

/** What is offered of connections, certificates included. */
const maxSettingsBytes = mebibyte;

/** A hash is kept and said again with each answer. */
const maxHashBytes = 1_024;

/** Why a hash is not taken; undefined where it is. */
export function hashProblem(hash: Uint8Array | undefined): string | undefined {
  const length = hash?.length ?? 0;
  if (length <= maxHashBytes) return undefined;
  return `an offer's hash may have ${maxHashBytes} bytes and this one has ${length}: the offer is not taken`;
}

/**
 * Why an offered configuration is too large to be looked at; undefined where it is not. `roomBytes`: what reading it may take
 * of memory.
 */
export function configSizeProblem(
  { config }: AgentRemoteConfig,
  roomBytes: number = Infinity,
): string | undefined {
  const files = config?.configMap ?? new Map<string, { readonly body?: Uint8Array }>();
  if (files.size > maxFiles) {
    return `expected at most ${maxFiles} files in a remote configuration, found ${files.size}`;
  }
  let bytes = 0;
  for (const [name, { body }] of files) bytes += name.length + (body?.length ?? 0);
  if (bytes > maxConfigBytes) {
    return `expected a remote configuration of at most ${maxConfigBytes / mebibyte} MiB, found ${sizeText(bytes)}: make it smaller`;
  }
  const bodies = [...files.values()].map(({ body }) => body ?? new Uint8Array());
  const lines = bodies.reduce((sum, body) => sum + 1 + countOf(body, lineEnds), 0);
  if (lines > maxLines) return tooMany(maxLines, "lines", lines);
  const entries = bodies.reduce((sum, body) => sum + countOf(body, flowEntries), 0);
  if (entries > maxFlowEntries) return tooMany(maxFlowEntries, "flow entries", entries);
  const colons = bodies.reduce((sum, body) => sum + countOf(body, [0x3a]), 0);
  if (colons > maxColons) return tooMany(maxColons, "colons", colons);
  const needed =
    bytesFor.byte * bytes +
    bytesFor.line * lines +
    bytesFor.flowEntry * entries +
    bytesFor.colon * colons;
  return needed > roomBytes ? tooLittleRoom(roomBytes, needed) : undefined;
}

function tooLittleRoom(roomBytes: number, needed: number): string {
  const room = sizeText(Math.max(0, roomBytes));
  return `expected a remote configuration that can be read with ${room} of memory, which are left to the supervisor, found one that may take ${sizeText(needed)}: make it smaller, or give the supervisor more (its container, or NODE_OPTIONS=--max-old-space-size=MIB)`;
}

function tooMany(most: number, what: string, found: number): string {
  return `expected a remote configuration of at most ${most} ${what}, found ${found}: make it smaller`;
}

/** Why offered connection settings are too large to be looked at; undefined where they are not. */
export function settingsSizeProblem(offer: object): string | undefined {
  const bytes = sizeOf(offer);
  if (bytes <= maxSettingsBytes) return undefined;
  return `expected connection settings of at most ${maxSettingsBytes / mebibyte} MiB, found ${sizeText(bytes)}: make them smaller`;
}

/** A line feed and a carriage return. */
const lineEnds = [0x0a, 0x0d];

/** A comma, a bracket, a brace: what becomes a node when it is read as YAML, or little less. */
const flowEntries = [0x2c, 0x5b, 0x7b];

/** Searched for, not looked at one by one: in a process that does it for the first time that costs a sixth. */
function countOf(body: Uint8Array, codes: readonly number[]): number {
  let count = 0;
  for (const code of codes) {
    for (let at = body.indexOf(code); at !== -1; at = body.indexOf(code, at + 1)) count += 1;
  }
  return count;
}

/** What a decoded message holds of names, texts and bytes; its depth is bounded by the decoder. */
export function sizeOf(value: unknown): number {
  if (typeof value === "string" || value instanceof Uint8Array) return value.length;
  if (typeof value !== "object" || value === null) return 8;
  const parts =
    value instanceof Map ? [...value].flat() : Array.isArray(value) ? value : Object.values(value);
  return parts.reduce<number>((sum, part) => sum + sizeOf(part), 8);
}

function sizeText(bytes: number): string {
  return `${(bytes / mebibyte).toFixed(1)} MiB`;
}
