import type { AgentRemoteConfig } from "../../../opamp-client/wire/messages.ts";

const mebibyte = 1024 * 1024;

/** Names and bodies together. Reading takes up to some hundred times as much memory, and seconds for each MiB. */
const maxConfigBytes = 4 * mebibyte;
const maxFiles = 1_000;
/** Each becomes some kilobyte while the text is read, however short it is. */
const maxEntries = 200_000;

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

/** Why an offered configuration is too large to be looked at; undefined where it is not. */
export function configSizeProblem({ config }: AgentRemoteConfig): string | undefined {
  const files = config?.configMap ?? new Map<string, { readonly body?: Uint8Array }>();
  if (files.size > maxFiles) {
    return `expected at most ${maxFiles} files in a remote configuration, found ${files.size}`;
  }
  let bytes = 0;
  for (const [name, { body }] of files) bytes += name.length + (body?.length ?? 0);
  if (bytes > maxConfigBytes) {
    return `expected a remote configuration of at most ${maxConfigBytes / mebibyte} MiB, found ${sizeText(bytes)}: make it smaller`;
  }
  let entries = 0;
  for (const { body } of files.values()) entries += entriesIn(body ?? new Uint8Array());
  if (entries <= maxEntries) return undefined;
  return `expected a remote configuration of at most ${maxEntries} lines and flow entries, found ${entries}: make it smaller`;
}

/** Why offered connection settings are too large to be looked at; undefined where they are not. */
export function settingsSizeProblem(offer: object): string | undefined {
  const bytes = sizeOf(offer);
  if (bytes <= maxSettingsBytes) return undefined;
  return `expected connection settings of at most ${maxSettingsBytes / mebibyte} MiB, found ${sizeText(bytes)}: make them smaller`;
}

const [lineFeed, carriageReturn, comma, bracket, brace] = [0x0a, 0x0d, 0x2c, 0x5b, 0x7b];

/** What becomes a node when it is read as YAML, or little less. */
function entriesIn(body: Uint8Array): number {
  let count = 1;
  for (let at = 0; at < body.length; at += 1) {
    const code = body[at];
    if (code === lineFeed || code === carriageReturn || code === comma) count += 1;
    else if (code === bracket || code === brace) count += 1;
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
