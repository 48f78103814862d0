import { faultOfHeaderName, faultOfHeaderValue, isReservedHeader } from "../net/header.ts";
import { type ClientOptions, defaultTls } from "../opamp-client/transport/client-options.ts";

/** How the agents are to connect; `headers` and `ca` are texts of files. */
export interface Dial {
  readonly endpoint: string;
  readonly headers: string;
  readonly ca: string | undefined;
  readonly insecure: boolean;
  readonly heartbeatMs: number;
}

/** What each client is made with, or what is wrong with it. */
export function clientOptions(dial: Dial): ClientOptions | string {
  const { endpoint, ca, insecure, heartbeatMs } = dial;
  if (!URL.canParse(endpoint) || !/^(?:wss?|https?):$/.test(new URL(endpoint).protocol)) {
    return `expected --server to be a ws, wss, http or https URL, found ${endpoint}`;
  }
  const headers = headersIn(dial.headers);
  if (typeof headers === "string")
    return `expected a header in each line of --headers, but ${headers}`;
  return {
    endpoint,
    headers,
    tls: { ...defaultTls, ca, skipVerify: insecure },
    heartbeatIntervalMs: heartbeatMs,
  };
}

/** The headers in a text with one `Name: value` in a line, or what is wrong with it; no value is quoted. */
function headersIn(text: string): ReadonlyMap<string, readonly string[]> | string {
  const headers = new Map<string, readonly string[]>();
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === "" || line.startsWith("#")) continue;
    const colon = line.indexOf(":");
    const name = line.slice(0, Math.max(0, colon)).trim();
    const value = line.slice(colon + 1).trim();
    const fault =
      colon < 1 ? "expected Name: value" : (faultOfHeaderName(name) ?? faultOfHeaderValue(value));
    if (fault !== undefined) return `line ${index + 1}: ${fault}`;
    if (isReservedHeader(name)) return `line ${index + 1}: ${name} belongs to the connection`;
    headers.set(name, [...(headers.get(name) ?? []), value]);
  }
  return headers;
}
