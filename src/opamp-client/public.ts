/** What other programs may import, as `opampsupervisor/client`; docs/client.md explains it. All else may change. */
export { createClient } from "./client.ts";
export type { Client, ClientEvent, LinkView } from "./client-surface.ts";
export { defaultLimits, defaultTls } from "./client-options.ts";
export type {
  Attempt,
  ClientLimits,
  ClientOptions,
  Dial,
  ProxyOptions,
  TlsOptions,
  TlsVersion,
} from "./client-options.ts";
export { newInstanceUid, uidFromText, uidToText } from "./instance-uid.ts";
export type { LinkPolicy } from "./link.ts";
export * from "./messages.ts";
export type { Report, ReportGroups } from "./report.ts";
