import { promisify } from "node:util";
import { type TlsOptions, defaultTls } from "../opamp-client/transport/client-options.ts";
import { messageOf } from "../errors.ts";
import { readRegularText } from "../files/regular-file.ts";
import { encodeMessage } from "../opamp-client/wire/encode.ts";
import { otlpTable } from "./otlp-fields.ts";
import type { Post, PostAnswer } from "./post.ts";
import type { OtlpSettings } from "./telemetry-settings.ts";

/** Where one signal goes to: everything that a request needs but for its content. */
export interface Destination {
  readonly url: string;
  readonly encoding: "protobuf" | "json";
  /** Values may be secret. */
  readonly headers: ReadonlyMap<string, readonly string[]>;
  readonly gzip: boolean;
  readonly timeoutMs: number;
  /** Asked for with each connection. Throws when it cannot be had. */
  readonly tls: () => TlsOptions;
}

/** What a server offers as a destination; the URL is used as it is (C-180). */
export interface OfferedDestination {
  readonly url: string;
  readonly headers: ReadonlyMap<string, readonly string[]>;
  readonly tls: TlsOptions;
}

const offeredTimeoutMs = 10_000;

/** The destination of an offer. */
export function offeredDestination({ url, headers, tls }: OfferedDestination): Destination {
  const timeoutMs = offeredTimeoutMs;
  return { url, headers, encoding: "protobuf", gzip: true, timeoutMs, tls: () => tls };
}

/** The destination of the settings. */
export function localDestination(settings: OtlpSettings): Destination {
  const { certificate, clientCertificate, clientKey } = settings;
  return {
    ...settings,
    tls: () => ({
      ...defaultTls,
      ca: textOf(certificate),
      cert: textOf(clientCertificate),
      key: textOf(clientKey),
      includeSystemCa: false,
    }),
  };
}

/** No chain of certificates is longer. */
const maxPemBytes = 16 * 1024 * 1024;

function textOf(path: string | undefined): string | undefined {
  return path === undefined ? undefined : readRegularText(path, maxPemBytes);
}

/** The address without what may be secret in it, for the log. */
export function placeOf(url: string): string {
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname}`;
}

/** Sends one message of OTLP; never rejects. */
export async function send(
  destination: Destination,
  message: { readonly name: string; readonly value: object },
  post: Post,
  signal: AbortSignal,
): Promise<PostAnswer> {
  try {
    const { url, timeoutMs, encoding, gzip } = destination;
    const plain =
      encoding === "json"
        ? Buffer.from(jsonOf(message.value))
        : encodeMessage(message.name, message.value, otlpTable);
    const body = gzip ? await zipped(plain) : plain;
    const headers = {
      ...headersOf(destination.headers),
      "content-type": encoding === "json" ? "application/json" : "application/x-protobuf",
      ...(gzip ? { "content-encoding": "gzip" } : {}),
    };
    return await post({ url, headers, body, timeoutMs, tls: destination.tls(), signal });
  } catch (error) {
    // A certificate that is not there now may be there later.
    return { is: "failed", why: messageOf(error) };
  }
}

function headersOf(headers: Destination["headers"]): Record<string, string[]> {
  return Object.fromEntries(
    [...headers].map(([name, values]) => [name.toLowerCase(), [...values]]),
  );
}

async function zipped(bytes: Uint8Array): Promise<Uint8Array> {
  const { gzip } = await import("node:zlib");
  return promisify(gzip)(bytes);
}

/** OTLP in JSON: ids in hex, 64-bit numbers as text. */
function jsonOf(value: object): string {
  return JSON.stringify(value, (_, part: unknown) => {
    if (typeof part === "bigint") return String(part);
    return part instanceof Uint8Array ? Buffer.from(part).toString("hex") : part;
  });
}
