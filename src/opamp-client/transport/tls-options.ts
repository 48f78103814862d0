import type { ConnectionOptions } from "node:tls";
import type { TlsOptions } from "./client-options.ts";

/** The options in the words of node:tls. */
export function connectionOptions(tls: TlsOptions): ConnectionOptions {
  return {
    minVersion: tls.minVersion,
    rejectUnauthorized: !tls.skipVerify,
    ...(tls.maxVersion === undefined ? {} : { maxVersion: tls.maxVersion }),
    ...(tls.ca === undefined ? {} : { ca: authorities(tls.ca, tls.includeSystemCa) }),
    ...(tls.cert === undefined ? {} : { cert: tls.cert }),
    ...(tls.key === undefined ? {} : { key: tls.key }),
    ...(tls.serverName === undefined ? {} : { servername: tls.serverName }),
    ...(tls.ciphers === undefined ? {} : { ciphers: tls.ciphers }),
    ...(tls.curves === undefined ? {} : { ecdhCurve: tls.curves }),
  };
}

function authorities(ca: string, includeSystemCa: boolean): string[] {
  // Not an import: loading node:tls costs about 5 ms of start, and an unencrypted connection needs none of it.
  return includeSystemCa ? [ca, ...process.getBuiltinModule("node:tls").rootCertificates] : [ca];
}
