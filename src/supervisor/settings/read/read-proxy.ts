import { type ProxyChoice, readProxy } from "../../../net/proxy.ts";
import type { Reading } from "./reading.ts";

const proxy = "server.proxy";

/** `server.proxy`: whether the way to the server goes through a proxy, and what that one gets to see. */
export function readProxySettings(reading: Reading): ProxyChoice {
  return {
    url: readUrl(reading),
    headers: readProxyHeaders(reading),
    noProxy: reading.texts(`${proxy}.no_proxy`),
    fromEnvironment: reading.flag(`${proxy}.from_environment`),
  };
}

function readUrl(reading: Reading): string | undefined {
  const text = reading.text(`${proxy}.url`);
  if (text === undefined) return undefined;
  const read = readProxy(text);
  if (read.is === "valid") return read.url;
  reading.error("value-invalid", `${proxy}.url`, read.message);
  return undefined;
}

function readProxyHeaders(reading: Reading): ProxyChoice["headers"] {
  const headers = reading.textsMap(`${proxy}.headers`);
  for (const [name, values] of headers) {
    if (
      /^[\w!#$%&'*+.^`|~-]+$/.test(name) &&
      values.every((value) => /^[\t\x20-\x7e]+$/.test(value))
    ) {
      continue;
    }
    const message = "expected a header name of letters, digits and dashes, and values on one line";
    reading.error("value-invalid", `${proxy}.headers.${name}`, message);
  }
  return headers;
}
